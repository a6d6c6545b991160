import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/server/api/table.js';
import { asyncApiDocument } from '../../src/server/asyncapi.js';
import { ServerMessage } from '../../src/server/messages.js';
import { openApiDocument } from '../../src/server/openapi.js';
import { makeEvent } from '../fixtures/happenings.js';

const require = createRequire(import.meta.url);
const openapi = openApiDocument(ROUTES);
const asyncapi = asyncApiDocument();

describe.each([
  ['openapi.json', openapi],
  ['asyncapi.json', asyncapi],
])('src/server/%s', (name, document) => {
  it('is up to date (else: npm run schemas)', async () => {
    const text = await readFile(new URL(`../../src/server/${name}`, import.meta.url), 'utf8');
    expect(text).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, path]) => path!,
    );
    expect(references.length).toBeGreaterThan(5);
    for (const path of references)
      expect(
        path.split('/').reduce((at: unknown, key) => (at as Record<string, unknown>)[key], document),
      ).toBeTypeOf('object');
  });
});

describe('the OpenAPI document', () => {
  it('is one', async () => {
    expect(await new Validator().validate(structuredClone(openapi))).toMatchObject({ valid: true });
  });

  it('has every route, its parameters and what it needs', () => {
    const operations = Object.entries(openapi.paths as Record<string, Record<string, Operation>>);
    const listed = operations.flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    for (const [path, methods] of operations)
      for (const { parameters = [], responses } of Object.values(methods)) {
        const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
        expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
        expect(Object.keys(responses)).toContain('403');
      }
    const review = (openapi.paths as Record<string, Record<string, Operation>>)['/api/events/{id}/review']!
      .post!;
    expect(Object.keys(review.responses)).toEqual(['200', '400', '401', '403', '404', '413', '415', '429']);
  });
});

interface Operation {
  parameters?: { name: string; in: string }[];
  responses: Record<string, unknown>;
}

describe('the AsyncAPI document', () => {
  it('is one', () => {
    const schema = require('@asyncapi/specs/schemas/3.0.0.json') as object;
    // The schema brings the schema of schemas along.
    const ajv = addFormats.default(new Ajv({ strict: false, meta: false, validateSchema: false }));
    const validate = ajv.compile(schema);
    validate(asyncapi);
    expect(validate.errors).toBe(null);
  });

  it('takes every message that the feed sends, and none that it does not', () => {
    const ajv = addFormats.default(new Ajv({ strict: false }));
    ajv.addSchema({ $id: 'feed', ...asyncapi });
    const { messages } = asyncapi.components as { messages: Record<string, unknown> };
    expect(Object.keys(messages).sort()).toEqual(
      [...ServerMessage.options.map(({ shape }) => shape.type.value), 'watch', 'frame'].sort(),
    );
    const isEvent = ajv.compile({ $ref: 'feed#/components/messages/event/payload' });
    const event = makeEvent({ seq: 1 });
    expect(isEvent({ type: 'event', event })).toBe(true);
    expect(isEvent({ type: 'event', event: { ...event, more: 1 } })).toBe(false);
    expect(isEvent({ type: 'score', event })).toBe(false);
  });
});
