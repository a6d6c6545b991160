import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, wordwatch } from '../fixtures/cli.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-rule-tests-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('test', () => {
  it('passes the example rules on the samples: every event is found in time, and no other', async () => {
    const junit = join(folder, 'junit.xml');
    await using cli = new Cli(['test', 'rules/tests', '--json', '--junit', junit]);
    const { exitCode, stderr } = await cli.ended;
    expect(cli.lines().filter(({ passed }) => !passed)).toEqual([]);
    expect(cli.lines().flatMap(({ found }) => found)).toHaveLength(7);
    expect(stderr).toMatch(/8 of 8 tests passed/);
    expect(exitCode).toBe(0);
    expect(readFileSync(junit, 'utf8')).toMatch(
      /<testsuite name="rules\/tests\/samples.yaml" tests="8" failures="0" errors="0"/,
    );
  });

  it('fails what is found otherwise, and writes down what was found when asked to', async () => {
    const file = join(folder, 'mine.yaml');
    const rules = `rules: [${ROOT}rules/example.yaml] # those of the project\n`;
    const clip = `${ROOT}samples/door-left-open.mp4`;
    const tests = [
      `  # somebody comes home`,
      `  - clip: ${clip}`,
      `    expect:`,
      `      - {rule: door-open, from: 30s, to: 40s} # too late`,
      `  - {clip: ${clip}, only: [water], name: "dry & <clean>", expect: [{rule: water, from: 1s}]}`,
      `  - {clip: ${clip}, only: [door-open], expect: [{rule: door-open, from: 9s, tolerance: 3s}]}   # as it is`,
    ];
    writeFileSync(file, `${rules}tests:\n${tests.join('\n')}\n`);
    const junit = join(folder, 'mine.xml');
    const failed = await wordwatch('test', file, '--junit', junit);
    expect(failed).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('1 of 3 tests passed') });
    expect(failed.stdout.split('\n')).toEqual([
      `FAIL  ${clip}`,
      expect.stringMatching(
        /^ {6}expected door-open from 30s to 40s \(± 5s\), found from 1[01](\.\d)?s to \d\d(\.\d)?s$/,
      ),
      'FAIL  dry & <clean>',
      '      expected water from 1s (± 5s), found none',
      expect.stringMatching(/^pass {2}\S+ {2}door-open from 1[01](\.\d)?s to/),
      '',
    ]);
    expect(readFileSync(junit, 'utf8')).toContain('name="dry &amp; &lt;clean&gt;"');
    expect(readFileSync(junit, 'utf8')).toContain('message="expected water from 1s (± 5s), found none"');

    const updated = await wordwatch('test', file, '--update');
    expect(updated).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('1 of 3 tests passed, 2 written anew'),
    });
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([
      rules.trimEnd(),
      'tests:',
      ...tests.slice(0, 3),
      expect.stringMatching(/^ {6}- \{ rule: door-open, from: 1[01](\.\d)?s, to: \d\d(\.\d)?s \}$/),
      tests[4]!.replace(/expect: .*$/, 'expect: none}'),
      tests[5],
      '',
    ]);
  });

  it('says what is wrong with its files', async () => {
    const { exitCode, stderr } = await wordwatch('test', join(folder, 'nowhere.yaml'));
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('nowhere.yaml: no such file or folder'),
    });
  });
});
