import type { z } from 'zod';
import { SESSION_COOKIE } from './access.js';
import { type AnyRoute, ErrorAnswer } from './api/route.js';
import { type JsonSchema, jsonSchemas } from './json-schemas.js';
import { PROTOCOL_VERSION } from './messages.js';

/** What the routes say about themselves, as an OpenAPI 3.1 document. */
export function openApiDocument(routes: readonly AnyRoute[]): Record<string, unknown> {
  const inputs: Record<string, z.ZodType> = {};
  const outputs: Record<string, z.ZodType> = { error: ErrorAnswer };
  for (const route of routes) {
    const key = keyOf(route);
    for (const part of ['params', 'query', 'body'] as const)
      if (route[part]) inputs[`${key} ${part}`] = route[part];
    if (isJson(route.answer)) outputs[key] = route.answer;
  }
  const target = 'draft-2020-12';
  const input = jsonSchemas(inputs, { io: 'input', target });
  const output = jsonSchemas(outputs, { io: 'output', target });
  const schemas = { input: input.own, output: output.own };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operationOf(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'wordwatch',
      version: String(PROTOCOL_VERSION),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { ...input.components, ...output.components },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
      },
    },
  };
}

interface Schemas {
  input: Record<string, JsonSchema>;
  output: Record<string, JsonSchema>;
}

function operationOf(route: AnyRoute, schemas: Schemas): Record<string, unknown> {
  const key = keyOf(route);
  const body = schemas.input[`${key} body`];
  const parameters = [
    ...parametersOf(schemas.input[`${key} params`], 'path'),
    ...parametersOf(schemas.input[`${key} query`], 'query'),
  ];
  return {
    summary: route.summary,
    ...(route.scope === null
      ? { security: [] }
      : { description: `Needs a token with scope ${route.scope}, where tokens are asked for.` }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: { ...answersOf(route, schemas), ...refusalsOf(route, schemas.output.error!) },
  };
}

function parametersOf(schema: JsonSchema | undefined, place: 'path' | 'query'): unknown[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: own,
  }));
}

function answersOf(route: AnyRoute, { output }: Schemas): Record<string, unknown> {
  const { answer } = route;
  if (answer === null) return { 204: { description: 'Done' } };
  if (!isJson(answer)) {
    const description = 'All of it';
    return {
      200: { description, content: { [answer]: {} } },
      206: { description: 'The part that Range asked for', content: { [answer]: {} } },
      304: { description: 'It is still what If-None-Match says' },
      416: { description: 'There is no such part' },
    };
  }
  const content = { 'application/json': { schema: output[keyOf(route)] } };
  const statuses = [200, ...(route.alsoAnswersWith ?? [])];
  return Object.fromEntries(statuses.map((status) => [status, { description: 'The answer', content }]));
}

function refusalsOf(route: AnyRoute, schema: JsonSchema): Record<string, unknown> {
  const reasons: Record<number, string> = {
    403: 'Another page or host name, or a token that may not do this',
    ...(route.params || route.query || route.body
      ? { 400: 'Something in the request is not as it should be' }
      : {}),
    ...(route.scope === null
      ? {}
      : { 401: 'A token is needed', 429: 'Too many wrong tokens from this address' }),
    ...(route.body ? { 413: 'The body is too long', 415: 'The body is not said to be JSON' } : {}),
    ...route.refusals,
  };
  const content = { 'application/json': { schema } };
  return Object.fromEntries(
    Object.entries(reasons).map(([status, description]) => [status, { description, content }]),
  );
}

function isJson(answer: AnyRoute['answer']): answer is z.ZodType<unknown> {
  return answer !== null && typeof answer !== 'string';
}

function keyOf({ method, path }: AnyRoute): string {
  return `${method} ${path}`;
}
