import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRuleTests } from './load-tests.js';
import { formatProblem } from './problem.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-tests-'));
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'tests'));
  writeFileSync(join(folder, 'clip.mp4'), '');
  writeFileSync(
    join(folder, 'rules.yaml'),
    'rules: [{id: fire, when: fire}, {id: dog, when: a dog}, {id: off, when: nothing, enabled: false}]',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is loaded of a file in the folder's own folder `tests`. */
async function load(text: string, rulePaths?: string[]) {
  writeFileSync(join(folder, 'tests', 'all.yaml'), text);
  const loaded = await loadRuleTests(join(folder, 'tests'), { env: {}, rulePaths });
  const problems = loaded.problems.map(formatProblem).map((line) => line.replaceAll(`${folder}/`, ''));
  return { tests: loaded.files[0]?.tests, rules: loaded.files[0]?.rules, problems };
}

const RULES = 'rules: [../rules.yaml]\ntests:\n';

describe('a file of rule tests', () => {
  it('is complete when clips and their events are given', async () => {
    const { tests, rules, problems } = await load(
      `${RULES}  - {clip: ../clip.mp4, tolerance: 2s, expect: [{rule: fire, from: 12s, to: 50.5s}, {rule: dog, tolerance: 9s}]}\n  - {clip: ../clip.mp4, name: quiet, only: [dog], expect: none}`,
    );
    expect(problems).toEqual([]);
    expect(rules!.map(({ id }) => id)).toEqual(['fire', 'dog']);
    expect(tests).toEqual([
      {
        ...{ name: '../clip.mp4', clip: join(folder, 'clip.mp4'), cameraId: null, fps: 1, motionGate: true },
        ...{ startTimeMs: null, only: null, toleranceMs: 2000 },
        expected: [
          { ruleId: 'fire', fromMs: 12_000, toMs: 50_500, toleranceMs: 2000 },
          { ruleId: 'dog', fromMs: null, toMs: null, toleranceMs: 9000 },
        ],
      },
      expect.objectContaining({ name: 'quiet', only: ['dog'], toleranceMs: 5000, expected: [] }),
    ]);
  });

  it('may be tried on other rules', async () => {
    writeFileSync(join(folder, 'others.yaml'), 'rules: [{id: cat, when: a cat}]');
    const text = 'tests: [{clip: ../clip.mp4, expect: [{rule: cat}]}]';
    expect((await load(text, [join(folder, 'others.yaml')])).problems).toEqual([]);
    expect((await load(text)).problems).toEqual([
      'tests/all.yaml:1:1 rules: no rules are named. Add "rules: [path]", or name them with --rules.',
    ]);
  });

  it('says all that is wrong with it, with its place', async () => {
    const clips = [
      '{clip: ../clop.mp4, expect: none}',
      '{clip: ../clip.mp4, only: [dgo], expect: [{rule: off}, {rule: fire}]}',
    ];
    expect((await load(RULES + clips.map((clip) => `  - ${clip}\n`).join(''))).problems).toEqual([
      'tests/all.yaml:3:12 tests[0].clip: "../clop.mp4": no such file or folder. Paths of clips start at the file in which they stand.',
      'tests/all.yaml:4:32 tests[1].only[0]: unknown rule "dgo"; did you mean "dog"?',
      'tests/all.yaml:4:54 tests[1].expect[0].rule: the rule "off" is not enabled',
      'tests/all.yaml:4:67 tests[1].expect[1].rule: the rule "fire" does not watch: it is not in "only"',
    ]);
  });

  it.each([
    ['tests: []', 'tests/all.yaml:1:8 tests: expected at least one test, got none'],
    [
      'tests: [{clip: a, expect: nothing}]',
      'tests/all.yaml:1:27 tests[0].expect: expected "none" or a list, got "nothing"',
    ],
    [
      'tests: [{clip: a, expect: [{rule: fire, from: 9s, to: 8s}]}]',
      'tests/all.yaml:1:55 tests[0].expect[0].to: expected a time after "from", got "8s"',
    ],
    [
      'tests: [{clip: a, expects: none}]',
      'tests/all.yaml:1:19 tests[0].expects: unknown key "expects"; did you mean "expect"?',
    ],
    [
      'tests: [{clip: a, start: yesterday, expect: none}]',
      'tests/all.yaml:1:26 tests[0].start: expected a time such as "2026-05-01T20:00:00+02:00", got "yesterday"',
    ],
    [
      'rules: [nowhere.yaml]\ntests: [{clip: a, expect: none}]',
      'tests/all.yaml:1:9 rules[0]: "nowhere.yaml": no such file or folder. Make it, or name the one that holds the rules.',
    ],
  ])('%s', async (text, message) => {
    expect((await load(text)).problems).toContain(message);
  });

  it('has to be there', async () => {
    const problems = async (path: string) =>
      (await loadRuleTests(join(folder, path), { env: {} })).problems.map(({ message }) => message);
    expect(await problems('empty')).toEqual(['no test files in this folder']);
    expect(await problems('nowhere')).toEqual(['no such file or folder']);
  });
});
