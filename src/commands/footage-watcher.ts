import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { createSource } from '../capture/index.js';
import type { Alarm, Moment, WatchedFootage } from '../evaluate/footage.js';
import type { Embedder } from '../model/embedder.js';
import { CalibrationKeeper } from '../pipeline/calibration-keeper.js';
import { openRuleBook, type RuleBook, type WatchRule } from '../pipeline/rule-book.js';
import { type WatchedFrame, watchCamera } from '../pipeline/watch-camera.js';
import { CalibrationStore } from '../store/calibration-store.js';
import { openExistingDatabase } from '../store/database.js';
import { LessonStore } from '../store/lesson-store.js';
import type { Logger } from '../telemetry/logger.js';
import type { Output } from './output.js';
import { Progress } from './progress.js';

/** What {@link openFootageWatcher} needs. */
export interface FootageWatcherOptions {
  rules: readonly WatchRule[];
  embedder: Embedder;
  /** Data folder whose calibrations and lessons are used, and not changed; null: rules with a budget begin to calibrate with each video. */
  storePath: string | null;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/** A video and how it is to be watched. */
export interface Footage {
  cameraId: string;
  /** A file or a folder of pictures. */
  location: string;
  /** Frames sampled a second. */
  fps: number;
  motionGate: boolean;
  /** Wall clock of its first frame; null: not known, and rules are always active. */
  startTimeMs: number | null;
  timeZone: string;
}

/** Watches whole videos with the same rules, each as if it were the first. */
export class FootageWatcher implements Disposable {
  readonly #options: FootageWatcherOptions;
  readonly #book: RuleBook;
  readonly #database: DatabaseSyncInstance | null;

  constructor(
    options: FootageWatcherOptions,
    { book, database }: { book: RuleBook; database: DatabaseSyncInstance | null },
  ) {
    this.#options = options;
    this.#book = book;
    this.#database = database;
  }

  /**
   * Watches a video to its end, or until the signal aborts.
   * @param only rules that watch; null: all
   * @throws WordwatchError where it cannot be read
   */
  async watch(footage: Footage, only: readonly string[] | null = null): Promise<WatchedFootage> {
    const { embedder, output, logger, signal } = this.#options;
    const { cameraId, location, fps, motionGate, startTimeMs } = footage;
    const source = createSource({ cameraId, location, fps, startTimeMs: startTimeMs ?? 0 });
    const found = new Collector(footage);
    const progress = new Progress(source, { output, told: () => `${found.started} events` });
    await progress.start();
    const book = only === null ? this.#book : bookOf(this.#book, only);
    const watched = watchCamera({
      ...{ source, embedder, motionGate, logger, signal },
      book: () => book,
      // What one video taught must not change what is seen in the next.
      calibrations: new CalibrationKeeper({
        store: this.#database && new CalibrationStore(this.#database),
        readOnly: true,
        modelHash: () => embedder.describe().modelHash,
        logger,
      }),
      timeZone: startTimeMs === null ? null : footage.timeZone,
      onModelError: 'throw',
      onStatus: () => {},
    });
    for await (const frame of watched) {
      found.take(frame);
      if (frame.pyramid) progress.at(frame.pyramid.ptsMs);
    }
    progress.finish();
    return found.finish();
  }

  [Symbol.dispose](): void {
    this.#database?.[Symbol.dispose]();
  }
}

/** @throws WordwatchError where the data folder or the model cannot be read */
export async function openFootageWatcher(options: FootageWatcherOptions): Promise<FootageWatcher> {
  const database = options.storePath === null ? null : openExistingDatabase(options.storePath);
  try {
    const lessons = database && new LessonStore(database, options.logger);
    const book = await openRuleBook(options.rules, options.embedder, lessons);
    return new FootageWatcher(options, { book, database });
  } catch (error) {
    database?.[Symbol.dispose]();
    throw error;
  }
}

function bookOf(book: RuleBook, only: readonly string[]): RuleBook {
  const kept = book.rules.map(({ id }) => only.includes(id));
  return {
    ...book,
    rules: book.rules.filter((_, i) => kept[i]),
    set: { ...book.set, rules: book.set.rules.filter((_, i) => kept[i]) },
  };
}

/** Gathers what the rules make of a video. */
class Collector {
  readonly #footage: Footage;
  readonly #moments: Moment[] = [];
  readonly #rules = new Map<string, { scores: number[]; thresholds: number[] }>();
  readonly #alarms = new Map<string, Alarm>();
  #frame: WatchedFootage['frame'] = null;
  #lastPtsMs = 0;

  constructor(footage: Footage) {
    this.#footage = footage;
  }

  /** Events so far. */
  get started(): number {
    return this.#alarms.size;
  }

  take({ pyramid, view, seen, scores, transitions }: WatchedFrame): void {
    if (view) this.#frame = view.frame;
    if (pyramid) this.#lastPtsMs = pyramid.ptsMs;
    if (seen) {
      const { atMs, unseen, blindSinceMs } = seen;
      this.#moments.push({ atMs, unseen, blindSinceMs });
      for (const { ruleId, score, threshold } of scores) {
        const track = this.#trackOf(ruleId);
        track.scores[this.#moments.length - 1] = score;
        track.thresholds[this.#moments.length - 1] = threshold;
      }
    }
    const zeroMs = this.#footage.startTimeMs ?? 0;
    for (const { rule, transition } of transitions) {
      const { id, phase, startedAtMs, atMs, endedAtMs, peakScore } = transition;
      const alarm = this.#alarms.get(id) ?? {
        ruleId: rule.id,
        startedMs: startedAtMs - zeroMs,
        raisedMs: atMs - zeroMs,
        endedMs: atMs - zeroMs,
        peakScore,
      };
      alarm.peakScore = peakScore;
      if (phase === 'end') alarm.endedMs = endedAtMs! - zeroMs;
      this.#alarms.set(id, alarm);
    }
  }

  #trackOf(ruleId: string) {
    let track = this.#rules.get(ruleId);
    if (!track) {
      track = { scores: [], thresholds: [] };
      this.#rules.set(ruleId, track);
    }
    return track;
  }

  finish(): WatchedFootage {
    const { cameraId, startTimeMs, fps } = this.#footage;
    const whole = (values: number[]) => Float64Array.from(this.#moments, (_, i) => values[i] ?? Number.NaN);
    return {
      cameraId,
      startTimeMs: startTimeMs ?? 0,
      durationMs: this.#frame ? this.#lastPtsMs + 1000 / fps : 0,
      frame: this.#frame,
      moments: this.#moments,
      rules: new Map(
        [...this.#rules].map(([ruleId, { scores, thresholds }]) => [
          ruleId,
          { scores: whole(scores), thresholds: whole(thresholds) },
        ]),
      ),
      alarms: [...this.#alarms.values()],
    };
  }
}
