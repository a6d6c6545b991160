/** How long to wait between attempts. */
export interface BackoffOptions {
  /** Wait after the first failure. */
  firstMs: number;
  /** Wait never grows past this. */
  maxMs: number;
  /** Random part of the wait, 0…1: 0.2 → ±20 %, so that cameras behind one switch do not all return at once. */
  jitter?: number;
  /** Source of randomness in [0, 1). */
  random?: () => number;
}

/**
 * Exponential backoff with jitter: firstMs · 2^(attempt−1), bounded by maxMs.
 * @param attempt failures so far, from 1
 * @returns milliseconds to wait
 */
export function backoffMs(attempt: number, options: BackoffOptions): number {
  const { firstMs, maxMs, jitter = 0.2, random = Math.random } = options;
  const base = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return Math.round(base * (1 + jitter * (2 * random() - 1)));
}
