import type { Random } from '../rules/calibration/random.js';

const BINS = 1 << 16;
/** Bins at either end whose values are drawn exactly, so that the table does not cut the tails off. */
const EXACT_BINS = 64;

/**
 * Heavy-tailed numbers with standard deviation 1: Tukey's h distribution, X = Z·exp(h·Z²/2) of a normal Z, whose tail is
 * that of a t distribution with 1/h degrees of freedom. From a table of its quantiles: a few nanoseconds a number.
 */
export class HeavyNoise {
  readonly #table: Float32Array;
  readonly #random: Random;
  readonly #h: number;
  readonly #scale: number;

  /** @param h tail index, 0 ≤ h < 0.5: 0 is normal, 0.2 like t with 5 degrees of freedom */
  constructor(h: number, random: Random) {
    this.#h = h;
    this.#random = random;
    // Var X = (1 − 2h)^(−3/2)
    this.#scale = (1 - 2 * h) ** 0.75;
    this.#table = Float32Array.from({ length: BINS }, (_, bin) => this.#quantile((bin + 0.5) / BINS));
  }

  next(): number {
    const bin = (this.#random() * BINS) | 0;
    if (bin >= EXACT_BINS && bin < BINS - EXACT_BINS) return this.#table[bin]!;
    return this.#quantile((bin + this.#random()) / BINS);
  }

  #quantile(p: number): number {
    const z = normalQuantile(p);
    return z * Math.exp((this.#h * z * z) / 2) * this.#scale;
  }
}

/** Quantile of the standard normal distribution (Acklam's rational approximation, relative error below 1.2e−9). */
export function normalQuantile(p: number): number {
  const q = Math.min(Math.max(p, 1e-12), 1 - 1e-12);
  if (q > 1 - 0.02425) return -normalQuantile(1 - q);
  if (q < 0.02425) {
    const r = Math.sqrt(-2 * Math.log(q));
    return (
      (((((-7.784894002430293e-3 * r - 0.3223964580411365) * r - 2.400758277161838) * r - 2.549732539343734) *
        r +
        4.374664141464968) *
        r +
        2.938163982698783) /
      ((((7.784695709041462e-3 * r + 0.3224671290700398) * r + 2.445134137142996) * r + 3.754408661907416) *
        r +
        1)
    );
  }
  const s = q - 0.5;
  const r = s * s;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      s) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  );
}
