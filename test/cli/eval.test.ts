import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveManifest } from '../../src/commands/eval/evaluation.js';
import { openFootageWatcher } from '../../src/commands/footage-watcher.js';
import { loadRules, type RuleConfig } from '../../src/config/index.js';
import { readManifest } from '../../src/evaluate/manifest/read-manifest.js';
import { raisedAt } from '../../src/evaluate/sweep.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Cli } from '../fixtures/cli.js';
import { openTestModel } from '../fixtures/open-model.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const silent = { json: false, isTerminal: false, stdout: () => {}, stderr: () => {} };

let folder: string;
let rules: RuleConfig[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-eval-'));
  rules = (await loadRules([path('rules')], { env: {} })).rules!;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('eval', () => {
  it('measures rules on labelled videos, compares them with others, and reports', async () => {
    const labels = join(folder, 'labels.csv');
    // That somebody lies in the yard is made up: it is missed.
    const rows = [
      `${path('samples/gate-dog.mp4')},dog,13,37,279px`,
      `${path('samples/gate-dog.mp4')},person-down,20,30,small`,
      `${path('samples/door-left-open.mp4')},door-open,10.5,39.5,large`,
    ];
    writeFileSync(labels, `video,rule,from,to,size\n${rows.join('\n')}\n`);
    const deaf = join(folder, 'deaf.yaml');
    const words = rules.filter(({ id }) => ['dog', 'person-down', 'door-open'].includes(id));
    const texts = words.map(({ id, when }) => `{id: ${id}, when: ${JSON.stringify(when)}, threshold: 1000}`);
    writeFileSync(deaf, `rules: [${texts.join(', ')}]`);
    const report = join(folder, 'report.html');
    const others = ['--against', deaf, '--out', report, '--json'];
    await using cli = new Cli(['eval', labels, '--rules', path('rules'), ...others]);
    expect(await cli.ended).toMatchObject({ exitCode: 0 });

    const lines = cli.lines();
    const line = (of: string, name: string) => lines.find((line) => line.of === of && line.name === name);
    expect(line('rules', 'all rules')).toMatchObject({ labels: 3, found: 2, falseAlarms: 0 });
    expect(line('rules', 'all rules').figures.recall.value).toBeCloseTo(2 / 3);
    expect(line('rules', 'dog').figures).toMatchObject({
      recall: { value: 1 },
      missesAt1PerDay: { value: 0 },
    });
    expect(line('rules', 'dog').figures.delayMedianMs.value).toBeLessThanOrEqual(5000);
    expect(line('rules', 'dog').figures.frameAuc.value).toBeGreaterThan(0.95);
    expect(line('rules', 'small')).toMatchObject({ labels: 1, found: 0 });
    expect(line('rules', 'large')).toMatchObject({ labels: 2, found: 2 });
    expect(line('against', 'all rules')).toMatchObject({ found: 0, falseAlarms: 0 });
    const difference = lines.find(({ type, name }) => type === 'difference' && name === 'all rules');
    expect(difference.figures.recall.value).toBeCloseTo(2 / 3);
    const missed = lines.find(
      ({ of, ruleId, video }) => of === 'rules' && ruleId === 'person-down' && /gate-dog/.test(video),
    );
    expect(missed.missed).toEqual([{ ruleId: 'person-down', fromMs: 20_000, toMs: 30_000, size: 'small' }]);

    const page = readFileSync(report, 'utf8');
    for (const text of [
      'Recall and false alarms',
      'Time to detect',
      'Compared',
      'missed',
      '20.0 s to 30.0 s, small',
    ])
      expect(page).toContain(text);
  });

  it('raises, with thresholds as they are, what was raised', async () => {
    const { embedder } = await openTestModel(path('models/starter'));
    await using _ = embedder;
    const signal = new AbortController().signal;
    const logger = createLogger({ level: 'silent' });
    // One rule has a budget: its threshold changes from frame to frame.
    const tried = rules.map((rule) =>
      rule.id === 'gate-open' ? { ...rule, budget: { falseAlarmsPerDay: 1 } } : rule,
    );
    using watcher = await openFootageWatcher({
      rules: tried,
      embedder,
      storePath: null,
      output: silent,
      logger,
      signal,
    });
    const location = path('samples/gate-dog.mp4');
    const how = { cameraId: 'gate', fps: 1, motionGate: true, startTimeMs: null, timeZone: 'UTC' };
    const footage = await watcher.watch({ ...how, location });
    expect(footage.alarms.map(({ ruleId }) => ruleId)).toContain('dog');
    for (const rule of tried) {
      const raised = footage.alarms.filter(({ ruleId }) => ruleId === rule.id);
      const again = raisedAt(0, { rule, footage, timeZone: null });
      expect(again).toEqual(raised.map(({ startedMs, raisedMs }) => ({ startedMs, raisedMs })));
    }
  });

  it('finds the videos of a data set wherever they are below its folder', async () => {
    mkdirSync(join(folder, 'Anomaly-Part-1', 'Dog'), { recursive: true });
    const video = join(folder, 'Anomaly-Part-1', 'Dog', 'Dog028_x264.mp4');
    symlinkSync(path('samples/gate-dog.mp4'), video);
    const annotations = join(folder, 'annotations.txt');
    writeFileSync(annotations, 'Dog028_x264  Dog  130  370  -1  -1  \n');
    const { manifest } = await readManifest(annotations, { truthPath: null, env: {} });
    const about = { rules, renamed: new Map(), skipUnknown: false, fps: 2, output: silent };
    const resolved = await resolveManifest({ manifest: manifest!, videosFolder: folder, ...about });
    expect(resolved).toMatchObject({
      ruleIds: ['dog'],
      // The sample has ten frames a second.
      videos: [
        { location: video, cameraId: 'dog028_x264', fps: 2, labels: [{ fromMs: 13_000, toMs: 37_000 }] },
      ],
    });
  });

  it('has labels of the samples and of their quiet hours', async () => {
    const { manifest } = await readManifest(path('samples/labels.yaml'), { truthPath: null, env: {} });
    const about = { rules, renamed: new Map(), skipUnknown: false, fps: null, output: silent };
    const resolved = await resolveManifest({ manifest: manifest!, videosFolder: path('samples'), ...about });
    expect(resolved!.videos).toHaveLength(16);
    expect(resolved!.videos.flatMap(({ labels }) => labels)).toHaveLength(9);
    // It says of all example rules when they are true, also where they never are.
    expect(resolved!.ruleIds).toEqual(rules.map(({ id }) => id));
  });

  it.each([
    [
      'nothing to evaluate',
      [],
      /eval needs labelled videos and rules\nName them: wordwatch eval MANIFEST --rules PATH/,
    ],
    ['a manifest of another kind', ['labels.xml', '--rules', path('rules')], /labels\.xml.*no such file/],
    [
      'a name without a rule',
      ['labels.csv', '--rules', path('rules'), '--map', 'Abuse'],
      /expected NAME=RULE/,
    ],
    [
      'videos and rules that are not there',
      ['wrong.csv', '--rules', path('rules')],
      /wrong\.csv:2:1 video: .*nowhere\.mp4: no such file/,
    ],
  ])('says what is wrong with %s', async (_, args, message) => {
    writeFileSync(join(folder, 'wrong.csv'), 'video,rule,from,to\nnowhere.mp4,dog,1,2\n');
    await using cli = new Cli(['eval', ...args], { cwd: folder });
    expect(await cli.ended).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) });
  });
});
