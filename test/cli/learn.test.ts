import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../samples/render/random.js';
import { scoringOf, wordsOf } from '../../src/pipeline/scoring.js';
import { normalisedMean } from '../../src/rules/vectors.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { wordwatch } from '../fixtures/cli.js';
import { LabelRecords } from '../fixtures/label-records.js';
import { normal } from '../fixtures/label-world.js';
import { openTestModel } from '../fixtures/open-model.js';

const WORDS = { when: ['a truck', 'a delivery truck'], not: ['a parked car', 'a house'] };
const HOUR_MS = 3_600_000;

let folder: string;
const learn = (...args: string[]) =>
  wordwatch('learn', 'truck', '--rules', 'rules/example.yaml', '--store', folder, ...args);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-learn-'));
  const { embedder } = await openTestModel('models/starter');
  await using model = embedder;
  const { modelHash, dimension } = model.describe();
  // Two kinds of pictures that the rule's words know nothing of: only labels can tell them apart.
  const random = new Random(3);
  const noise = () => normalisedMean([Float32Array.from({ length: dimension }, () => normal(random))]);
  const kind = () => {
    const direction = noise();
    return (count: number) => Array.from({ length: count }, () => normalisedMean([direction, noise()]));
  };
  using database = openDatabase(databasePath(folder));
  const words = wordsOf(WORDS);
  const scoring = scoringOf({ words, kind: 'fixed', probeVersion: null });
  const startMs = Date.now() - 24 * HOUR_MS;
  const records = new LabelRecords(database, { ruleId: 'truck', modelHash, scoring, startMs });
  records.moments(kind()(20), { verdict: 'true', score: () => 6 + random.next() });
  records.moments(kind()(30), { verdict: 'false', score: () => 4 + 2.5 * random.next() });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('learn', () => {
  it('shows what is offered and what would have changed, and changes nothing', async () => {
    const { exitCode, stdout } = await learn();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('truck: judged 20 true, 30 false, 0 unsure; 0 everyday tiles');
    expect(stdout).toMatch(/probe +offered;.*AUC 0\.\d+ → 0\.\d+ \(\+0\.\d+ ± 0\.\d+\)/);
    expect(stdout).toMatch(/probability +offered, from 20 true and 30 false ones/);
    expect(stdout).toMatch(/of 50 events and peaks in 7 days: \d+ gained, \d+ lost, \d+ kept/);
    expect(stdout).toMatch(/fixed at 5\.00 and stays there; with it \d+ gained and \d+ lost/);
    expect(stdout).toContain('wordwatch learn truck --apply');
    const again = await learn('--undo');
    expect([again.exitCode, again.stdout]).toEqual([3, 'truck: no lesson is in force\n']);
  });

  it('applies a probe and a probability, and takes them back', async () => {
    const first = await learn('--apply', '--only', 'probability', '--json');
    expect([first.exitCode, JSON.parse(first.stdout).applied]).toEqual([
      ...[0, { version: 1, kind: 'probability', active: 1 }],
    ]);
    const second = await learn('--apply');
    expect(second.stdout).toContain('applied: probe, version 2; back with: wordwatch learn truck --undo');
    expect(second.stderr).toContain('A service that runs takes this over');
    const third = await learn('--apply');
    expect([third.exitCode, third.stdout]).toEqual([3, expect.stringContaining('version 2 is in force')]);
    // Back to the words, and with them to the probability of their scores.
    expect((await learn('--undo')).stdout).toContain('probe of version 2 taken back; none is in force now');
    expect((await learn('--undo')).stdout).toContain('probability of version 1 taken back');
  });

  it('says what it does not understand', async () => {
    const unknown = await wordwatch('learn', 'nothing', '--rules', 'rules/example.yaml', '--store', folder);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('nothing: no such rule')]);
    const both = await learn('--apply', '--undo');
    expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining('one or the other')]);
    const nowhere = await wordwatch('learn', '--rules', 'rules/example.yaml', '--store', join(folder, 'no'));
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([2, expect.stringContaining('no wordwatch.db')]);
  });
});
