import type { Regime } from '../rules/calibration/regime.js';
import type { ThresholdState } from '../rules/score.js';
import type { ScoreMinute } from '../store/history/minute-scores.js';
import { HISTORY_MS, type ScoreSeries } from './score-history.js';

const MINUTE_MS = 60_000;
/** Newest scores are kept that close together (`score-history.ts`). */
const FINEST_MS = 500;
/** Buckets more than the time holds: at its start, and where minutes meet what is in memory, some are cut short. */
const ODD_BUCKETS = 4;
/** Frames come closer together than that. */
const SELDOM_MS = 15_000;

/** A stretch of time, and into how many buckets it is divided at most. */
export interface TimelineRange {
  fromMs: number;
  /** Not included. */
  toMs: number;
  /** At least 10. */
  points: number;
}

/** The highest scores of a camera's rules over time. All lists that have a place for each bucket are as long as `atMs`. */
interface ScoreTimeline {
  /** When each bucket begins, milliseconds since the epoch, oldest first. They are not all equally long. */
  atMs: number[];
  /** Mean brightness of the pictures, 0 … 1; null: nothing was seen. */
  brightness: (number | null)[];
  /** How the scene was lit from a moment on; null: nothing was seen. */
  light: { fromMs: number; regime: Regime | null }[];
  rules: RuleTimeline[];
}

/** One rule. */
interface RuleTimeline {
  ruleId: string;
  /** Highest score; null: the camera was blind, or nothing is known. */
  scores: (number | null)[];
  /** What it was measured against. */
  thresholds: (number | null)[];
  /** How sure thresholds were from a moment on. */
  thresholdStates: { fromMs: number; state: ThresholdState }[];
}

/**
 * Lays what is known of a camera's scores over a stretch of time: minutes that are stored, and from where it begins what is
 * in memory, which is finer.
 * @param recent of one camera; times of each rule rise
 */
export async function scoreTimeline(
  range: TimelineRange,
  { minutes, recent }: { minutes: MinuteSource; recent: readonly ScoreSeries[] },
): Promise<ScoreTimeline> {
  const grid = new Grid(range, beginningOf(recent));
  const buckets = new Buckets(grid);
  for await (const portion of minutes({ fromMs: grid.startMs, toMs: range.toMs }))
    for (const minute of portion) buckets.addMinute(minute);
  for (const series of recent) buckets.addRecent(series);
  return buckets.timeline();
}

/** Where memory begins, and whether with a start: of what was before it, it has not just been forgotten. */
interface Beginning {
  fromMs: number;
  isStart: boolean;
}

/** A rule that left the camera alone since keeps old points, which say nothing of the others. */
function beginningOf(recent: readonly ScoreSeries[]): Beginning {
  const firstMs = Math.min(...recent.map(({ points }) => points[0]?.[0] ?? Infinity));
  const keptMs = Math.max(...recent.map(({ points }) => points.at(-1)?.[0] ?? 0)) - HISTORY_MS;
  return { fromMs: Math.max(firstMs, keptMs), isStart: firstMs > keptMs + SELDOM_MS };
}

/** Minutes that begin in a stretch of time, oldest first, in portions. */
type MinuteSource = (range: { fromMs: number; toMs: number }) => AsyncIterable<readonly ScoreMinute[]>;

/** Where the buckets begin. */
class Grid {
  readonly startMs: number;
  /** From here on, what is in memory counts. */
  readonly memoryFromMs: number;
  /** Where its buckets begin. */
  readonly borderMs: number;
  /** Whether the first of them is before the start. */
  readonly hasBreak: boolean;
  /** Length of buckets, before the border and behind it. */
  readonly coarseMs: number;
  readonly fineMs: number;
  readonly coarse: number;
  readonly count: number;

  constructor({ fromMs, toMs, points }: TimelineRange, { fromMs: memoryFromMs, isStart }: Beginning) {
    this.fineMs = Math.max(FINEST_MS, Math.ceil((toMs - fromMs) / (points - ODD_BUCKETS)));
    this.coarseMs = Math.ceil(this.fineMs / MINUTE_MS) * MINUTE_MS;
    this.startMs = Math.floor(fromMs / this.coarseMs) * this.coarseMs;
    // Where buckets are minutes or more, those that are whole in the store are taken from there. Else they begin at the same
    // places whenever they are asked for: what is drawn again must not tremble.
    const isFine = this.fineMs < MINUTE_MS;
    this.memoryFromMs = isFine ? memoryFromMs : Math.ceil(memoryFromMs / MINUTE_MS) * MINUTE_MS;
    const placeMs = isFine ? Math.floor(memoryFromMs / this.fineMs) * this.fineMs : this.memoryFromMs;
    // Nothing is known of right before a start: one bucket says so, or a line would lead there from the minute before.
    this.hasBreak = isFine && isStart && placeMs - this.fineMs > this.startMs;
    this.borderMs = Math.min(toMs, Math.max(this.startMs, placeMs - (this.hasBreak ? this.fineMs : 0)));
    this.coarse = Math.ceil((this.borderMs - this.startMs) / this.coarseMs);
    this.count = this.coarse + Math.ceil((toMs - this.borderMs) / this.fineMs);
  }

