import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { stringify } from 'yaml';
import { fuzzRuns } from '../../test/fixtures/fuzz-runs.js';
import { expectSoundAnswer } from '../../test/fixtures/sound-answer.js';
import { SCHEMA_FILES } from './json-schema.js';

// A long run: FUZZ_RUNS=100000 npx vitest run src/config/fuzz.test.ts --testTimeout 0

const SEED = 1;

/** The part of JSON Schema that is generated here. */
interface Schema {
  type?: string;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | Schema[];
  minItems?: number;
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>('', '\0', '../..', '#', '+', '$' + '{SECRET}', '$' + '{NOPE}', -1, 1e99, [], {}),
  fc.constantFrom<unknown>('1e999d', '-1s', 'NaN', '٣s', 'a'.repeat(5_000), '-'.repeat(5_000)),
);

/** Values as the schema wants them, with something else in every tenth place. */
function anyValue(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: wantedValue(schema) }, { weight: 1, arbitrary: hostile });
}

function wantedValue(schema: Schema): fc.Arbitrary<unknown> {
  const { anyOf, properties, items, minItems = 0 } = schema;
  if (anyOf) return fc.oneof(...anyOf.map(wantedValue));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  if (properties) {
    const fields = Object.fromEntries(Object.entries(properties).map(([key, part]) => [key, anyValue(part)]));
    return fc.record(fields, { requiredKeys: schema.required ?? [] });
  }
  if (Array.isArray(items)) return fc.tuple(...items.map(anyValue));
  if (items) return fc.array(anyValue(items), { minLength: minItems, maxLength: minItems + 2 });
  switch (schema.type) {
    case 'string':
      return schema.pattern ? matching(schema.pattern) : fc.string({ minLength: 1 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -10, max: Math.min(schema.maximum ?? 10, 100_000) });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 10, noNaN: true });
    default:
      return fc.constant(null);
  }
}

/** Texts of a pattern; of one that says more than fast-check understands, any text. */
function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return fc.string({ minLength: 1 });
  }
}

describe('every field of the schemas', () => {
  for (const [name, make] of Object.entries(SCHEMA_FILES)) {
    it(name, () => {
      const value = wantedValue(JSON.parse(make()));
      const isSound = fc.property(value, fc.boolean(), (written, isBlock) =>
        expectSoundAnswer(isBlock ? stringify(written) : JSON.stringify(written)),
      );
      fc.assert(isSound, { numRuns: fuzzRuns(100), seed: SEED });
    });
  }
});

describe('good files with mistakes in their text', () => {
  const texts = ['samples/wordwatch.yaml', 'samples/budgets.yaml', 'rules/example.yaml'].map((path) =>
    readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
  );
  const inserted = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom(
      '\n',
      '  ',
      '\t',
      ': ',
      '- ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '<<: ',
      '| ',
      '!!',
      '\0',
    ),
  );
  /** At `at` of the text, so many characters are replaced. */
  const mistake = fc.record({ at: fc.nat(10_000), removed: fc.nat(40), inserted });

  it('are told', () => {
    const isSound = fc.property(
      fc.constantFrom(...texts),
      fc.array(mistake, { minLength: 1, maxLength: 5 }),
      (text, mistakes) => {
        const spoilt = mistakes.reduce((before, { at, removed, inserted }) => {
          const from = at % (before.length + 1);
          return before.slice(0, from) + inserted + before.slice(from + removed);
        }, text);
        expectSoundAnswer(spoilt);
      },
    );
    fc.assert(isSound, { numRuns: fuzzRuns(100), seed: SEED });
  });

  it('are told soon when they are meant to take long', () => {
    const bomb = Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1}, `.repeat(i && 9)}1]\n`);
    const long = 10_000;
    const texts = [
      ...[bomb.join(''), '['.repeat(long), '{a: '.repeat(long), '- '.repeat(long), '? '.repeat(long)],
      ...['a: '.repeat(long), '"'.repeat(long), 'a'.repeat(long), '\n'.repeat(long), '&a *a '.repeat(long)],
      ...['1'.repeat(long), '.'.repeat(long), '1.'.repeat(long)].map((text) => `server: {host: ${text}}`),
      ...['1'.repeat(long), '1.'.repeat(long)].map((text) => `store: {keep: {events: ${text}}}`),
      `mqtt: {url: mqtt://${'a/'.repeat(long)}}`,
    ];
    for (const text of texts) expectSoundAnswer(text);
  });
});
