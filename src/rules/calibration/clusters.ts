import { numberOf, recordOf, unusable } from './codec.js';

/** What a person said of a peak: `true` takes it out of the null. */
export type Verdict = 'true' | 'false' | 'unsure';

/** Frames above a level that would be one alarm. */
export interface Cluster {
  /** Counts all clusters of this calibration. */
  id: number;
  /** Highest c_t, and where it was reached. */
  score: number;
  atMs: number;
  tile: number;
  /** Level in force when it began. */
  level: number;
  /** Hour of footage in which its maximum lies. */
  hour: number;
  verdict: Verdict | null;
}

/** One frame, as clusters need it. */
export interface ClusterFrame {
  /** c_t */
  score: number;
  /** Time that never runs backwards and goes on through gaps in the footage. */
  runMs: number;
  atMs: number;
  tile: number;
  level: number;
  hour: number;
}

/**
 * Joins frames above a level to clusters, as the detector joins them to events: one begins where c_t ≥ level, and two
 * runs belong together when less than `silenceMs` = clear_for + cooldown lies between them, for the detector starts
 * nothing new in that time. (Simulated, clusters at a level of 4.4 with maxima above 4.5…10 are .98 to .99 times the
 * detector's alarms at these thresholds.)
 */
export class ClusterTracker {
  readonly #silenceMs: number;
  #open: Cluster | null = null;
  #lastAboveMs = 0;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  get open(): Cluster | null {
    return this.#open;
  }

  /** @returns a cluster that is over, and whether the frame is the highest of the open one so far */
  push(frame: ClusterFrame, nextId: () => number): { closed: Cluster | null; isMaximum: boolean } {
    const { score, runMs, atMs, tile, level, hour } = frame;
    let closed: Cluster | null = null;
    if (this.#open && runMs - this.#lastAboveMs >= this.#silenceMs) closed = this.close();
    if (!(score >= level)) return { closed, isMaximum: false };
    this.#lastAboveMs = runMs;
    if (!this.#open) {
      this.#open = { id: nextId(), score, atMs, tile, level, hour, verdict: null };
      return { closed, isMaximum: true };
    }
    const isMaximum = score > this.#open.score;
    if (isMaximum) Object.assign(this.#open, { score, atMs, tile, hour });
    return { closed, isMaximum };
  }

  /** Ends the open cluster. */
  close(): Cluster | null {
    const closed = this.#open;
    this.#open = null;
    return closed;
  }

  toJSON(): unknown {
    return { open: this.#open, lastAboveMs: this.#lastAboveMs };
  }

  static restore(json: unknown, silenceMs: number): ClusterTracker {
    const saved = recordOf(json, 'clusters');
    const tracker = new ClusterTracker(silenceMs);
    tracker.#lastAboveMs = numberOf(saved.lastAboveMs, 'clusters');
    if (saved.open !== null) tracker.#open = clusterOf(saved.open);
    return tracker;
  }
}

function clusterOf(json: unknown): Cluster {
  const saved = recordOf(json, 'cluster');
  const verdict = verdictOf(saved.verdict);
  const number = (key: keyof Cluster) => numberOf(saved[key], `cluster's ${key}`);
  return {
    id: number('id'),
    score: number('score'),
    atMs: number('atMs'),
    tile: number('tile'),
    level: number('level'),
    hour: number('hour'),
    verdict,
  };
}

function verdictOf(value: unknown): Verdict | null {
  if (value === null || value === 'true' || value === 'false' || value === 'unsure') return value;
  throw unusable('a verdict is not known');
}
