import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SCHEMA_FILES } from './json-schema.js';

describe.each(Object.entries(SCHEMA_FILES))('rules/%s', (name, make) => {
  it('is up to date (else: node --import tsx src/config/write-schemas.ts)', async () => {
    expect(await readFile(new URL(`../../rules/${name}`, import.meta.url), 'utf8')).toBe(make());
  });

  it('describes every field', () => {
    const undescribed: string[] = [];
    visitProperties(JSON.parse(make()), (path, property) => {
      if (!property.description) undescribed.push(path);
    });
    expect(undescribed).toEqual([]);
  });
});

type Schema = { description?: string; properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[] };

function visitProperties(schema: Schema, visit: (path: string, schema: Schema) => void, path = ''): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    visit(`${path}.${key}`, property);
    visitProperties(property, visit, `${path}.${key}`);
  }
  for (const inner of [schema.items, ...(schema.anyOf ?? [])]) {
    if (inner && !Array.isArray(inner)) visitProperties(inner, visit, path);
  }
}
