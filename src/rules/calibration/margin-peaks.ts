import { NO_EVIDENCE } from '../evidence.js';
import type { Score } from '../score.js';
import { type Cluster, ClusterTracker } from './clusters.js';
import { ConfirmedScore } from './confirmed-score.js';
import { HOUR_MS } from './null-model.js';
import { SHOWN_PEAKS } from './rule-calibration.js';
import { RunningLevel } from './running-level.js';

/** Older ones are forgotten: what was near months ago must not keep out what is near now. */
export const PEAKS_KEPT_MS = 14 * 24 * HOUR_MS;
/** Where a threshold is hardly above what speaks for nothing, or below: so near to it, a margin may be near all the same. */
const NEAR = 2;

/** What {@link MarginPeaks} needs. */
export interface MarginPeaksOptions {
  confirm: { k: number; n: number };
  /** Of the rule's timing, milliseconds. */
  forMs: number;
  clearForMs: number;
  cooldownMs: number;
  /** Hits on both sides of a longer gap between two frames do not confirm each other. */
  maxGapMs: number;
  /** Peaks of another start of the program, in any order. */
  kept: readonly KeptPeak[];
  /** Peaks are numbered from the next one on: above all that are kept anywhere. */
  peaksBefore: number;
}

/** A frame as a rule with a fixed threshold sees it: its score is the margin of the winning tile. NaN: not scored. */
export type MarginFrame = Pick<Score, 'atMs' | 'score' | 'threshold' | 'tile'>;

/** A peak that stayed below the threshold. */
export interface KeptPeak {
  /** Counts all peaks. */
  peak: number;
  /** The highest threshold at which an event would have started: the detector's k of n and `for` count. */
  score: number;
  /** When that was reached. */
  atMs: number;
}

/** What is said of a frame that is the highest yet of a peak: keep its picture. */
export interface SeenPeak extends KeptPeak {
  /** Among the highest, 1 … 20; null: it has reached the threshold just now, and is no near miss after all. */
  rank: number | null;
}

/**
 * The highest peaks of a rule with a fixed threshold on one camera that stayed below the threshold: the twenty highest of
 * two weeks. A peak is a cluster of frames above a level that all but 2 % of the frames below the threshold stay under, joined
 * as the detector joins frames to events. One that reaches the threshold was an event, and is none; and none is near whose
 * margins speak for nothing.
 *
 * Pure: what it knows is what it was shown. O(1) a frame; only a frame above the level, or soon after, costs more.
 */
export class MarginPeaks {
  readonly #maxGapMs: number;
  readonly #confirmed: ConfirmedScore;
  readonly #clusters: ClusterTracker;
  /** Peaks that are over, highest first. */
  #kept: KeptPeak[];
  #level = new RunningLevel(Number.POSITIVE_INFINITY);
  #count: number;
  /** Of the newest frame; NaN: there was none. */
  #threshold = Number.NaN;
  /** What is lower is not near, however rare it is. */
  #floor = Number.NaN;
  #lastMs = Number.NaN;
  /** Time that never runs backwards and goes on through gaps. */
  #runMs = 0;
  /** The open cluster: its number, whether it has reached the threshold, and whether anybody was told of it. */
  #openId = Number.NaN;
  #isOver = false;
  #isTold = false;
  #isResting = false;
  readonly #nextId = () => ++this.#count;

  constructor(options: MarginPeaksOptions) {
    const { clearForMs, cooldownMs, maxGapMs, kept, peaksBefore } = options;
    this.#maxGapMs = maxGapMs;
    this.#confirmed = new ConfirmedScore(options);
    this.#clusters = new ClusterTracker(clearForMs + cooldownMs);
    this.#kept = [...kept].sort((a, b) => b.score - a.score).slice(0, SHOWN_PEAKS);
    this.#count = peaksBefore;
  }

