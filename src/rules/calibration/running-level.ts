import { HOUR_MS } from './null-model.js';
import { ScoreHistogram } from './score-histogram.js';

/** Scores of so much footage are forgotten at once: the level is that of the last one to two weeks. */
const GENERATION_MS = 7 * 24 * HOUR_MS;
const QUANTILE = 0.98;
/** Before so many frames their quantile says nothing. */
const MIN_FRAMES = 300;
/** Levels lie on the borders of the histogram's bins. */
const STEP = 0.05;

/**
 * The level that all but the highest 2 % of the last one to two weeks' scores stay below. It is looked for once an hour, and
 * more often in the beginning; a score costs O(1). Memory: 7 kB at most.
 */
export class RunningLevel {
  #level: number;
  #now = new ScoreHistogram();
  #before: ScoreHistogram | null = null;
  /** Footage of the newest histogram, and up to where it has been looked for the level. */
  #footageMs = 0;
  #lookedAtMs = 0;
  #nextAt = MIN_FRAMES;

  /** @param level until the first 300 frames are over; ∞: nothing reaches it */
  constructor(level: number) {
    this.#level = level;
  }

  get level(): number {
    return this.#level;
  }

  /**
   * Takes a frame's score.
   * @param score of margins, or whatever lies within −10 and 30 as far as it matters; −∞ counts as lowest
   * @param elapsedMs footage since the frame before, gaps not counted
   * @returns whether the level was looked for again
   */
  push(score: number, elapsedMs: number): boolean {
    this.#now.add(score);
    this.#footageMs += elapsedMs;
    const { total } = this.#now;
    const isHourOver = this.#footageMs - this.#lookedAtMs >= HOUR_MS;
    const isFirst = this.#before === null && total < MIN_FRAMES;
    if (isFirst || !(isHourOver || total === this.#nextAt)) return false;
    this.#nextAt = Math.max(2 * total, MIN_FRAMES);
    this.#lookedAtMs = this.#footageMs;
    this.#look();
    return true;
  }

  #look(): void {
    const all = this.#before ? [this.#now, this.#before] : [this.#now];
    // The next border above: scores of a picture that stands still, all in one bin, do not reach it.
    this.#level = (Math.floor(ScoreHistogram.quantile(all, QUANTILE) / STEP) + 1) * STEP;
    if (this.#footageMs < GENERATION_MS) return;
    this.#before = this.#now;
    this.#now = new ScoreHistogram();
    this.#footageMs = 0;
    this.#lookedAtMs = 0;
    this.#nextAt = MIN_FRAMES;
  }
}
