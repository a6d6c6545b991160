import { decodeFloat64, encodeFloats, recordOf } from './codec.js';

/** What a run of scores needs before the detector starts an event. */
export interface ConfirmRule {
  /** k hits among the last n frames. */
  confirm: { k: number; n: number };
  /** … and that for so long. */
  forMs: number;
}

/**
 * The highest threshold at which the detector would start an event at this frame.
 *
 * "k of the last n frames are hits at z" holds exactly if the k-th largest of the last n scores is ≥ z. So
 *
 *     C_t = k-th largest of x_{t−n+1} … x_t                         (−∞ with fewer than k frames)
 *     c_t = C_t                                                     without `for`
 *     c_t = max_i min(x_i, min_{j ≤ l ≤ t} C_l),  j = min(i+n−1, t)  over frames i with time_i ≤ time_t − for
 *
 * The detector starts at z exactly where c_t ≥ z: with `for` it counts from the first hit i of the window in which the
 * run was confirmed, and the run must have stayed confirmed since. Of all i only the n newest that are old enough can
 * be the best: any older one has a hit among these in every window of its run. So alarms at z are exceedances of c,
 * and a distribution of c is the distribution of alarms (a test holds it against `RuleDetector` itself).
 *
 * Time: O(n) a frame, amortised. Memory: n frames, with `for` all frames of that time.
 */
export class ConfirmedScore {
  readonly #k: number;
  readonly #n: number;
  readonly #forMs: number;
  /** The last n scores, descending. */
  readonly #top: number[] = [];
  // Frames that can still matter, oldest first.
  #timesMs: number[] = [];
  #scores: number[] = [];
  #confirmed: number[] = [];
  /** Frames older than `for`. */
  #ripe = 0;
  /** Places in #confirmed whose value is below all that follow: the minimum from j on is at the first place ≥ j. */
  #minima: number[] = [];

  constructor({ confirm, forMs }: ConfirmRule) {
    this.#k = confirm.k;
    this.#n = confirm.n;
    this.#forMs = forMs;
  }

  /** Forgets all frames: a gap in the footage. */
  reset(): void {
    this.#top.length = 0;
    this.#timesMs = [];
    this.#scores = [];
    this.#confirmed = [];
    this.#minima = [];
    this.#ripe = 0;
  }

  /**
   * @param score x_t, finite
   * @param timeMs of a clock that never runs backwards
   * @returns c_t; −∞: no threshold is low enough
   */
  push(score: number, timeMs: number): number {
    const oldest = this.#scores.length - this.#n;
    if (oldest >= 0) takeOut(this.#top, this.#scores[oldest]!);
    putIn(this.#top, score);
    const confirmed = this.#top.length >= this.#k ? this.#top[this.#k - 1]! : Number.NEGATIVE_INFINITY;
    this.#timesMs.push(timeMs);
    this.#scores.push(score);
    if (this.#forMs === 0) {
      this.#forgetBefore(this.#scores.length - this.#n);
      return confirmed;
    }
    this.#confirmed.push(confirmed);
    while (this.#minima.length > 0 && this.#confirmed[this.#minima.at(-1)!]! >= confirmed) this.#minima.pop();
    this.#minima.push(this.#confirmed.length - 1);
    return this.#lasting(timeMs);
  }

  #lasting(timeMs: number): number {
    while (timeMs - this.#timesMs[this.#ripe]! >= this.#forMs) this.#ripe++;
    const newest = this.#ripe - 1;
    const last = this.#scores.length - 1;
    let best = Number.NEGATIVE_INFINITY;
    let from = 0;
    for (let i = Math.max(0, newest - this.#n + 1); i <= newest; i++) {
      const j = Math.min(i + this.#n - 1, last);
      while (this.#minima[from]! < j) from++;
      best = Math.max(best, Math.min(this.#scores[i]!, this.#confirmed[this.#minima[from]!]!));
    }
    this.#forgetBefore(Math.min(newest, last) - this.#n);
    return best;
  }

  /** Drops frames that no later one can ask for; in lots, so that it costs nothing a frame. */
  #forgetBefore(place: number): void {
    if (place <= Math.max(64, this.#scores.length / 2)) return;
    this.#timesMs = this.#timesMs.slice(place);
    this.#scores = this.#scores.slice(place);
    this.#confirmed = this.#confirmed.slice(place);
    this.#ripe = Math.max(0, this.#ripe - place);
    this.#minima = this.#minima.filter((at) => at >= place).map((at) => at - place);
  }

  toJSON(): unknown {
    return {
      timesMs: encodeFloats(Float64Array.from(this.#timesMs)),
      scores: encodeFloats(Float64Array.from(this.#scores)),
    };
  }

  /** Plays the kept frames again: what follows from them need not be saved. */
  static restore(json: unknown, rule: ConfirmRule): ConfirmedScore {
    const saved = recordOf(json, 'confirmed score');
    const timesMs = decodeFloat64(saved.timesMs, null, 'confirmed score');
    const scores = decodeFloat64(saved.scores, timesMs.length, 'confirmed score');
    const confirmed = new ConfirmedScore(rule);
    for (const [i, score] of scores.entries()) confirmed.push(score, timesMs[i]!);
    return confirmed;
  }
}

// By hand: it is done for every rule of every frame, and splice() makes an array each time.

/** Takes a number that is there out of descending ones. */
function takeOut(numbers: number[], number: number): void {
  for (let at = numbers.indexOf(number); at + 1 < numbers.length; at++) numbers[at] = numbers[at + 1]!;
  numbers.pop();
}

/** Puts a number into descending ones, behind equal ones. */
function putIn(numbers: number[], number: number): void {
  let at = numbers.push(number) - 1;
  for (; at > 0 && numbers[at - 1]! < number; at--) numbers[at] = numbers[at - 1]!;
  numbers[at] = number;
}
