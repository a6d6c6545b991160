import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawFrame } from '../../test/fixtures/pictures.js';
import type { Embedder } from '../model/embedder.js';
import type { ThresholdPlan } from '../rules/thresholds.js';
import { databasePath, openDatabase } from '../store/database.js';
import { EventStore } from '../store/event-store.js';
import { MomentStore } from '../store/moment-store.js';
import { SampleStore } from '../store/sample-store.js';
import { SnapshotFolder } from '../store/snapshots.js';
import { createLogger } from '../telemetry/logger.js';
import { CalibrationKeeper } from './calibration-keeper.js';
import { type RuleView, scoreOf } from './camera-view.js';
import { EventRecorder } from './event-recorder.js';
import { FixedPeaks } from './fixed-peaks.js';
import { MomentRecorder } from './moment-recorder.js';
import { nearMisses } from './near-misses.js';
import { Reviews } from './reviews.js';
import type { RuleBook, WatchRule } from './rule-book.js';
import type { CameraSwitches } from './rule-switches.js';
import { RuleWatch } from './rule-watch.js';

const logger = createLogger({ level: 'silent' });
const TILES = [0, 1].map((index) => ({ index, level: 0, box: { x: index / 2, y: 0, w: 0.5, h: 1 } }));
const VECTORS = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
const model = { describe: () => ({ modelHash: 'abc' }) } as unknown as Embedder;
const MINUTE_MS = 60_000;

/** What the rules file says. */
interface Rules {
  threshold: number | null;
  words: string;
}

let folder: string;
let nowMs: number;
let isMuted: boolean;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-misses-'));
  nowMs = Date.UTC(2026, 0, 5, 8);
  isMuted = false;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The rule `fire` on the yard, by day only. */
function viewOf({ threshold, words }: Rules): RuleView {
  const rule = {
    ...{ id: 'fire', name: 'Fire', severity: 'critical', cameras: null, threshold },
    timing: {
      ...{ confirm: { k: 2, n: 2 }, hysteresis: 0.5, forMs: 0, clearForMs: 10_000, cooldownMs: 30_000 },
      remindEveryMs: null,
    },
    active: { days: new Set([0, 1, 2, 3, 4, 5, 6]), fromMinute: 6 * 60, toMinute: 20 * 60 },
    calibrate: { warmupMs: 1, minMs: 1, adapt: true },
  } as unknown as WatchRule;
  const plan: ThresholdPlan =
    threshold === null ? { kind: 'calibrated', budgetPerDay: 1 } : { kind: 'fixed', value: threshold };
  const book = {
    rules: [rule],
    plans: new Map([['fire', plan]]),
    taught: new Map([['fire', { scoring: words }]]),
  } as unknown as RuleBook;
  return { book, tilesOf: () => TILES, tileOf: (index) => TILES[index]! };
}

