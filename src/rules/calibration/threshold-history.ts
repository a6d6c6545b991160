import { decodeFloat64, encodeFloats, numberOf, recordOf, unusable } from './codec.js';

/** Points that are kept at most; half of them at least, once there were as many. */
const MOST = 48;
const FIRST_STEP_MS = 10 * 60_000;

/** A threshold at a time of its footage. */
export interface ThresholdPoint {
  atMs: number;
  threshold: number;
}

/**
 * How a threshold moved, over all of its life, in few points: whenever they are too many, every second one goes, and from
 * then on twice as much time lies between two.
 */
export class ThresholdHistory {
  #points: ThresholdPoint[] = [];
  #stepMs = FIRST_STEP_MS;
  /** On the clock that never runs backwards. */
  #dueMs = 0;

  /** Oldest first. */
  get points(): readonly ThresholdPoint[] {
    return this.#points;
  }

  /** Whether it is time for the next point. @param runMs time that never runs backwards */
  isDue(runMs: number): boolean {
    return runMs >= this.#dueMs;
  }

  note(point: ThresholdPoint, runMs: number): void {
    if (this.#points.length === MOST) {
      this.#points = this.#points.filter((_, i) => i % 2 === 0);
      this.#stepMs *= 2;
    }
    this.#points.push(point);
    this.#dueMs = runMs + this.#stepMs;
  }

  toJSON(): unknown {
    return {
      points: encodeFloats(
        Float64Array.from(this.#points.flatMap(({ atMs, threshold }) => [atMs, threshold])),
      ),
      stepMs: this.#stepMs,
      dueMs: this.#dueMs,
    };
  }

  /** @param json undefined: of a calibration that kept none @throws WordwatchError `calibration-unusable` */
  static restore(json: unknown): ThresholdHistory {
    const history = new ThresholdHistory();
    if (json === undefined) return history;
    const saved = recordOf(json, 'history');
    const numbers = decodeFloat64(saved.points, null, 'history');
    if (numbers.length % 2 !== 0 || numbers.length > 2 * MOST) throw unusable('history has another length');
    for (let i = 0; i < numbers.length; i += 2)
      history.#points.push({ atMs: numbers[i]!, threshold: numbers[i + 1]! });
    history.#stepMs = numberOf(saved.stepMs, 'history');
    history.#dueMs = numberOf(saved.dueMs, 'history');
    return history;
  }
}
