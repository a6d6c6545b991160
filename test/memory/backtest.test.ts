import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backtest, type BacktestOptions, backtest } from '../../src/backtest/backtest.js';
import { Hands } from '../../src/backtest/hands.js';
import { replayCamera } from '../../src/backtest/replay-camera.js';
import { type BacktestEvent, BacktestRow } from '../../src/backtest/result.js';
import { RulePreview } from '../../src/backtest/rule-preview.js';
import { ScoreCurves } from '../../src/backtest/score-curve.js';
import { createSource } from '../../src/capture/index.js';
import { backtestPage } from '../../src/commands/backtest/report.js';
import { RULE } from '../../src/commands/bench/stages.js';
import type { DetectionEvent } from '../../src/detect/event.js';
import type { Embedder } from '../../src/model/embedder.js';
import { CalibrationKeeper } from '../../src/pipeline/calibration-keeper.js';
import { EventRecorder } from '../../src/pipeline/event-recorder.js';
import { bookOfRule, openRuleBook, type RuleBook, type WatchRule } from '../../src/pipeline/rule-book.js';
import { VectorRecorder } from '../../src/pipeline/vector-recorder.js';
import { watchCamera } from '../../src/pipeline/watch-camera.js';
import { PreviewResult } from '../../src/server/api/preview-routes.js';
import { CalibrationStore } from '../../src/store/calibration-store.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { EventStore } from '../../src/store/event-store.js';
import { SnapshotFolder } from '../../src/store/snapshots.js';
import { openVectorDatabase, openVectorsReadOnly } from '../../src/store/vectors/vector-database.js';
import { VectorStore } from '../../src/store/vectors/vector-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Cli, wordwatch } from '../fixtures/cli.js';
import { openTestModel } from '../fixtures/open-model.js';

const logger = createLogger({ level: 'silent' });
const { signal } = new AbortController();
const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
const START_MS = Date.parse('2026-05-01T11:58:30Z');
const QUIET_S = 80;
const END_MS = START_MS + (QUIET_S + 60) * 1000;
const MINUTE_MS = 60_000;

const FIXED: WatchRule = { ...RULE, id: 'fixed', threshold: 4, not: ['a sunset'] };
const RULES: readonly WatchRule[] = [
  { ...FIXED, timing: { ...RULE.timing, remindEveryMs: 5_000 } },
  {
    ...RULE,
    id: 'calibrated',
    threshold: null,
    budget: { falseAlarmsPerDay: 20 },
    calibrate: { warmupMs: 1, minMs: 1, adapt: true },
  },
  // Begins to watch in the middle of the fire.
  { ...FIXED, id: 'afternoon', active: { days: new Set([5]), fromMinute: 12 * 60, toMinute: 24 * 60 } },
];

