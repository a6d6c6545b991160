import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STARTER } from '../../src/model/index.js';
import { FeasibilityInfo } from '../../src/server/messages.js';
import { wordwatch } from '../fixtures/cli.js';
import { writeSamples } from '../fixtures/data-folder.js';
import { seeFootage } from '../fixtures/footage.js';
import { openTestModel } from '../fixtures/open-model.js';

const FIRE = fileURLToPath(new URL('../../samples/fire-yard.mp4', import.meta.url));
let folder: string;
const at = (name: string) => join(folder, name);

function write(name: string, lines: string[]): string {
  writeFileSync(at(name), `${lines.join('\n')}\n`);
  return at(name);
}

/** A configuration of two cameras, of which one was seen, and its rules in a file of their own. */
function configure(name: string, rules: string[], store = 'data'): string {
  write(`${name}-rules.yaml`, ['rules:', ...rules.map((rule) => `  - ${rule}`)]);
  return write(`${name}.yaml`, [
    'cameras: [{id: yard, source: a.mp4}, {id: door, source: b.mp4}]',
    `rules: [${name}-rules.yaml]`,
    `model: ${STARTER}`,
    `store: {path: ${store}}`,
  ]);
}

const WORKS =
  '{id: fire, when: [something is on fire, flames and smoke], not: [a sunset, steam], cameras: [yard]}';
const WEAK = '{id: blaze, when: something is on fire, not: [a fire is burning], cameras: [yard]}';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-check-'));
  const { embedder } = await openTestModel(STARTER);
  await using _ = embedder;
  // The fire begins behind the first ten seconds.
  const seen = await seeFootage(FIRE, { embedder, fps: 2, untilS: 10 });
  writeSamples(at('data'), { cameraId: 'yard', modelHash: embedder.describe().modelHash, seen });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('check, where there is footage', () => {
  it('says that a rule works as information, and how to learn about cameras that were not seen', async () => {
    const config = configure('works', [WORKS]);
    const { exitCode, stdout, stderr } = await wordwatch('check', config, '--strict');
    expect(stdout).toMatch(/^rule fire on yard: works – nothing speaks against it: .*there are none so far/);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/whether rules can work on door is told when there is footage/);
    expect(stderr).toContain('1 rule checked: no problem, 0 notes');
    expect(exitCode).toBe(0);
  });

  it('notes a rule that is weak, with its place and a proposal; --strict makes that a failure', async () => {
    const config = configure('weak', [WEAK]);
    const { exitCode, stdout } = await wordwatch('check', config);
    expect(stdout).toMatch(
      /^note: .*weak-rules\.yaml:2:\d+ rule blaze on yard: weak – .*drop "a fire is burning" from not: it lowers/,
    );
    expect(exitCode).toBe(0);
    expect((await wordwatch('check', config, '--strict')).exitCode).toBe(3);
  });

  it('takes the cameras of a data folder that is named for rules alone, and gives objects', async () => {
    const rules = write('rules.yaml', ['rules:', `  - ${WORKS}`, `  - ${WEAK}`]);
    const { exitCode, stdout, stderr } = await wordwatch('check', rules, '--store', at('data'), '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      lines.map(({ severity, feasibility }) => [severity, feasibility.ruleId, feasibility.verdict]),
    ).toEqual([
      ['info', 'fire', 'works'],
      ['note', 'blaze', 'weak'],
    ]);
    for (const { feasibility } of lines) expect(FeasibilityInfo.parse(feasibility)).toEqual(feasibility);
    expect(stderr).toContain('2 rules checked: no problem, 1 note');
    expect(exitCode).toBe(0);
  });

  it('is stopped by nothing that is wrong with the data folder of the configuration, and makes none', async () => {
    const none = await wordwatch('check', configure('none', [WORKS], 'nowhere'));
    expect(none).toMatchObject({ exitCode: 0, stdout: '' });
    expect(none.stderr).toMatch(/whether rules can work on yard, door is told when there is footage/);
    expect(readdirSync(folder)).not.toContain('nowhere');
    mkdirSync(at('broken'));
    write('broken/wordwatch.db', ['no database, but long enough to be taken for one '.repeat(50)]);
    const broken = await wordwatch('check', configure('broken', [WORKS], 'broken'), '--strict');
    expect(broken).toMatchObject({ exitCode: 0, stdout: '' });
    expect(broken.stderr).toMatch(/rules were not tried on footage: .*broken\/wordwatch\.db/);
  });

  it('refuses a data folder that was typed and is none', async () => {
    const rules = write('rules.yaml', ['rules:', `  - ${WORKS}`]);
    const { exitCode, stderr } = await wordwatch('check', rules, '--store', at('nowhere'));
    expect(stderr).toMatch(/nowhere: no wordwatch\.db in this folder/);
    expect(exitCode).toBe(2);
  });
});
