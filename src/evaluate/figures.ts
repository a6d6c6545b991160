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
  /** Which video, 0 … */
  video: number;
  found: { delayMs: number; size: SizeClass | null }[];
  missed: { size: SizeClass | null }[];
  falseAlarms: number;
  /** With its thresholds moved by each of the rule's shifts. */
  shifted: { found: number; falseAlarms: number }[];
}

/** What figures are worked out from: one rule, or several together. */
export interface Group {
  /** Of each rule, one for each video. */
  rules: Cell[][];
  /** null: frames are not ranked. */
  auc: FrameAuc | null;
  /** Length of each video. */
  daysOf: ArrayLike<number>;
}

const DAY_MS = 86_400_000;

/** @returns days */
export function daysOf(durationMs: number): number {
  return durationMs / DAY_MS;
}

/** @param weights how often each video counts: all once, or as a bootstrap draws them */
export function figuresOf({ rules, auc, daysOf }: Group, weights: ArrayLike<number>): Figures {
  const cells = rules.flat();
  const sum = (count: (cell: Cell) => number) =>
    cells.reduce((total, cell) => total + weights[cell.video]! * count(cell), 0);
  const found = sum(({ found }) => found.length);
  const labels = found + sum(({ missed }) => missed.length);
  const falseAlarms = sum(({ falseAlarms }) => falseAlarms);
  let days = 0;
  for (let video = 0; video < daysOf.length; video++) days += weights[video]! * daysOf[video]!;
  const delays = cells
    .flatMap(({ video, found }) => found.flatMap(({ delayMs }) => Array(weights[video]!).fill(delayMs)))
    .sort((a, b) => a - b);
  const misses = RATES_PER_DAY.map((rate) => missesAt(rate, { rules, weights, days }));
  return {
    recall: ratio(found, labels),
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
 * false alarms a day. Chosen afterwards, on the same footage: what a perfect choice would have brought.
 */
function missesAt(
  ratePerDay: number,
  { rules, weights, days }: { rules: Cell[][]; weights: ArrayLike<number>; days: number },
): number | null {
  let [labels, missed] = [0, 0];
  for (const cells of rules) {
    const curve = operatingPoints(cells, weights);
    const total = cells.reduce(
      (sum, { video, found, missed }) => sum + weights[video]! * (found.length + missed.length),
      0,
    );
    const best = Math.max(
      0,
      ...curve.filter((point) => point.falseAlarms <= ratePerDay * days).map(({ found }) => found),
    );
    labels += total;
    missed += total - best;
  }
  return ratio(missed, labels);
}

/** What a rule finds, and how often it is wrong, at each of its shifts. Counts. */
export function operatingPoints(
  cells: readonly Cell[],
  weights: ArrayLike<number>,
): { found: number; falseAlarms: number }[] {
  const shifts = cells[0]?.shifted.length ?? 0;
  return Array.from({ length: shifts }, (_, shift) => {
    let [found, falseAlarms] = [0, 0];
    for (const { video, shifted } of cells) {
      found += weights[video]! * shifted[shift]!.found;
      falseAlarms += weights[video]! * shifted[shift]!.falseAlarms;
    }
    return { found, falseAlarms };
  });
}