let folder: string;
let embedder: Embedder;
let hands: Hands;
let book: RuleBook;
let raised: DetectionEvent[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-backtest-'));
  hands = new Hands(2);
  ({ embedder } = await openTestModel('models/starter'));
  book = await openRuleBook(RULES, embedder);
  await watch(footage());
});
afterAll(async () => {
  await hands[Symbol.asyncDispose]();
  await embedder[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** The yard while nothing happens, long enough to be known, and then on fire. */
function footage(): string {
  const path = join(folder, 'yard.mp4');
  const inputs = ['-t', String(QUIET_S), '-i', sample('quiet/fire-yard.mp4'), '-i', sample('fire-yard.mp4')];
  const filter = '[0]scale=640:360,fps=1,setsar=1[a];[1]scale=640:360,fps=1,setsar=1[b];[a][b]concat';
  const encode = ['-filter_complex', filter, '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', path];
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...encode]);
  return path;
}

/** Watches footage as `run` does: what it raises and what was seen are in the data folder then. */
async function watch(location: string): Promise<void> {
  using database = openDatabase(databasePath(folder));
  using vectorDatabase = openVectorDatabase(folder);
  const modelHash = () => embedder.describe().modelHash;
  using keeper = new CalibrationKeeper({ store: new CalibrationStore(database), modelHash, logger });
  using store = new EventStore(database, logger);
  const snapshots = new SnapshotFolder(folder);
  const recorder = new EventRecorder({ store, snapshots, moments: null, model: embedder, logger });
  using vectors = new VectorRecorder({
    ...{ store: new VectorStore(vectorDatabase), model: embedder, commonness: null, logger },
  });
  const watched = watchCamera({
    source: createSource({ cameraId: 'yard', location, fps: 1, startTimeMs: START_MS }),
    ...{ book: () => book, embedder, calibrations: keeper, timeZone: 'UTC', motionGate: true },
    ...{ onModelError: 'throw', onStatus: () => {}, logger, signal },
  });
  for await (const frame of watched) {
    vectors.keep(frame, { cameraId: 'yard', fps: 1, motionGate: true, timed: true });
    await recorder.keep(frame, 'yard');
  }
  raised = store.list({ after: 0, limit: 1000 });
}

function tryAgain(given: Partial<BacktestOptions> = {}): Promise<Backtest> {
  const all = { cameras: null, fromMs: null, toMs: null, against: 'stored' } as const;
  return backtest({
    ...{
      folder,
      book,
      ...all,
      calibration: 'replay',
      timeZone: 'UTC',
      model: embedder.describe(),
      hands,
      signal,
    },
    ...given,
  });
}

/** Ids are made anew, and nobody takes pictures or counts. */
const told = (events: readonly Partial<DetectionEvent>[]) =>
  events.map(({ id: _, seq: __, snapshot: ___, ...event }) => event);
const rowOf = ({ rows }: Backtest, ruleId: string) => rows.find((row) => row.ruleId === ruleId)!;

/** Does something to what is stored, for as long as `then` takes. */
async function changed<T>(sql: string, then: () => Promise<T>): Promise<T> {
  using database = openVectorDatabase(folder);
  database.exec(
    'CREATE TEMP TABLE kept_minutes AS SELECT * FROM minutes; CREATE TEMP TABLE kept_streams AS SELECT * FROM streams;',
  );
  database.exec(sql);
  try {
    return await then();
  } finally {
    database.exec(
      'DELETE FROM minutes; DELETE FROM streams; INSERT INTO streams SELECT * FROM kept_streams; INSERT INTO minutes SELECT * FROM kept_minutes; DROP TABLE kept_minutes; DROP TABLE kept_streams;',
    );
  }
}

describe('a backtest', () => {
  it('gives the scores of a stretch again as they were', async () => {
    const curves = new ScoreCurves({ folder, model: embedder, book: () => book, timeZone: 'UTC' });
    const [start] = raised.filter(({ ruleId }) => ruleId === 'fixed');
    const range = { fromMs: start!.atMs - 10_000, toMs: start!.atMs + 20_000 };
    const asked = { cameraId: 'yard', ruleId: 'fixed', ...range };
    const { scores } = (await curves.of(asked, signal))!;
    expect(scores).toHaveLength(30);
    const told = raised.filter(({ ruleId, atMs }) => ruleId === 'fixed' && atMs < range.toMs);
    expect(told.length).toBeGreaterThan(1);
    for (const { atMs, score, threshold } of told)
      expect(scores.find((point) => point.atMs === atMs)).toEqual({ atMs, score, threshold });
    expect(await curves.of({ ...asked, ruleId: 'gone' }, signal)).toBeNull();
    // Of a calibrated rule as it is known at the end.
    const calibrated = await curves.of({ ...asked, ruleId: 'calibrated' }, signal);
    expect(calibrated!.scores.at(-1)!.score).toBeGreaterThan(calibrated!.scores[0]!.score!);
  });

  it('raises what was raised when the camera was watched, event by event', async () => {
    const found = await tryAgain();
    for (const { id } of RULES) {
      const row = rowOf(found, id);
      const then = raised.filter(({ ruleId }) => ruleId === id);
      expect(
        then.map(({ phase }) => phase),
        id,
      ).toContain('start');
      expect(told(row.steps), id).toEqual(told(then));
      expect(row.old, id).toMatchObject({ source: 'stored', gained: 0, lost: 0, same: row.events.length });
      expect(row.gaps).toEqual([]);
      expect(BacktestRow.parse(row)).toEqual(row);
    }
    expect(rowOf(found, 'fixed').steps.map(({ phase }) => phase)).toContain('update');
    expect(rowOf(found, 'calibrated').steps[0]!.thresholdState).not.toBe('fixed');
    expect(rowOf(found, 'afternoon').steps[0]!.atMs).toBeGreaterThan(Date.parse('2026-05-01T12:00:00Z'));
  });

  it('goes through all that is stored before, and tells only what was asked for', async () => {
    const whole = rowOf(await tryAgain(), 'calibrated');
    const [start] = whole.steps;
    const late = rowOf(await tryAgain({ fromMs: start!.atMs + 1 }), 'calibrated');
    expect(told(late.steps)).toEqual(told(whole.steps.slice(1)));
    const early = rowOf(await tryAgain({ toMs: start!.atMs }), 'calibrated');
    expect(early.events).toEqual([]);
  });

  it('of a long time is gone through piece by piece, which changes nothing', async () => {
    using database = openVectorsReadOnly(folder);
    const store = new VectorStore(database);
    expect(store.rows({}).length).toBeGreaterThan(2);
    const replay = (mostMargins?: number) =>
      replayCamera({
        ...{ folder, cameraId: 'yard', store, hands, signal, model: embedder.describe(), timeZone: 'UTC' },
        ...{ books: RULES.map(({ id }) => bookOfRule(book, id)), calibration: 'replay' },
        ...{ fromMs: START_MS, toMs: END_MS, ...(mostMargins === undefined ? {} : { mostMargins }) },
      });
    const [whole, pieces] = [await replay(), await replay(1)].map(({ outcomes }) =>
      outcomes.map(({ transitions, ...outcome }) => ({ ...outcome, transitions: told(transitions) })),
    );
    expect(pieces).toEqual(whole);
  });

  it('says what edited rules gain and lose, against others or against what is stored', async () => {
    const deaf = await openRuleBook([{ ...FIXED, threshold: 1000 }], embedder);
    expect(rowOf(await tryAgain({ book: deaf }), 'fixed')).toMatchObject({
      events: [],
      old: { source: 'stored', gained: 0, lost: 1, same: 0, events: [{ change: 'lost' }] },
    });
    expect(rowOf(await tryAgain({ against: deaf }), 'fixed')).toMatchObject({
      events: [{ change: 'gained' }],
      old: { source: 'rules', gained: 1, lost: 0 },
    });
    const words = await openRuleBook([{ ...FIXED, id: 'words' }], embedder);
    expect(rowOf(await tryAgain({ book: words, against: deaf }), 'words').old).toBeNull();
  });

  it('begins with what the data folder has learned where that is asked for, and changes nothing there', async () => {
    const before = readFileSync(databasePath(folder));
    const stored = rowOf(await tryAgain({ calibration: 'stored' }), 'calibrated');
    // The fire is part of what it knows now, and as high as that is the threshold.
    expect(stored).toMatchObject({ events: [], old: { lost: 1 } });
    expect(stored.threshold).toBeGreaterThan(raised.find(({ ruleId }) => ruleId === 'calibrated')!.threshold);
    expect(readFileSync(databasePath(folder)).equals(before)).toBe(true);
  });

  it('shows gaps, and never takes them for quiet', async () => {
    const fire = rowOf(await tryAgain(), 'fixed').events[0]!;
    const minute = `from_ms <= ${fire.startedAtMs} AND to_ms >= ${fire.startedAtMs}`;
    const gone = await changed(`DELETE FROM minutes WHERE ${minute}`, () => tryAgain({ toMs: END_MS }));
    const row = rowOf(gone, 'fixed');
    expect(row.gaps).toMatchObject([{ reason: 'missing' }]);
    expect(row.old!.events).toMatchObject([{ change: 'untested' }]);
    expect(row.old!.lost).toBe(0);
    expect(row.coveredMs).toBeLessThan(rowOf(await tryAgain(), 'fixed').coveredMs - MINUTE_MS / 2);
    const damaged = await changed(`UPDATE minutes SET body = x'00' WHERE ${minute}`, () =>
      tryAgain({ toMs: END_MS }),
    );
    expect(rowOf(damaged, 'fixed').gaps).toMatchObject([{ reason: 'unreadable' }]);
    const foreign = await changed(
      `INSERT INTO streams (id, camera_id, model_hash, content)
         SELECT 99, camera_id, 'other', replace(content, model_hash, 'other') FROM streams LIMIT 1;
       UPDATE minutes SET stream = 99 WHERE ${minute}`,
      () => tryAgain({ toMs: END_MS }),
    );
    expect(rowOf(foreign, 'fixed').gaps).toMatchObject([{ reason: 'other-model' }]);
    expect(foreign.otherModel).toBeGreaterThan(0);
    const layout = { kind: 'grid', columns: 3, rows: 1, overlap: 0 } as const;
    const elsewhere = await openRuleBook([{ ...FIXED, tiles: { layout, region: null } }], embedder);
    expect(rowOf(await tryAgain({ book: elsewhere }), 'fixed')).toMatchObject({
      ...{ coveredMs: 0, eventsPerDay: null, events: [], gaps: [{ reason: 'other-tiles' }] },
      old: { lost: 0, events: [{ change: 'untested' }] },
    });
  });

  it('can be looked at: a page of its own with lanes, gaps and pictures', async () => {
    const { rows } = await tryAgain({ toMs: START_MS + 10 * MINUTE_MS });
    const page = await backtestPage(rows, { folder });
    expect(page).not.toMatch(/<script|href=|src="(?!data:image\/jpeg)/);
    expect(page).toContain('raised then');
    expect(page).toContain('url(#gap)');
    expect(page).toContain('src="data:image/jpeg');
  });

  it('can be made beside a service, one after the other, and is given up when nobody waits any more', async () => {
    const clock = { nowMs: () => END_MS };
    await using preview = new RulePreview({ folder, model: embedder, timeZone: 'UTC', clock });
    const range = { cameras: null, sinceMs: null, untilMs: null };
    const leaving = new AbortController();
    const left = preview.try(FIXED, { ...range, signal: leaving.signal });
    const stayed = preview.try(FIXED, { ...range, signal });
    setImmediate(() => leaving.abort());
    await expect(left).rejects.toMatchObject({ code: 'backtest-stopped' });
    expect((await stayed).rows).toMatchObject([
      { ruleId: 'fixed', old: null, events: [{ change: 'new' }], gaps: [{ reason: 'missing' }] },
    ]);
    const far = { ...range, sinceMs: 0, signal };
    await expect(preview.try(FIXED, far)).rejects.toMatchObject({ code: 'backtest-range', userInput: true });
    const many = Array.from({ length: 5 }, () => preview.try(FIXED, far));
    await expect(many.at(-1)).rejects.toMatchObject({ code: 'preview-busy' });
    await Promise.allSettled(many);
    const mine = { ...range, signal, client: 'me' };
    const typed = [1, 2, 3].map((threshold) => preview.try({ ...FIXED, threshold }, mine));
    const others = preview.try(FIXED, { ...mine, client: 'you' });
    const told = await Promise.allSettled([...typed, others]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    expect(told[0]).toMatchObject({ reason: { code: 'superseded' } });
  });

  it('comes to the same in a preview, whatever was tried before, and when more is stored since', async () => {
    await using preview = new RulePreview({ folder, model: embedder, timeZone: 'UTC' });
    const over = { cameras: null, sinceMs: START_MS, untilMs: END_MS, signal };
    const anyId = (event: BacktestEvent) => ({ ...event, id: '' });
    const same = async (rule: WatchRule, given: { untilMs?: number } = {}) => {
      const own = await openRuleBook([rule], embedder);
      const [now] = (await preview.try(rule, { ...over, ...given })).rows;
      const toMs = given.untilMs ?? END_MS;
      const { rows } = await tryAgain({ book: own, against: null, fromMs: START_MS, toMs });
      expect({ ...now, steps: told(now!.steps), events: now!.events.map(anyId) }).toEqual({
        ...{ ...rows[0], steps: told(rows[0]!.steps), events: rows[0]!.events.map(anyId) },
      });
    };
    // At first, half of it is not there.
    await changed(`DELETE FROM minutes WHERE from_ms > ${START_MS + MINUTE_MS}`, () => same(RULES[0]!));
    for (const rule of RULES) await same(rule);
    await same({ ...RULES[1]!, when: ['a dog'] });
    await same({ ...FIXED, timing: { ...FIXED.timing, forMs: 3_000 } });
    await same({
      ...FIXED,
      tiles: {
        layout: { kind: 'auto' },
        region: [
          [0, 0],
          [0.4, 0],
          [0, 0.4],
        ],
      },
    });
    await same(FIXED, { untilMs: END_MS - 30_000 });
    const deaf = { ...FIXED, threshold: 1000 };
    const [row] = (await preview.try(deaf, { ...over, against: { book, ruleId: 'fixed' } })).rows;
    expect(row).toMatchObject({
      events: [],
      old: { source: 'rules', lost: 1, gained: 0, events: [{ change: 'lost' }] },
    });
    const elsewhere = { ...FIXED, cameras: ['door'] };
    const [gone] = (await preview.try(elsewhere, { ...over, against: { book, ruleId: 'fixed' } })).rows;
    expect(gone).toMatchObject({ events: [], old: { lost: 1 } });
    await expect(preview.try(elsewhere, over)).rejects.toMatchObject({ code: 'nothing-to-backtest' });
  });

  it('tells what budgets would cost, all at once', async () => {
    await using preview = new RulePreview({ folder, model: embedder, timeZone: 'UTC' });
    const over = { cameras: ['yard'], sinceMs: START_MS, untilMs: END_MS, signal };
    const budgetsPerDay = [0.1, 20, 500];
    const rule = { ...RULES[1]!, threshold: 1000 };
    const [yard] = await preview.budgets(rule, { ...over, budgetsPerDay });
    expect(yard).toMatchObject({
      cameraId: 'yard',
      options: budgetsPerDay.map((budgetPerDay) => ({ budgetPerDay })),
    });
    const thresholds = yard!.options.map(({ threshold }) => threshold);
    expect([...thresholds].sort((a, b) => b - a)).toEqual(thresholds);
    const counts = yard!.options.map(({ events }) => events.length);
    expect([...counts].sort((a, b) => a - b)).toEqual(counts);
    // As if the threshold at the end had been in force from the beginning.
    const at = await preview.try(RULES[1]!, over);
    expect(yard!.options[1]!.threshold).toBeCloseTo(at.rows[0]!.threshold!, 0);
  });

  it('says what is wrong with what it was asked for', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const wrong = (
      given: Partial<BacktestOptions>,
      error: { code: string; message?: RegExp; hint?: RegExp },
    ) =>
      expect(tryAgain(given)).rejects.toMatchObject({
        ...{ code: error.code, userInput: true },
        ...(error.message ? { message: expect.stringMatching(error.message) } : {}),
        ...(error.hint ? { hint: expect.stringMatching(error.hint) } : {}),
      });
    const code = 'backtest-range';
    await wrong({ fromMs: END_MS, toMs: START_MS }, { code, message: /ends .* before it begins/ });
    await wrong({ fromMs: END_MS + 1 }, { code, hint: /from 2026-05-01T11:58:30/ });
    await wrong({ cameras: ['door'] }, { code: 'unknown-camera', hint: /there: yard/ });
    await wrong({ folder: empty }, { code: 'vectors-missing' });
    const model = { ...embedder.describe(), modelHash: 'another' };
    await wrong({ model }, { code: 'vectors-other-model', hint: /--model/ });
    const elsewhere = await openRuleBook([{ ...FIXED, cameras: ['door'] }], embedder);
    await wrong({ book: elsewhere }, { code: 'nothing-to-backtest' });
    const args = ['--store', folder, '--when', 'a fire', '--not', 'a fire'];
    const { exitCode, stdout, stderr } = await wordwatch('backtest', ...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/not.0: .*same phrase/);
  });
});

/** Asks a running service what other words would have raised. */
async function preview(cli: Cli): Promise<void> {
  const url = new URL('/api/rules/preview', /page +(http\S+)/.exec(cli.stderr)![1]!);
  const ask = (body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const answer = await ask({ words: ['flames and smoke'], threshold: 4 });
  const { rows } = PreviewResult.parse(await answer.json());
  expect(rows).toMatchObject([{ cameraId: 'yard', ruleId: 'words', old: null, threshold: 4 }]);
  expect(rows[0]!.events).toHaveLength(1);
  expect((await ask({ words: ['a fire'], cameras: ['door'] })).status).toBe(404);
  expect((await ask({ words: ['a fire'], sinceMs: 2, untilMs: 1 })).status).toBe(400);
}

describe('backtest of what run has recorded', () => {
  it('raises the same events, over a restart, too', async () => {
    const world = join(folder, 'run');
    mkdirSync(world);
    const config = join(world, 'wordwatch.yaml');
    const camera = `{id: yard, source: '${sample('fire-yard.mp4')}', loop: true, start_offset: 20s, fps: 2}`;
    writeFileSync(
      config,
      `cameras: [${camera}]\nrules: [rules.yaml]\nserver: {port: 0}\nmqtt: {port: 0}\nstore: {path: ./data}\n`,
    );
    writeFileSync(
      join(world, 'rules.yaml'),
      'rules: [{id: fire, when: something is on fire, not: [a sunset], threshold: 4, remind_every: 2s}]',
    );
    const then: DetectionEvent[] = [];
    for (let start = 0; start < 2; start++) {
      await using cli = new Cli(['run', '-c', config, '--json']);
      await expect.poll(() => cli.lines().length, { timeout: 90_000 }).toBeGreaterThan(2);
      // What the first start saw has been written.
      if (start === 1) await preview(cli);
      cli.process.kill('SIGINT');
      expect((await cli.ended).exitCode).toBe(0);
      then.push(...cli.lines());
    }
    const { stdout, stderr, exitCode } = await wordwatch('backtest', '-c', config, '--json');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('of footage')]);
    const row = BacktestRow.parse(JSON.parse(stdout));
    expect(then.filter(({ phase }) => phase === 'end')).toHaveLength(2);
    expect(told(row.steps)).toEqual(told(then));
    expect(row.old).toMatchObject({ gained: 0, lost: 0, same: 2 });
  });
});
