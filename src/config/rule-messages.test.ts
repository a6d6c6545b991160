// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language of the files that are tested here
import { describe, expect, it } from 'vitest';
import { readRules } from './load-rules.js';
import { formatProblem, inOrder } from './problem.js';
import { YamlFile } from './yaml-file.js';

function rulesSay(text: string): string[] {
  const { problems } = readRules(new YamlFile(text, { file: 'yard.yaml', env: {} }));
  return inOrder(problems, ['yard.yaml']).map(formatProblem);
}

/** One rule, fields in flow style; the first field of `fields` stands in line 1, column 29. */
function ruleSays(fields: string): string[] {
  return rulesSay(`rules: [{id: a, when: a dog, ${fields}}]`);
}

const ID = 'expected lower-case letters, digits, _ and -, at most 64';

describe('rules', () => {
  it.each([
    [
      'confirm: {k: 5, n: 3}',
      'yard.yaml:1:43 rules[0].confirm.k: expected ≤ n (3), got 5. "k of n" means k hits among the last n frames.',
    ],
    [
      'confirm: {n: 2}',
      'yard.yaml:1:39 rules[0].confirm.k: expected ≤ n (2), got 3 (the default). "k of n" means k hits among the last n frames.',
    ],
    ['confirm: {k: 0}', 'yard.yaml:1:43 rules[0].confirm.k: expected ≥ 1, got 0'],
    ['confirm: {n: 61}', 'yard.yaml:1:43 rules[0].confirm.n: expected ≤ 60, got 61'],
    ['confirm: {k: 1.5}', 'yard.yaml:1:43 rules[0].confirm.k: expected a whole number, got 1.5'],
    ['confrm: {k: 2}', 'yard.yaml:1:30 rules[0].confrm: unknown key "confrm"; did you mean "confirm"?'],
    ['clearFor: 10s', 'yard.yaml:1:30 rules[0].clearFor: unknown key "clearFor"; did you mean "clear_for"?'],
    [
      'tiles: {size: 3}',
      'yard.yaml:1:38 rules[0].tiles.size: unknown key "size"; known here: layout, pool, region',
    ],
    [
      'cooldown: 60',
      'yard.yaml:1:40 rules[0].cooldown: expected a duration such as "10s", "1.5h" or "90d", got 60',
    ],
    ['cooldown: 8d', 'yard.yaml:1:40 rules[0].cooldown: expected ≤ 7d, got "8d"'],
    ['remind_every: 0s', 'yard.yaml:1:44 rules[0].remind_every: expected ≥ 1s, got "0s"'],
    [
      'severity: warnign',
      'yard.yaml:1:40 rules[0].severity: expected "info", "warning" or "critical", got "warnign"; did you mean "warning"?',
    ],
    ['threshold: high', 'yard.yaml:1:41 rules[0].threshold: expected a number, got "high"'],
    ['threshold: .inf', 'yard.yaml:1:41 rules[0].threshold: expected a number, got Infinity'],
    ['enabled: no', 'yard.yaml:1:39 rules[0].enabled: expected true or false, got "no"'],
    ['name: 5', 'yard.yaml:1:36 rules[0].name: expected text, got 5. Put it in quotes.'],
    [
      'not: [a cat, a dog]',
      'yard.yaml:1:43 rules[0].not[1]: the same phrase stands in "when": the two cancel each other',
    ],
    [
      'tiles: {layout: atuo}',
      'yard.yaml:1:46 rules[0].tiles.layout: expected "auto", "full" or a mapping (key: value), got "atuo"; did you mean "auto"?',
    ],
    [
      'tiles: {layout: {}}',
      'yard.yaml:1:46 rules[0].tiles.layout: expected one of grid and boxes, got neither',
    ],
    [
      'tiles: {layout: {grid: 17x1}}',
      'yard.yaml:1:53 rules[0].tiles.layout.grid: expected columns x rows such as "4x3", each from 1 to 16, got "17x1"',
    ],
    [
      'tiles: {layout: {grid: 2x2, overlap: 0.9}}',
      'yard.yaml:1:67 rules[0].tiles.layout.overlap: expected ≤ 0.8, got 0.9',
    ],
    [
      'tiles: {layout: {boxes: [[0.8, 0, 0.5, 1]]}}',
      'yard.yaml:1:55 rules[0].tiles.layout.boxes[0]: expected x + w ≤ 1 (inside the frame), got 0.8 + 0.5',
    ],
    [
      'tiles: {layout: {boxes: [[0, 0, 0, 1]]}}',
      'yard.yaml:1:55 rules[0].tiles.layout.boxes[0]: expected w > 0 and h > 0, got 0 and 1',
    ],
    [
      'tiles: {region: [[0, 0], [1, 1]]}',
      'yard.yaml:1:46 rules[0].tiles.region: expected a polygon of at least 3 points, got 2',
    ],
    [
      'tiles: {region: [[0, 0], [1, 1.2], [0, 1]]}',
      'yard.yaml:1:59 rules[0].tiles.region[1][1]: expected ≤ 1, got 1.2',
    ],
    [
      'tiles: {region: [[0, 0], [1, 1, 1], [0, 1]]}',
      'yard.yaml:1:55 rules[0].tiles.region[1]: expected ≤ 2 items, got 3',
    ],
    [
      'active: {hours: 8-10}',
      'yard.yaml:1:46 rules[0].active.hours: expected hours such as "20:00-06:00", with two digits each, got "8-10"',
    ],
    [
      'active: {hours: "25:00-26:00"}',
      'yard.yaml:1:46 rules[0].active.hours: expected hours such as "20:00-06:00", with two digits each, got "25:00-26:00"',
    ],
    [
      'active: {days: [monday]}',
      'yard.yaml:1:46 rules[0].active.days[0]: expected a day or a range of days such as "sat" or "mon-fri", got "monday"',
    ],
    [
      'budget: {false_alarms_per_day: 0}',
      'yard.yaml:1:61 rules[0].budget.false_alarms_per_day: expected > 0, got 0',
    ],
    [
      'calibrate: {warmup: 2h}',
      'yard.yaml:1:41 rules[0].calibrate.min: expected ≤ warmup, got 6h (the default)',
    ],
    ['cameras: []', 'yard.yaml:1:39 rules[0].cameras: expected at least one camera, got none'],
    [
      'name: "${NOPE}"',
      'yard.yaml:1:36 rules[0].name: the environment variable NOPE is not set. Set it, or write $${NOPE} for that text itself.',
    ],
    ['name: a, name: b', 'yard.yaml:1:39 rules[0].name: the key "name" stands here twice'],
  ])('%s', (fields, message) => expect(ruleSays(fields)).toEqual([message]));

  it.each([
    ['when: []', 'yard.yaml:1:23 rules[0].when: expected at least one phrase, got none'],
    ['when: ""', 'yard.yaml:1:23 rules[0].when: expected text that is not empty, got ""'],
    ['when: [a dog, " "]', 'yard.yaml:1:31 rules[0].when[1]: expected text that is not empty, got " "'],
    ['when:', 'yard.yaml:1:17 rules[0].when: expected text or a list, got nothing'],
    ['when: {a: dog}', 'yard.yaml:1:23 rules[0].when: expected text or a list, got a mapping'],
    [`when: [${'x,'.repeat(17)}]`, 'yard.yaml:1:23 rules[0].when: expected at most 16 phrases, got 17'],
    [
      'when: "a\\0dog"',
      'yard.yaml:1:23 rules[0].when: expected text without control characters, got "a\\u0000dog"',
    ],
    ['name: b', 'yard.yaml:1:9 rules[0].when: expected text or a list, got nothing'],
  ])('a rule with %s', (when, message) => expect(rulesSay(`rules: [{id: a, ${when}}]`)).toEqual([message]));

  it.each([
    ['"a\\0b"', '"a\\u0000b"'],
    ['"#a"', '"#a"'],
    ['a#', '"a#"'],
    ['+', '"+"'],
    ['a/b', '"a/b"'],
    ['Yard', '"Yard"'],
    ['"a b"', '"a b"'],
    ['""', '""'],
    ['a'.repeat(65), `"${'a'.repeat(60)}…"`],
  ])('id: %s', (id, shown) => {
    expect(rulesSay(`rules: [{when: a dog, id: ${id}}]`)).toEqual([
      `yard.yaml:1:27 rules[0].id: ${ID}, got ${shown}`,
    ]);
  });

  it.each([
    ['', 'yard.yaml:1:1: expected a mapping (key: value), got nothing'],
    ['- a', 'yard.yaml:1:1: expected a mapping (key: value), got a list'],
    ['rules:', 'yard.yaml:1:1 rules: expected a list, got nothing'],
    ['rules: [a]', 'yard.yaml:1:9 rules[0]: expected a mapping (key: value), got "a"'],
    ['rule: []\nrules: []', 'yard.yaml:1:1 rule: unknown key "rule"; did you mean "rules"?'],
  ])('a file of %j', (text, message) => expect(rulesSay(text)).toEqual([message]));

  it('are all judged at once, from top to bottom', () => {
    const text = `rules:
  - id: Fire
    when: []
    confrm: {k: 5}
  - id: smoke
    when: smoke
    confirm: {k: 5, n: 3}
    tiles: {region: [[0, 0]]}
`;
    expect(rulesSay(text)).toEqual([
      `yard.yaml:2:9 rules[0].id: ${ID}, got "Fire"`,
      'yard.yaml:3:11 rules[0].when: expected at least one phrase, got none',
      'yard.yaml:4:5 rules[0].confrm: unknown key "confrm"; did you mean "confirm"?',
      'yard.yaml:7:18 rules[1].confirm.k: expected ≤ n (3), got 5. "k of n" means k hits among the last n frames.',
      'yard.yaml:8:21 rules[1].tiles.region: expected a polygon of at least 3 points, got 1',
    ]);
  });

  it('with words of 2,000 characters', () => {
    expect(rulesSay(`rules: [{id: a, when: ${'x'.repeat(2000)}}]`)).toEqual([
      'yard.yaml:1:23 rules[0].when: expected ≤ 300 characters, got 2000',
    ]);
  });

  it('are not told without end', () => {
    const said = rulesSay(Array.from({ length: 1000 }, (_, i) => `${i}: `).join('\n'));
    expect(said).toHaveLength(101);
    expect(said[100]).toBe('yard.yaml:100:1: more problems from here on');
  });
});
