import type { SizeClass } from '../config/manifest-schema.js';
import type { FrameAuc } from './frame-auc.js';

/** False alarms a camera-day at which misses are told. */
export const RATES_PER_DAY = [1, 10, 100] as const;

/** What is measured. Times in milliseconds, parts 0 … 1; null: there is nothing that it could be told of. */
export const FIGURES = [
  'recall',
  'precision',
  'falseAlarmsPerDay',
  'delayMedianMs',
  'delayP90Ms',
  'missesAt1PerDay',
  'missesAt10PerDay',
  'missesAt100PerDay',
  'frameAuc',
] as const;
export type FigureName = (typeof FIGURES)[number];
export type Figures = Record<FigureName, number | null>;

/** What one rule did in one video. */
export interface Cell {
  found: { delayMs: number; size: SizeClass | null }[];
  missed: { size: SizeClass | null }[];
  falseAlarms: number;
}

/** What a rule finds and how often it is wrong, with its thresholds moved by each of its shifts. Counts. */
export interface Counts {
  found: Float64Array;
  falseAlarms: Float64Array;
}

/** What one rule does in all videos as its thresholds move. */
export class OperatingPoints {
  readonly #videos: readonly Counts[];
  /** Several groups ask for the same drawing. */
  readonly #known = new WeakMap<Weights, Counts>();

  /** @param videos one each, all with the same shifts */
  constructor(videos: readonly Counts[]) {
    this.#videos = videos;
  }

  of(weights: Weights): Counts {
    const known = this.#known.get(weights);
    if (known) return known;
    const shifts = this.#videos[0]?.found.length ?? 0;
    const sum = { found: new Float64Array(shifts), falseAlarms: new Float64Array(shifts) };
    for (const [video, { found, falseAlarms }] of this.#videos.entries()) {
      const weight = weights[video]!;
      if (weight === 0) continue;
      for (let shift = 0; shift < shifts; shift++) {
        sum.found[shift]! += weight * found[shift]!;
        sum.falseAlarms[shift]! += weight * falseAlarms[shift]!;
      }
    }
    this.#known.set(weights, sum);
    return sum;
  }
}

/** How often each video counts: all once, or as a bootstrap draws them. */
export type Weights = Uint32Array;

/** One rule in all videos. */
export interface RuleCells {
  /** One for each video. */
  cells: Cell[];
  /** null: other thresholds are not looked at. */
  points: OperatingPoints | null;
}

/** What figures are worked out from: one rule, or several together. */
export interface Group {
  rules: RuleCells[];
  /** null: frames are not ranked. */
  auc: FrameAuc | null;
  /** Length of each video. */
  days: ArrayLike<number>;
}

const DAY_MS = 86_400_000;

/** @returns days */
export function daysOf(durationMs: number): number {
  return durationMs / DAY_MS;
}

/** The figures of a group. */
export function figuresOf({ rules, auc, days: daysOf }: Group, weights: Weights): Figures {
  let [found, missed, falseAlarms, days] = [0, 0, 0, 0];
  const delays: number[] = [];
  for (let video = 0; video < daysOf.length; video++) days += weights[video]! * daysOf[video]!;
  for (const [video, cell] of rules.flatMap(({ cells }) => [...cells.entries()])) {
    const weight = weights[video]!;
    found += weight * cell.found.length;
    missed += weight * cell.missed.length;
    falseAlarms += weight * cell.falseAlarms;
    for (const { delayMs } of cell.found) for (let i = 0; i < weight; i++) delays.push(delayMs);
  }
  delays.sort((a, b) => a - b);
  const misses = RATES_PER_DAY.map((rate) => missesAt(rate * days, rules, weights));
  return {
    recall: ratio(found, found + missed),
    precision: ratio(found, found + falseAlarms),
    falseAlarmsPerDay: ratio(falseAlarms, days),
    delayMedianMs: quantileOf(delays, 0.5),
    delayP90Ms: quantileOf(delays, 0.9),
    missesAt1PerDay: misses[0]!,
    missesAt10PerDay: misses[1]!,
    missesAt100PerDay: misses[2]!,
    frameAuc: auc?.of(weights) ?? null,
  };
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** The smallest value that a part p of all values does not exceed. @param sorted from low to high */
function quantileOf(sorted: readonly number[], p: number): number | null {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
}

/**
 * The part of the labels that is missed when each rule has the threshold that finds most of them with no more than so many
 * false alarms. Chosen afterwards, on the same footage: what a perfect choice would have brought.
 */
function missesAt(mostFalseAlarms: number, rules: readonly RuleCells[], weights: Weights): number | null {
  let [labels, caught] = [0, 0];
  for (const { cells, points } of rules) {
    if (!points) return null;
    for (const [video, { found, missed }] of cells.entries())
      labels += weights[video]! * (found.length + missed.length);
    const { found, falseAlarms } = points.of(weights);
    let best = 0;
    for (let shift = 0; shift < found.length; shift++) {
      if (falseAlarms[shift]! <= mostFalseAlarms) best = Math.max(best, found[shift]!);
    }
    caught += best;
  }
  return ratio(labels - caught, labels);
}
