// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language of the files that are tested here
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { fuzzRuns } from '../../test/fixtures/fuzz-runs.js';
import { expectSoundAnswer } from '../../test/fixtures/sound-answer.js';
import { readRules } from './load-rules.js';
import { nearest } from './nearest.js';
import { YamlFile } from './yaml-file.js';

const VALID = {
  cameras: [
    { id: 'yard', name: 'Yard', source: 'rtsp://a/b', fps: 2, transport: 'udp', stall_timeout: '5s' },
  ],
  model: 'auto',
  mqtt: { url: 'mqtt://b', prefix: 'w', username: 'u', password: 'p' },
  server: { host: '127.0.0.1', port: 80, token: 'long-enough' },
  store: { path: './data', keep: { events: '90d' } },
  time_zone: 'Europe/Berlin',
  log: { level: 'info' },
  rules: [
    {
      id: 'fire',
      when: ['flames'],
      not: ['a sunset'],
      cameras: ['yard'],
      budget: { false_alarms_per_day: 1 },
      tiles: {
        layout: { grid: '2x2', overlap: 0.2 },
        region: [
          [0, 0],
          [1, 0],
          [0, 1],
        ],
      },
      confirm: { k: 1, n: 2 },
      active: { days: ['mon-fri'], hours: '20:00-06:00' },
      threshold: null,
    },
  ],
};

/** Every place in a plain value. */
function placesIn(value: unknown, path: PropertyKey[] = []): PropertyKey[][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([key, child]) => placesIn(child, [...path, key]))];
}

function replaced(value: unknown, [step, ...rest]: PropertyKey[], by: unknown): unknown {
  if (step === undefined) return by;
  const copy = structuredClone(value) as Record<PropertyKey, unknown>;
  copy[step] = replaced(copy[step], rest, by);
  return copy;
}

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>('${SECRET}', 'a${SECRET}b', '${NOPE}', '', '\0', -1, 1e99, [], {}, [null], true),
);

describe('whatever stands in the file', () => {
  it('text', () => {
    const yamlish = fc.string({
      unit: fc.constantFrom(
        'a',
        ' ',
        '\n',
        '\t',
        ':',
        '-',
        '[',
        ']',
        '{',
        '}',
        ',',
        '"',
        "'",
        '&a',
        '*a',
        '#',
        '|',
        '>',
        '!',
        '%',
        '@',
        '?',
        '0',
        '$',
        '\0',
        '\r',
        '\ue000',
        '---\n',
        'rules',
        'id: ',
        '<<: ',
      ),
    });
    fc.assert(fc.property(fc.oneof(fc.string(), yamlish), expectSoundAnswer), { numRuns: fuzzRuns(1000) });
  });

  it('JSON', () => {
    fc.assert(fc.property(fc.json(), expectSoundAnswer), { numRuns: fuzzRuns(300) });
  });

  it('a good file with something else in one place', () => {
    const change = fc.tuple(fc.constantFrom(...placesIn(VALID)), anything);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), fc.boolean(), (changes, isBlock) => {
        const broken = changes.reduce<unknown>((value, [path, by]) => {
          return placesIn(value).some((known) => known.join() === path.join())
            ? replaced(value, path, by)
            : value;
        }, VALID);
        expectSoundAnswer(isBlock ? stringify(broken) : JSON.stringify(broken));
      }),
      { numRuns: fuzzRuns(250) },
    );
  });
});

describe('every valid rule', () => {
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/);
  const phrase = fc
    .string({ minLength: 1, maxLength: 300, unit: 'grapheme' })
    .filter((text) => text.trim().length > 0 && text.length <= 300)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a phrase holds none
    .filter((text) => !/[\u0000-\u001f\u007f]/.test(text) && !text.includes('$'));
  const unit = fc.constantFrom(['ms', 1], ['s', 1000], ['m', 60_000]) as fc.Arbitrary<[string, number]>;
  const duration = fc
    .tuple(fc.integer({ min: 0, max: 1400 }), unit)
    .map(([count, [name, ms]]) => ({ typed: `${count}${name}`, ms: count * ms }));
  const fraction = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0); // no −0
  const rule = fc.record({
    id,
    when: fc.uniqueArray(phrase, { minLength: 1, maxLength: 16 }),
    clearFor: duration,
    confirm: fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })).map(([a, b]) => {
      return { k: Math.min(a, b), n: Math.max(a, b) };
    }),
    region: fc.array(fc.tuple(fraction, fraction), { minLength: 3, maxLength: 64 }),
    threshold: fc.option(fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => value + 0)),
  });

  it('comes out as it went in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(rule, { selector: (typed) => typed.id, maxLength: 3 }), (rules) => {
        const typed = rules.map(({ clearFor, region, ...fields }) => {
          return { ...fields, clear_for: clearFor.typed, tiles: { region } };
        });
        const text = stringify({ rules: typed });
        const result = readRules(new YamlFile(text, { file: 'a.yaml', env: {} }));
        expect(result.problems).toEqual([]);
        expect(result.rules).toMatchObject(
          rules.map(({ id, when, clearFor, confirm, region, threshold }) => ({
            id,
            when: when.map((phrase) => phrase.trim()),
            timing: { clearForMs: clearFor.ms, confirm },
            tiles: { region },
            threshold,
          })),
        );
      }),
      { numRuns: fuzzRuns(200) },
    );
  });
});

describe('nearest', () => {
  it.each([
    ['confrm', 'confirm'],
    ['cofnirm', 'confirm'],
    ['Confirm', 'confirm'],
    ['comfirmed', undefined],
    ['x'.repeat(10_000), undefined],
    ['', undefined],
  ])('%s → %s', (typed, meant) => expect(nearest(typed, ['confirm', 'cooldown', 'id'])).toBe(meant));
});
