import { type Random, seededRandom } from './random.js';

/** A generalised Pareto distribution of excesses over u: P(excess > e) = (1 + γ·e/σ)^(−1/γ); γ = 0: exp(−e/σ). */
export interface Gpd {
  /** Scale, score units, > 0. */
  sigma: number;
  /** Shape, −0.5…0.5: below 0 there is a highest score, above 0 the tail is heavier than exponential. */
  gamma: number;
}

const GAMMA_LIMIT = 0.5;
/** Below, γ counts as 0: the formulas divide by it. */
const GAMMA_ZERO = 1e-6;

/**
 * Fits by probability-weighted moments (Hosking & Wallis 1987), steady for the tens of excesses there are:
 *
 *     b0 = mean e;  b1 = mean((n−1−i)/(n−1)·e_i), e ascending, i = 0…n−1
 *     γ = clip(2 − b0/(b0 − 2·b1), −0.5, 0.5);  σ = b0·(1 − γ)
 *
 * σ is the one that keeps the mean, σ/(1−γ) = b0, also where γ was clipped.
 * @param ascending excesses ≥ 0, at least two, sorted
 */
export function fitGpd(ascending: ArrayLike<number>): Gpd {
  const gamma = Math.max(-GAMMA_LIMIT, Math.min(GAMMA_LIMIT, shapeOf(ascending)));
  let mean = 0;
  for (let i = 0; i < ascending.length; i++) mean += ascending[i]! / ascending.length;
  return { sigma: Math.max(mean * (1 - gamma), 1e-9), gamma };
}

/** γ by probability-weighted moments, not clipped; −∞ where all excesses are equal. @param ascending sorted */
export function shapeOf(ascending: ArrayLike<number>): number {
  const n = ascending.length;
  let b0 = 0;
  let b1 = 0;
  for (let i = 0; i < n; i++) {
    b0 += ascending[i]! / n;
    b1 += (((n - 1 - i) / (n - 1)) * ascending[i]!) / n;
  }
  // All equal: b0 = 2·b1, the shortest tail there is.
  return b0 - 2 * b1 > 1e-12 * b0 ? 2 - b0 / (b0 - 2 * b1) : Number.NEGATIVE_INFINITY;
}

/** P(excess > e), 1 for e ≤ 0. */
export function survival({ sigma, gamma }: Gpd, excess: number): number {
  if (excess <= 0) return 1;
  if (Math.abs(gamma) < GAMMA_ZERO) return Math.exp(-excess / sigma);
  return Math.max(0, 1 + (gamma * excess) / sigma) ** (-1 / gamma);
}

/** The excess that is passed with probability p, 0 < p ≤ 1: σ/γ·(p^−γ − 1). */
export function excessOf({ sigma, gamma }: Gpd, p: number): number {
  if (Math.abs(gamma) < GAMMA_ZERO) return -sigma * Math.log(p);
  return (sigma / gamma) * (p ** -gamma - 1);
}

/** A tail: clusters above u come at `perDay`, and pass it by a GPD. */
export interface Tail extends Gpd {
  u: number;
  /** Clusters above u a day. */
  perDay: number;
  /** Clusters it was fitted to. */
  n: number;
}

/** z = u + σ/γ·((λ_u/r)^γ − 1); u, the lowest level known, where more alarms are allowed than there are clusters. */
export function thresholdOfTail(tail: Tail, alarmsPerDay: number): number {
  return tail.u + excessOf(tail, Math.min(1, alarmsPerDay / tail.perDay));
}

/** Expected alarms a day at a threshold: λ_u·P(excess > z − u). Below u: those at u. */
export function alarmsPerDayAt(tail: Tail, threshold: number): number {
  return tail.perDay * survival(tail, threshold - tail.u);
}

/** Resamples: enough for 5 % and 95 %. */
const RESAMPLES = 100;

/**
 * Tails as they might have been fitted, for {@link alarmsInterval}: parametric bootstrap, n and the excesses are drawn anew
 * from the fitted tail, and fitted again. Deterministic. Takes milliseconds.
 * @returns σ, γ and clusters a day of each, one behind the other
 */
export function resampledTails(tail: Tail): Float64Array {
  const random = seededRandom(tail.n);
  const tails = new Float64Array(3 * RESAMPLES);
  for (let round = 0; round < RESAMPLES; round++) {
    const n = Math.max(2, Math.round(tail.n + Math.sqrt(tail.n) * normal(random)));
    const excesses = Float64Array.from({ length: n }, () => excessOf(tail, 1 - random())).sort();
    const { sigma, gamma } = fitGpd(excesses);
    tails.set([sigma, gamma, (tail.perDay * n) / tail.n], 3 * round);
  }
  return tails;
}

/** A 90 % interval of the alarms a day at a threshold. @param resampled of that tail */
export function alarmsInterval(
  tail: Tail,
  threshold: number,
  resampled: Float64Array = resampledTails(tail),
): { low: number; high: number } {
  const answers = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) {
    const [sigma, gamma, perDay] = resampled.subarray(3 * i, 3 * i + 3) as unknown as [
      number,
      number,
      number,
    ];
    answers[i] = alarmsPerDayAt({ ...tail, sigma, gamma, perDay }, threshold);
  }
  answers.sort();
  return {
    low: answers[Math.floor(0.05 * RESAMPLES)]!,
    high: answers[Math.ceil(0.95 * RESAMPLES) - 1]!,
  };
}

/** A standard normal number (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