/** The program from its start to its end, on what it left in its folder the last time. */
class Program implements Disposable {
  readonly #database = openDatabase(databasePath(folder));
  readonly moments = new MomentStore(this.#database);
  readonly snapshots = new SnapshotFolder(folder);
  readonly #events = new EventStore(this.#database, logger);
  readonly #recorder = new MomentRecorder({
    ...{ moments: this.moments, samples: new SampleStore(this.#database), snapshots: this.snapshots },
    ...{ model, logger },
  });
  readonly #keep = new EventRecorder({
    ...{ store: this.#events, snapshots: this.snapshots, moments: this.#recorder, model, logger },
  });
  readonly calibrations = new CalibrationKeeper({ store: null, modelHash: () => 'abc', logger });
  readonly #fixedPeaks = new FixedPeaks({ moments: this.moments, clock: { nowMs: () => nowMs } });
  readonly #watch = new RuleWatch({
    ...{ cameraId: 'yard', fps: 0.5, motionGate: false, model, keeper: this.calibrations, timeZone: 'UTC' },
    switches: { isMuted: () => isMuted, budgetPerDay: () => null } as unknown as CameraSwitches,
    fixedPeaks: this.#fixedPeaks,
  });
  #view: RuleView;
  #written = 0;

  constructor(rules: Partial<Rules> = {}) {
    this.#view = viewOf({ threshold: 5, words: 'flames', ...rules });
  }

  /** The rules file has changed. */
  edit(rules: Partial<Rules>): void {
    this.#view = viewOf({ threshold: 5, words: 'flames', ...rules });
  }

  async frame(...margins: [number, number]): Promise<void> {
    nowMs += 2_000;
    const { book, tileOf } = this.#view;
    const score = scoreOf('fire', book.plans.get('fire')!, {
      ...{ cameraId: 'yard', atMs: nowMs, ptsMs: 0, tileOf },
      ...{ tileMargins: Float32Array.from(margins), tileIndexes: [0, 1] },
    });
    const scene = { regime: 'day', changed: false } as const;
    const scored = { scores: [score], scene };
    const verdict = this.#watch.judge({ atMs: nowMs, unseen: false, blindSinceMs: null, scored }, this.#view);
    if (verdict.transitions.length === 0 && verdict.peaks.length === 0) return;
    this.#written += verdict.peaks.length;
    const coded = VECTORS.map((vector) => ({ vector }));
    await this.#keep.keep(
      {
        ...verdict,
        ...{ pyramid: { ...drawFrame(() => [9, 9, 9]), cameraId: 'yard', capturedAtMs: nowMs } },
        ...{ view: null, seen: { coded }, fresh: [], healthSteps: [] },
        ...{ calibrationKeyOf: (id: string) => this.#watch.calibrationKeyOf(id), scoringOf: () => 'scoring' },
      } as never,
      'yard',
    );
  }

  /** What is usual: margins between −4 and −2. */
  async quiet(minutes: number): Promise<this> {
    for (const end = nowMs + minutes * MINUTE_MS; nowMs < end; )
      await this.frame(-3 + Math.sin(nowMs * 2.399), -4);
    return this;
  }

  /** Somebody at the second tile, for two frames. */
  async happening(score: number): Promise<void> {
    await this.quiet(2);
    for (let i = 0; i < 2; i++) await this.frame(-3, score);
  }

  /** How many peaks were told of since this was asked. */
  get written(): number {
    const written = this.#written;
    this.#written = 0;
    return written;
  }

  rows() {
    const { moments, calibrations } = this;
    const { book } = this.#view;
    const cameraIds = ['yard', 'door'];
    return nearMisses({ fixedPeaks: this.#fixedPeaks, moments, calibrations, book, cameraIds });
  }

  /** Of scores above that of anything usual. */
  get misses() {
    return this.rows().flatMap(({ misses }) => misses.filter(({ score }) => score > 0));
  }

  get scores(): number[] {
    return this.misses.map(({ score }) => score);
  }

  [Symbol.dispose](): void {
    this.#recorder[Symbol.dispose]();
    this.#events[Symbol.dispose]();
    this.#database.close();
  }
}

describe('near misses of a rule with a fixed threshold', () => {
  it('are its highest peaks, with picture and tile, and teach no threshold anything', async () => {
    using program = new Program();
    expect(program.rows()).toEqual([]); // no camera has sent anything yet
    await program.quiet(30);
    for (const score of [3, 4, 2]) await program.happening(score);
    const [row, ...others] = program.rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ...{ cameraId: 'yard', ruleId: 'fire', state: 'fixed', threshold: 5 },
      ...{ budgetPerDay: null, observedHours: null, expected: null },
    });
    const [top] = program.misses;
    expect(program.scores).toEqual([4, 3, 2]);
    expect(top).toMatchObject({ threshold: 5, tile: TILES[1], verdict: null });
    expect(await program.snapshots.has(top!.id)).toBe(true);
    const { vector, scoring, kind } = program.moments.get(top!.id)!;
    expect([vector, scoring, kind]).toEqual([VECTORS[1], 'scoring', 'peak']);

    const { moments, calibrations } = program;
    const outcome = new Reviews({ moments, calibrations }).applyAll([{ id: top!.id, verdict: 'true' }]);
    expect(outcome).toMatchObject({ reviewed: [{ id: top!.id }], effects: [] });
    expect(program.misses[0]).toMatchObject({ id: top!.id, verdict: 'true' });
  });

  it('are what the detector counts, and no events, not even while these begin', async () => {
    using program = await new Program().quiet(30);
    for (let i = 0; i < 30; i++) await program.happening(8);
    await program.quiet(2);
    // One frame alone confirms nothing.
    for (const score of [9, 3, -3, 4, 4, 6, 7, 9]) await program.frame(score, -4);
    await program.happening(4.5);
    expect(program.scores).toEqual([4.5]);
    expect(program.moments.list({ kind: 'event' })).toHaveLength(31);
    // The last event began as a near miss, of which nothing is left.
    expect(program.moments.list({ kind: 'peak', limit: 1 })).toMatchObject([{ score: 4.5 }]);
    const high = program.moments.list({ kind: 'peak' }).filter(({ score }) => score >= 5);
    expect(high).toEqual([]);
    await program.quiet(2);
    for (const score of [9, 3, -3]) await program.frame(score, -4);
    expect(program.scores).toEqual([4.5, 3]);
  });

  it('are twenty and an open one in the store, and those that somebody has judged', async () => {
    using program = await new Program().quiet(30);
    await program.happening(0.5);
    const { id } = program.misses[0]!;
    program.moments.review(id, 'unsure', nowMs);
    for (let i = 0; i < 30; i++) await program.happening(1 + (i % 10) / 10);
    expect(program.moments.list({ kind: 'peak' })).toHaveLength(20 + 1 + 1);
    expect(program.moments.get(id)).toMatchObject({ verdict: 'unsure' });
    // An event that was judged while it was only beginning is no near miss for that.
    await program.quiet(2);
    for (let i = 0; i < 2; i++) await program.frame(-3, 4);
    program.moments.review(program.misses[0]!.id, 'true', nowMs);
    for (let i = 0; i < 2; i++) await program.frame(-3, 7);
    expect(program.moments.list({ kind: 'peak', reviewed: true })).toHaveLength(2);
    expect(Math.max(...program.scores)).toBeLessThan(2);
    using again = new Program();
    await again.frame(-3, -4);
    expect(Math.max(...again.scores)).toBeLessThan(2);
  });

  it('go on after a restart: the same list, no new lows, no number twice', async () => {
    {
      using program = await new Program().quiet(30);
      for (let i = 0; i < 25; i++) await program.happening(1 + i / 10);
      await program.quiet(2);
      // In the middle of an event.
      for (let i = 0; i < 4; i++) await program.frame(-3, 4 + i);
      expect(program.scores).toHaveLength(20);
    }
    const before = Array.from({ length: 20 }, (_, i) => Math.fround(1 + (24 - i) / 10));
    using program = await new Program().quiet(1);
    expect(program.scores).toEqual(before);
    expect(program.written).toBe(0);
    await program.quiet(60);
    await program.happening(1.2);
    expect(program.written).toBe(0);
    await program.happening(4);
    expect(program.scores).toEqual([4, ...before.slice(0, 19)]);
    const peaks = program.moments.list({ kind: 'peak' }).map(({ peak }) => peak);
    expect(new Set(peaks).size).toBe(peaks.length);
  });

  it('are not mixed with those of other words, and there again with the words', async () => {
    using program = await new Program().quiet(30);
    await program.happening(4);
    program.edit({ words: 'smoke' });
    await program.frame(-3, -4);
    expect(program.scores).toEqual([]);
    await program.quiet(30);
    await program.happening(3);
    expect(program.scores).toEqual([3]);
    program.edit({ words: 'flames' });
    await program.frame(-3, -4);
    expect(program.scores).toEqual([4]);
    // What would be an event by now is no near miss.
    program.edit({ threshold: 3.5 });
    await program.frame(-3, -4);
    expect(program.scores).toEqual([]);
    program.edit({ threshold: null });
    await program.frame(-3, -4);
    expect(program.rows()).toMatchObject([{ state: 'warming_up', budgetPerDay: 1, misses: [] }]);
  });

  it('are none outside active hours and while the rule is muted', async () => {
    using program = await new Program().quiet(30);
    isMuted = true;
    await program.happening(4);
    isMuted = false;
    await program.happening(2);
    nowMs = Date.UTC(2026, 0, 5, 20);
    await program.happening(3);
    expect(program.scores).toEqual([2]);
  });

  it('are two weeks old at most', async () => {
    {
      using program = await new Program().quiet(30);
      await program.happening(4);
      nowMs += 10 * 24 * 60 * MINUTE_MS;
      await program.happening(3);
    }
    nowMs += 5 * 24 * 60 * MINUTE_MS;
    using program = await new Program().quiet(1);
    expect(program.scores).toEqual([3]);
  });
});
