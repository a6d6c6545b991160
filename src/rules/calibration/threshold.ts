import type { ThresholdState } from '../score.js';
import { numberOf, recordOf, unusable } from './codec.js';
import { alarmsPerDayAt, type Tail, thresholdOfTail } from './gpd.js';
import { HOUR_MS, type NullModel } from './null-model.js';

/** Clusters without which no tail is fitted: measured, fewer give many times the alarms asked for. */
export const MIN_CLUSTERS = 20;
/**
 * Lowest threshold while warming up, in robust standard deviations of the camera's own scores, and how far above the
 * highest of them it lies: the highest of few is soon passed by the next. In the simulation a fresh camera raises 1.2
 * false alarms in its first six hours, 1.7 without the margin; and without it 2.8 with a floor of 6, 0.8 with 10. Higher
 * ones begin to hide what is to be found.
 */
const WARMING_FLOOR = 8;
const WARMING_MARGIN = 1.25;

/** What a threshold is worked out from. */
export interface ThresholdOptions {
  budgetPerDay: number;
  /** Footage needed before a tail is fitted. */
  minMs: number;
  /** Footage after which a threshold may be called certified. */
  warmupMs: number;
}

/** A threshold as fitted, before the controller. */
export interface FittedThreshold {
  state: Exclude<ThresholdState, 'fixed'>;
  value: number;
  /** Conformal bound that `certified` must not go below; null: not certified. */
  floor: number | null;
  tail: Tail | null;
  /** Alarms a day expected at `value`; null: nobody knows. */
  expectedPerDay: number | null;
}

/**
 * Picks state and value:
 * - `warming_up`, before `minMs` of footage or 20 clusters: well above all that was seen, and at least WARMING_FLOOR;
 * - `extrapolated`: u + σ/γ·((λ_u/r)^γ − 1), the fitted tail at the budget;
 * - `certified`, after `warmupMs` and once ⌊b·(H+1)/24⌋ ≥ 1: the same, but not below the conformal threshold, under
 *   which the guarantee would be lost.
 *
 * The higher of both, since the tail alone is now and then far off: simulated after 48 h, achieved/requested for 0.5, 1
 * and 5 a day is 1.37, 1.16 and 1.04 on average with the tail alone, and 8.8, 6.0 and 2.4 on the worst of 24 cameras;
 * with the higher of both .60, .82 and 1.00, and 2.8, 4.6 and 2.0.
 */
export function fitThreshold(model: NullModel, options: ThresholdOptions): FittedThreshold {
  const { budgetPerDay, minMs, warmupMs } = options;
  const observedMs = model.observedHours * HOUR_MS;
  const tail = model.tail(MIN_CLUSTERS);
  if (tail === null || observedMs < minMs) {
    const value = Math.max(WARMING_FLOOR, WARMING_MARGIN * highestQuiet(model));
    const expectedPerDay = tail && alarmsPerDayAt(tail, value);
    return { state: 'warming_up', value, floor: null, tail, expectedPerDay };
  }
  const fitted = thresholdOfTail(tail, budgetPerDay);
  const conformal = observedMs >= warmupMs ? model.conformal(budgetPerDay) : null;
  const floor = conformal && above(conformal.threshold);
  const value = Math.max(fitted, floor ?? fitted);
  const expectedPerDay = alarmsPerDayAt(tail, value);
  return { state: floor === null ? 'extrapolated' : 'certified', value, floor, tail, expectedPerDay };
}

/** The highest score so far that was no true event. */
function highestQuiet(model: NullModel): number {
  for (const { score, verdict } of model.clusters()) {
    if (verdict !== 'true') return score;
  }
  return Number.NEGATIVE_INFINITY;
}

/** Just above: a score that comes again exactly, as kept vectors do, must not be an alarm. */
function above(score: number): number {
  return Number.isFinite(score) ? score + 1e-6 * Math.max(1, Math.abs(score)) : score;
}

/** A saved fit: as it was, since it is worked out again only when something new is known. */
export function fittedOf(json: unknown): FittedThreshold {
  const saved = recordOf(json, 'threshold');
  const state = (['warming_up', 'extrapolated', 'certified'] as const).find((known) => known === saved.state);
  if (!state) throw unusable('the state of the threshold is not known');
  const optional = (value: unknown) => (value === null ? null : numberOf(value, 'threshold'));
  return {
    state,
    value: numberOf(saved.value, 'threshold'),
    floor: optional(saved.floor),
    tail: saved.tail === null ? null : tailOf(saved.tail),
    expectedPerDay: optional(saved.expectedPerDay),
  };
}

function tailOf(json: unknown): Tail {
  const saved = recordOf(json, 'tail');
  const number = (key: keyof Tail) => numberOf(saved[key], 'tail');
  return {
    u: number('u'),
    n: number('n'),
    perDay: number('perDay'),
    sigma: number('sigma'),
    gamma: number('gamma'),
  };
}
