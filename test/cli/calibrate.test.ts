import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DetectionEvent } from '../../src/detect/event.js';
import { Cli, wordwatch } from '../fixtures/cli.js';

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const BUDGETS = join(samples, 'budgets.yaml');
const { videos } = JSON.parse(readFileSync(join(samples, 'ground-truth.json'), 'utf8')) as {
  videos: { file: string; camera: string; events: { rule: string; fromS: number }[] }[];
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-calibrate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  cameraId: string;
  ruleId: string;
  threshold: number;
  state: string;
  peaks: { id: string; score: number; picture: string }[];
}

describe('rules with budgets', () => {
  it('calibrated on quiet hours and one review, find every event of the samples, and no other', async () => {
    const store = join(folder, 'data');
    const report = join(folder, 'report.html');
    const quiet = readdirSync(join(samples, 'quiet')).map((name) => join(samples, 'quiet', name));
    const about = ['--rules', BUDGETS, '--store', store, '--json'];
    await using calibrate = new Cli(['calibrate', '--from', ...quiet, ...about, '--report', report]);
    expect((await calibrate.ended).exitCode).toBe(0);
    const rows = calibrate.lines() as Row[];
    expect(new Set(rows.map(({ cameraId }) => cameraId)).size).toBe(8);
    for (const { state } of rows) expect(state).toBe('warming_up'); // ten minutes settle nothing
    expect(readFileSync(report, 'utf8')).toContain('gate-open on gate-dog');

    // A dog came by twice: that is what its rule is for, but nobody has said so yet.
    const dog = rows.find(({ cameraId, ruleId }) => cameraId === 'gate-dog' && ruleId === 'dog')!;
    expect(dog.threshold).toBeGreaterThan(dog.peaks[0]!.score);
    expect(readFileSync(dog.peaks[0]!.picture).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    const seen = dog.peaks.filter(({ score }) => score > dog.peaks[0]!.score / 2).map(({ id }) => id);
    const reviewed = await wordwatch('review', 'true', ...seen, '--store', store, '--json');
    const last = JSON.parse(reviewed.stdout.trim().split('\n').at(-1)!);
    expect(last.threshold.after).toBeLessThan(dog.threshold / 2);

    const files = videos.map(({ file }) => join(samples, file));
    await using scan = new Cli(['scan', ...files, ...about]);
    expect((await scan.ended).exitCode).toBe(0);
    const starts = scan
      .lines()
      .map((line) => DetectionEvent.parse(line))
      .filter(({ phase }) => phase === 'start');
    const found = starts.map(({ cameraId, ruleId }) => `${cameraId}: ${ruleId}`).sort();
    const expected = videos.flatMap(({ camera, events }) => events.map(({ rule }) => `${camera}: ${rule}`));
    expect(found).toEqual(expected.sort());
    for (const { camera, events } of videos) {
      for (const { rule, fromS } of events) {
        const start = starts.find(({ cameraId, ruleId }) => cameraId === camera && ruleId === rule)!;
        expect(Math.abs(start.startedAtMs / 1000 - fromS)).toBeLessThanOrEqual(5);
        expect(start).toMatchObject({ thresholdState: 'warming_up', expectedFalseAlarmsPerDay: null });
      }
    }
  }, 400_000);
});

describe('calibrate', () => {
  it('goes on where it was, and says how it stands', async () => {
    const store = join(folder, 'again');
    const one = ['yard', '--from', join(samples, 'quiet', 'door-left-open.mp4')];
    const hours = async () => {
      const { stdout, exitCode } = await wordwatch(
        'calibrate',
        ...one,
        '--rules',
        BUDGETS,
        '--store',
        store,
        '--json',
      );
      expect(exitCode).toBe(0);
      return JSON.parse(stdout.split('\n')[0]!).observedHours as number;
    };
    const first = await hours();
    expect(first).toBeGreaterThan(0);
    expect((await hours()) / first).toBeCloseTo(2, 0);
  });

  it.each([
    [
      'no rules at all',
      [],
      2,
      /no wordwatch.yaml here, and no rules are named\nName a configuration with -c/,
    ],
    ['a camera that is not configured', ['yard', '--rules', BUDGETS], 2, /no camera "yard" is configured/],
    [
      'several cameras for one recording',
      ['yard', 'door', '--from', join(samples, 'fire-yard.mp4'), '--rules', BUDGETS],
      2,
      /--from is the footage of one camera/,
    ],
    [
      'a recording that is not there',
      ['--from', '/nowhere.mp4', '--rules', BUDGETS],
      2,
      /\/nowhere\.mp4: no such file/,
    ],
    ['a time that is none', ['--for', 'soon', '--rules', BUDGETS], 2, /expected a duration from 1s to 14d/],
  ])('says what is wrong with %s', async (_, args, exitCode, message) => {
    await using cli = new Cli(['calibrate', ...args], { cwd: folder });
    expect(await cli.ended).toMatchObject({ exitCode, stderr: expect.stringMatching(message) });
  });

  it('has nothing to do for rules with fixed thresholds', async () => {
    const rules = join(folder, 'fixed.yaml');
    writeFileSync(rules, 'rules: [{id: fire, when: something is on fire, threshold: 3}]');
    const from = ['--from', join(samples, 'fire-yard.mp4')];
    const { exitCode, stderr } = await wordwatch('calibrate', ...from, '--rules', rules, '--store', folder);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no rule has a budget: all thresholds are fixed\nGive a rule "budget:/);
  });
});

describe('review', () => {
  it('says what is wrong with a folder and an id', async () => {
    const nowhere = await wordwatch('review', 'true', 'abc', '--store', join(folder, 'nowhere'));
    expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no wordwatch.db') });
  });
});

describe('rename-camera', () => {
  it('gives a renamed camera what was learned of it', async () => {
    const store = join(folder, 'renamed');
    const calibrate = async (camera: string, video: string) => {
      const from = ['--from', join(samples, video), '--rules', BUDGETS, '--store', store];
      const { stdout } = await wordwatch('calibrate', camera, ...from, '--json');
      return JSON.parse(stdout.split('\n')[0]!) as Row & { observedHours: number };
    };
    const before = await calibrate('old-name', 'quiet/door-left-open.mp4');
    expect(before.peaks.length).toBeGreaterThan(0);
    const renamed = await wordwatch('rename-camera', 'old-name', 'new-name', '--store', store);
    expect(renamed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("are new-name's now") });
    const after = await calibrate('new-name', 'door-left-open.mp4');
    expect(after.observedHours).toBeGreaterThan(before.observedHours);
    // Its earlier peaks are listed by the ids they had, and can be reviewed.
    const ids = before.peaks.map(({ id }) => id);
    expect(after.peaks.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect((await wordwatch('review', 'false', ...ids, '--store', store)).exitCode).toBe(0);
    const again = await wordwatch('rename-camera', 'old-name', 'new-name', '--store', store);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There are new-name.') });
  });
});