  /** @returns the bucket of a moment, -1 for none */
  indexOf(atMs: number): number {
    if (atMs < this.startMs) return -1;
    const index =
      atMs < this.borderMs
        ? Math.floor((atMs - this.startMs) / this.coarseMs)
        : this.coarse + Math.floor((atMs - this.borderMs) / this.fineMs);
    return index < this.count ? index : -1;
  }

  atMs(index: number): number {
    return index < this.coarse
      ? this.startMs + index * this.coarseMs
      : this.borderMs + (index - this.coarse) * this.fineMs;
  }
}

interface RuleBuckets {
  scores: Float64Array;
  thresholds: Float64Array;
  states: (ThresholdState | undefined)[];
}

class Buckets {
  readonly #grid: Grid;
  readonly #rules = new Map<string, RuleBuckets>();
  /** Of memory, whose frames may come more seldom than buckets: those in which something is known. */
  readonly #isKnown: boolean[];
  readonly #regimes: (Regime | undefined)[] = [];
  /** By minute, where scores come from memory, which has no light. */
  readonly #recentLight = new Map<number, ScoreMinute['light']>();
  readonly #brightness: { sum: Float64Array; count: Uint32Array };

  constructor(grid: Grid) {
    this.#grid = grid;
    this.#isKnown = Array.from({ length: grid.count }, (_, i) => i < grid.coarse + (grid.hasBreak ? 1 : 0));
    this.#brightness = { sum: new Float64Array(grid.count), count: new Uint32Array(grid.count) };
  }

  addMinute({ minute, light, scores }: ScoreMinute): void {
    const atMs = minute * MINUTE_MS;
    if (atMs >= this.#grid.memoryFromMs) {
      this.#recentLight.set(minute, light);
      return;
    }
    const index = this.#grid.indexOf(atMs);
    if (index === -1) return;
    if (light) {
      this.#brightness.sum[index]! += light.brightness;
      this.#brightness.count[index]!++;
      this.#regimes[index] = light.regime;
    }
    for (const score of scores) this.#add(index, score);
  }

  addRecent({ ruleId, points, threshold, thresholdState: state }: ScoreSeries): void {
    for (const [atMs, score] of points) {
      const index = atMs < this.#grid.memoryFromMs ? -1 : this.#grid.indexOf(atMs);
      if (index === -1) continue;
      this.#isKnown[index] = true;
      if (score !== null) this.#add(index, { ruleId, score, threshold, state });
      else if (index + 1 < this.#grid.count) this.#isKnown[index + 1] = true;
    }
  }

  #add(
    index: number,
    {
      ruleId,
      score,
      threshold,
      state,
    }: { ruleId: string; score: number; threshold: number; state: ThresholdState },
  ): void {
    let rule = this.#rules.get(ruleId);
    if (!rule) {
      const nothing = () => new Float64Array(this.#grid.count).fill(Number.NaN);
      rule = { scores: nothing(), thresholds: nothing(), states: [] };
      this.#rules.set(ruleId, rule);
    }
    if (rule.scores[index]! >= score) return;
    rule.scores[index] = score;
    rule.thresholds[index] = threshold;
    rule.states[index] = state;
  }

  timeline(): ScoreTimeline {
    const kept = [...this.#isKnown.keys()].filter((index) => this.#isKnown[index]);
    return {
      atMs: kept.map((index) => this.#grid.atMs(index)),
      brightness: kept.map((index) => rounded(this.#lightOf(index)?.brightness ?? Number.NaN)),
      light: this.#lightRuns(kept),
      rules: [...this.#rules].map(([ruleId, { scores, thresholds, states }]) => ({
        ruleId,
        scores: kept.map((index) => rounded(scores[index]!)),
        thresholds: kept.map((index) => rounded(thresholds[index]!)),
        thresholdStates: runs(
          kept.filter((index) => states[index]),
          (index) => states[index]!,
        ).map(([index, state]) => ({ fromMs: this.#grid.atMs(index), state })),
      })),
    };
  }

  /** null: nothing was seen; undefined: not known yet, as the minute is not over. */
  #lightOf(index: number): ScoreMinute['light'] | undefined {
    if (index >= this.#grid.coarse)
      return this.#recentLight.get(Math.floor(this.#grid.atMs(index) / MINUTE_MS));
    const regime = this.#regimes[index];
    const { sum, count } = this.#brightness;
    return regime ? { regime, brightness: sum[index]! / count[index]! } : null;
  }

  #lightRuns(kept: readonly number[]): ScoreTimeline['light'] {
    const known = kept.filter((index) => this.#lightOf(index) !== undefined);
    return runs(known, (index) => this.#lightOf(index)?.regime ?? null).map(([index, regime]) => ({
      fromMs: this.#grid.atMs(index),
      regime,
    }));
  }
}

/** Where a value begins to be another one. */
function runs<T>(indexes: readonly number[], at: (index: number) => T): [index: number, value: T][] {
  const found: [number, T][] = [];
  for (const index of indexes) {
    const value = at(index);
    if (found.length === 0 || found.at(-1)![1] !== value) found.push([index, value]);
  }
  return found;
}

/** More digits than a page can show are only bytes; NaN: not known. */
function rounded(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1000) / 1000;
}
