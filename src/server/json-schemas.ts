import { z } from 'zod';
import { DetectionEvent } from '../detect/event.js';
import { ErrorAnswer } from './api/route.js';
import * as messages from './messages.js';

/** A JSON Schema, as JSON. */
export type JsonSchema = Record<string, unknown>;

/** Every schema that has a name of its own, by it. */
const NAMED: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  Object.entries({ ...messages, DetectionEvent, ErrorAnswer }).flatMap(([name, value]) =>
    value instanceof z.ZodType ? [[name, value]] : [],
  ),
);

/**
 * JSON Schemas of what the server says and understands.
 * @param own schemas without a name, by a key of the caller's
 * @param options.io whether they describe what is sent in, or what comes out
 * @returns `own` under the same keys, and the named ones that they refer to, as `#/components/schemas/NAME`
 */
export function jsonSchemas(
  own: Readonly<Record<string, z.ZodType>>,
  options: { io: 'input' | 'output'; target: 'draft-07' | 'draft-2020-12' },
): { own: Record<string, JsonSchema>; components: Record<string, JsonSchema> } {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const named = new Map(Object.entries(NAMED).map(([name, schema]) => [schema, name]));
  for (const [id, schema] of Object.entries(own)) if (!named.has(schema)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { ...options, uri: referenceTo }).schemas;
  const plain = (id: string): JsonSchema => {
    const { $schema: _, $id: __, ...schema } = made[id] as JsonSchema;
    return schema;
  };
  const found = Object.entries(own).map(([id, schema]) => {
    const name = named.get(schema);
    return [id, name === undefined ? plain(id) : { $ref: referenceTo(name) }] as const;
  });
  const components: Record<string, JsonSchema> = {};
  const waiting = namesIn(found);
  for (const name of waiting) {
    if (name in components) continue;
    components[name] = plain(name);
    waiting.push(...namesIn(components[name]));
  }
  return { own: Object.fromEntries(found), components: sorted(components) };
}

function referenceTo(name: string): string {
  return `#/components/schemas/${name}`;
}

function namesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
