/** A score and what the user said of it. */
export interface LabelledScore {
  score: number;
  /** True: what the rule describes was there. */
  positive: boolean;
}

/** P(true | score) = 1 / (1 + exp(−(slope·score + intercept))); slope > 0, so that the order of scores stays. */
export interface PlattScaling {
  slope: number;
  intercept: number;
}

/** A fit, or why there is none. */
export type PlattResult = { platt: PlattScaling; reason: null } | { platt: null; reason: string };

/** With fewer labels the curve hangs on single ones, and nothing may be called a probability. */
export const PLATT_MIN_POSITIVES = 5;
export const PLATT_MIN_NEGATIVES = 20;

/**
 * Platt scaling: the logistic curve from scores to probabilities that minimises the cross-entropy against
 *
 *     t₊ = (N₊ + 1) / (N₊ + 2),   t₋ = 1 / (N₋ + 2)
 *
 * instead of 1 and 0, which keeps the curve finite where the labels can be separated. Newton's method with a line
 * search, after Lin, Lin & Weng, "A note on Platt's probabilistic outputs for support vector machines" (2007).
 * The probability holds for what was reviewed: mostly events and peaks, not any frame. Scores that are no finite
 * numbers are left out. Pure.
 * @param labelled in any order
 */
export function fitPlatt(labelled: readonly LabelledScore[]): PlattResult {
  const usable = labelled.filter(({ score }) => Number.isFinite(score));
  const positives = usable.filter(({ positive }) => positive).length;
  const negatives = usable.length - positives;
  if (positives < PLATT_MIN_POSITIVES || negatives < PLATT_MIN_NEGATIVES)
    return none(
      `${positives} confirmed and ${negatives} false ones; ${PLATT_MIN_POSITIVES} and ${PLATT_MIN_NEGATIVES} are needed`,
    );
  const mean = usable.reduce((sum, { score }) => sum + score, 0) / usable.length;
  const variance = usable.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / usable.length;
  const scale = Math.sqrt(variance);
  if (!(scale > 1e-9 * Math.max(1, Math.abs(mean)))) return none('all scores are equal');

  const points = usable.map(({ score, positive }) => ({
    x: (score - mean) / scale,
    t: positive ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
  }));
  const start = { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) };
  const fit = minimise(points, start);
  if (fit.slope <= 0) return none('confirmed ones do not score higher than false ones');
  const slope = fit.slope / scale;
  return { platt: { slope, intercept: fit.intercept - slope * mean }, reason: null };
}

/** @returns 0 … 1; NaN of NaN */
export function probabilityOf(score: number, { slope, intercept }: PlattScaling): number {
  return sigmoid(slope * score + intercept);
}

/** 1 / (1 + e⁻ˣ), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** ln(1 + eˣ), without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function none(reason: string): PlattResult {
  return { platt: null, reason };
}

/** A standardised score and its target. */
interface Point {
  x: number;
  t: number;
}

const MAX_STEPS = 100;
/** Added to the curvature, so that it can be inverted where all points lie far out on the curve. */
const RIDGE = 1e-12;
const SMALLEST_GRADIENT = 1e-9;
/** A step must bring at least this part of what the slope promises (Armijo). */
const ARMIJO = 1e-4;
const SMALLEST_STEP = 1e-10;

/** Minimises Σ ln(1 + e^z) − t·z over z = slope·x + intercept: convex, with one minimum for targets inside 0 … 1. */
function minimise(points: readonly Point[], start: PlattScaling): PlattScaling {
  let at = start;
  let loss = crossEntropy(points, at);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradient, curvature } = derivatives(points, at);
    const [gs, gi] = gradient;
    if (Math.max(Math.abs(gs), Math.abs(gi)) < SMALLEST_GRADIENT) break;
    const [ss, si, ii] = curvature;
    const determinant = ss * ii - si * si;
    const towards = {
      slope: -(ii * gs - si * gi) / determinant,
      intercept: -(ss * gi - si * gs) / determinant,
    };
    const promised = gs * towards.slope + gi * towards.intercept;
    let length = 1;
    let next = at;
    let nextLoss = loss;
    for (; length >= SMALLEST_STEP; length /= 2) {
      next = {
        slope: at.slope + length * towards.slope,
        intercept: at.intercept + length * towards.intercept,
      };
      nextLoss = crossEntropy(points, next);
      if (nextLoss <= loss + ARMIJO * length * promised) break;
    }
    if (length < SMALLEST_STEP) break; // as good as the digits allow
    at = next;
    loss = nextLoss;
  }
  return at;
}

function crossEntropy(points: readonly Point[], { slope, intercept }: PlattScaling): number {
  let loss = 0;
  for (const { x, t } of points) {
    const z = slope * x + intercept;
    // ln(1 + e^z) − t·z, in the form whose terms are all small and positive.
    loss += z >= 0 ? (1 - t) * z + softplus(-z) : softplus(z) - t * z;
  }
  return loss;
}

function derivatives(points: readonly Point[], { slope, intercept }: PlattScaling) {
  const gradient: [number, number] = [0, 0];
  const curvature: [number, number, number] = [RIDGE, 0, RIDGE];
  for (const { x, t } of points) {
    const p = sigmoid(slope * x + intercept);
    gradient[0] += (p - t) * x;
    gradient[1] += p - t;
    const weight = p * (1 - p);
    curvature[0] += weight * x * x;
    curvature[1] += weight * x;
    curvature[2] += weight;
  }
  return { gradient, curvature };
}
