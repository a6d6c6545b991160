import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRuleTests } from '../../config/load-tests.js';
import { YamlFile } from '../../config/yaml-file.js';
import { compareEvents } from '../../evaluate/expected.js';
import type { Alarm } from '../../evaluate/footage.js';
import { updateTests } from './update.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-update-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const alarm = (ruleId: string, startedS: number): Alarm => ({
  ...{ ruleId, startedMs: startedS * 1000, raisedMs: startedS * 1000 + 2000 },
  ...{ endedMs: startedS * 1000 + 4520, peakScore: 5 },
});

/** The file after an update. @param found in each of its tests */
async function update(text: string, found: Alarm[][]): Promise<string> {
  const file = join(folder, 'tests.yaml');
  writeFileSync(file, text);
  const { tests } = readRuleTests(new YamlFile(text, { file, env: {} }), folder);
  const results = tests.map((test, i) => {
    const outcome = compareEvents(test.expected, found[i]!);
    const passed = outcome.missing.length + outcome.unexpected.length === 0;
    return { test, passed, outcome, error: null, tookMs: 0 };
  });
  await updateTests(file, results);
  return readFileSync(file, 'utf8');
}

describe('an update of rule tests', () => {
  it('changes the lines of what was found otherwise, and not a letter of anything else', async () => {
    const text = `# of the yard
rules: [  a.yaml]
tests:
  - clip: a # first
    expect:
      # before the first
      - {rule: dog, from: 1s} # gone
      # before the second
      - rule: cat
        from: 10s   # stays

      - {rule: cow, from: 20s}
    fps: 2
  - {clip: b,   expect: [ {rule: dog, from: 5s}, {rule: cat} ]} # end
  - clip: c
    expect: none # quiet
  - clip: d
    expect:
      - rule: dog
  - clip: e
    expect: [{rule: dog, from: 0s}]`;
    const found = [
      [alarm('cat', 12), alarm('dog', 30)],
      [alarm('cat', 3)],
      [alarm('dog', 7.25)],
      [],
      [alarm('dog', 1)],
    ];
    const updated = await update(text, found);
    expect(updated).toBe(`# of the yard
rules: [  a.yaml]
tests:
  - clip: a # first
    expect:
      # before the first
      # before the second
      - rule: cat
        from: 10s   # stays
      - { rule: dog, from: 30s, to: 34.5s }
    fps: 2
  - {clip: b,   expect: [{rule: cat}]} # end
  - clip: c
    expect: [{ rule: dog, from: 7.3s, to: 11.8s }] # quiet
  - clip: d
    expect: none
  - clip: e
    expect: [{rule: dog, from: 0s}]`);
    expect(await update(updated, found)).toBe(updated);
  });

  it('does not touch what other tests use, too', async () => {
    const text =
      'tests:\n  - {clip: a, expect: &same [{rule: dog, from: 1s}]}\n  - {clip: b, expect: *same}\n';
    expect(await update(text, [[alarm('dog', 1)], [alarm('dog', 2), alarm('cat', 9)]])).toBe(
      'tests:\n  - {clip: a, expect: &same [{rule: dog, from: 1s}]}\n  - {clip: b, expect: [{ rule: dog, from: 2s, to: 6.5s }, { rule: cat, from: 9s, to: 13.5s }]}\n',
    );
  });
});