  /**
   * Takes the next frame.
   * @param watches false outside the rule's active hours and while it is muted: what cannot raise an event is no near miss
   * @returns set where the frame is the highest yet of a cluster among the highest
   */
  observe({ atMs, score, threshold, tile }: MarginFrame, watches: boolean): SeenPeak | null {
    const elapsedMs = this.#elapse(atMs);
    const isGap = elapsedMs > this.#maxGapMs;
    if (!watches || !Number.isFinite(score)) {
      // The detector, too, forgets its hits then.
      if (!this.#isResting) this.#confirmed.reset();
      this.#isResting = true;
      return null;
    }
    this.#isResting = false;
    if (threshold !== this.#threshold) this.#adopt(threshold);
    if (isGap) this.#confirmed.reset();
    const reached = this.#confirmed.push(score, this.#runMs);
    // Where events are frequent, most of what is high is no near miss: the level is one of the rest.
    if (reached < threshold && this.#level.push(reached, isGap ? 0 : elapsedMs)) this.#forgetOld(atMs);
    const level = Math.max(this.#level.level, this.#floor);
    // As nearly all frames are.
    if (this.#clusters.open === null && !(reached >= level)) return null;
    return this.#join(reached, { level, atMs, threshold, tile: tile.index });
  }

  #elapse(atMs: number): number {
    // Nothing where the clock jumps back.
    const elapsedMs = atMs > this.#lastMs ? atMs - this.#lastMs : 0;
    this.#lastMs = atMs;
    this.#runMs += elapsedMs;
    return elapsedMs;
  }

  #join(
    reached: number,
    { level, atMs, threshold, tile }: { level: number; atMs: number; threshold: number; tile: number },
  ): SeenPeak | null {
    const { closed, isMaximum } = this.#clusters.push(
      { score: reached, runMs: this.#runMs, atMs, tile, level, hour: 0 },
      this.#nextId,
    );
    if (closed) this.#keep(closed);
    const { open } = this.#clusters;
    if (open === null) return null;
    if (open.id !== this.#openId) this.#begin(open.id);
    if (this.#isOver || !isMaximum) return null;
    if (reached >= threshold) {
      this.#isOver = true;
      return this.#isTold ? { peak: open.id, score: reached, atMs, rank: null } : null;
    }
    const rank = this.#rankOf(reached);
    if (rank > SHOWN_PEAKS) return null;
    this.#isTold = true;
    return { peak: open.id, score: reached, atMs, rank };
  }

  #begin(id: number): void {
    this.#openId = id;
    this.#isOver = false;
    this.#isTold = false;
  }

  #rankOf(score: number): number {
    let rank = 1;
    for (const kept of this.#kept) if (kept.score >= score) rank++;
    return rank;
  }

  #keep({ id: peak, score, atMs }: Cluster): void {
    if (this.#isOver || !this.#isTold) return;
    this.#kept.splice(this.#rankOf(score) - 1, 0, { peak, score, atMs });
    if (this.#kept.length > SHOWN_PEAKS) this.#kept.length = SHOWN_PEAKS;
  }

  /** Those of the future are from before a clock was set right. */
  #forgetOld(nowMs: number): void {
    this.#kept = this.#kept.filter(({ atMs }) => Math.abs(nowMs - atMs) <= PEAKS_KEPT_MS);
  }

  /** Under a lower threshold some peaks would have been events; and what lies just below it is another level. */
  #adopt(threshold: number): void {
    this.#threshold = threshold;
    this.#floor = Math.min(NO_EVIDENCE, threshold - NEAR);
    this.#kept = this.#kept.filter(({ score }) => score < threshold);
    const { open } = this.#clusters;
    if (open !== null && open.score >= threshold) this.#isOver = true;
    this.startAgain();
  }

  /** What is usual is to be found out anew, as the camera shows another scene; the peaks stay. */
  startAgain(): void {
    // Until it is, at least what is among the highest is noticed.
    this.#level = new RunningLevel(this.#kept.at(-1)?.score ?? Number.POSITIVE_INFINITY);
  }

  /** At most twenty, highest first; the open one, too. */
  highest(): KeptPeak[] {
    return this.candidates()
      .sort((a, b) => b.score - a.score)
      .slice(0, SHOWN_PEAKS);
  }

  /** Those that may be among the highest in the end: one more, as an open one may reach the threshold yet. */
  candidates(): KeptPeak[] {
    const { open } = this.#clusters;
    if (open === null || this.#isOver || !this.#isTold) return [...this.#kept];
    const { id: peak, score, atMs } = open;
    return [...this.#kept, { peak, score, atMs }];
  }
}
