/** One example, scored in two ways. */
export interface Ranked {
  before: number;
  after: number;
  positive: boolean;
  /** How much it counts among those of its class. */
  weight: number;
}

/** How well two scorings put positives above negatives. */
export interface Comparison {
  /** Chance that a positive scores higher than a negative (AUC), 0.5 … 1 in general; ties count half. */
  before: number;
  after: number;
  /** after − before. */
  gain: number;
  /** Standard error of the gain. */
  standardError: number;
}

/**
 * Compares two scorings of the same examples by their areas under the ROC curve. Pure.
 *
 *     V₊(i) = part of the negatives' weight below positive i;  V₋(j) = part of the positives' weight above negative j
 *     AUC = weighted mean of V₊;  d = V(after) − V(before);  SE² = Σ c_i²(d_i − d̄)²/(Σ c_i)² over each class, added
 *
 * after DeLong, DeLong & Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
 * characteristic curves" (1988), with weights.
 * @param examples of both classes; NaN is given where one is missing
 */
export function compareRankings(examples: readonly Ranked[]): Comparison {
  const positives = examples.filter(({ positive }) => positive);
  const negatives = examples.filter(({ positive }) => !positive);
  const before = placements({ positives, negatives, by: 'before' });
  const after = placements({ positives, negatives, by: 'after' });
  const gains = {
    positives: after.positives.map((place, i) => place - before.positives[i]!),
    negatives: after.negatives.map((place, i) => place - before.negatives[i]!),
  };
  const aucBefore = weightedMean(before.positives, positives);
  const aucAfter = weightedMean(after.positives, positives);
  return {
    before: aucBefore,
    after: aucAfter,
    gain: aucAfter - aucBefore,
    standardError: Math.sqrt(
      varianceOfMean(gains.positives, positives) + varianceOfMean(gains.negatives, negatives),
    ),
  };
}

/** Area under the ROC curve, ties counting half; NaN where one of the lists is empty. */
export function auc(positives: readonly number[], negatives: readonly number[]): number {
  const sorted = Float64Array.from(negatives).sort();
  const wins = positives.reduce(
    (sum, score) =>
      sum +
      (countBelow(sorted, (value) => value < score) + countBelow(sorted, (value) => value <= score)) / 2,
    0,
  );
  return wins / (positives.length * negatives.length);
}

/** How many of a sorted list, from its start, are below. */
function countBelow(sorted: Float64Array, below: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (below(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface PlacementInput {
  positives: readonly Ranked[];
  negatives: readonly Ranked[];
  by: 'before' | 'after';
}

function placements({ positives, negatives, by }: PlacementInput) {
  const above = (a: Ranked, b: Ranked) => (a[by] > b[by] ? 1 : a[by] === b[by] ? 0.5 : 0);
  const beaten = (positive: Ranked) => negatives.map((negative) => above(positive, negative));
  const beating = (negative: Ranked) => positives.map((positive) => above(positive, negative));
  return {
    positives: positives.map((positive) => weightedMean(beaten(positive), negatives)),
    negatives: negatives.map((negative) => weightedMean(beating(negative), positives)),
  };
}

function weightedMean(values: readonly number[], examples: readonly Ranked[]): number {
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + examples[i]!.weight * value, 0) / total;
}

function varianceOfMean(values: readonly number[], examples: readonly Ranked[]): number {
  const mean = weightedMean(values, examples);
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const squares = values.reduce((sum, value, i) => sum + (examples[i]!.weight * (value - mean)) ** 2, 0);
  // The mean was taken from the same values: one of them brings no knowledge of the spread.
  return (squares / total ** 2) * (values.length / Math.max(1, values.length - 1));
}
