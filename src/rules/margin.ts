import type { RuleSet } from './rule-vectors.js';
import { dot } from './vectors.js';

/**
 * Scores one tile against every rule. Pure.
 *
 *     m = τ·cos(v, p̂) − ln mean_k exp(τ·cos(v, n̂_k))      [+ w·v + b, where the rule has a probe]
 *
 * the log-odds of the rule's words against its contrast set: its own `not:` phrases and the bank's. The soft maximum
 * lets the best matching negative speak, whichever it is, and the mean keeps m comparable when phrases are added.
 * A learned bias (SigLIP) would stand in both terms and cancels. What labels taught (`labels/probe.ts`) is added.
 * @param vector unit-norm image vector
 * @returns the margin m of each rule, in the order of `set.rules`
 */
export function tileMargins(vector: Float32Array, set: RuleSet): Float64Array {
  const logits = Float64Array.from(phrasesOf(set), (phrase) => set.logitScale * dot(vector, phrase));
  return marginsOf(logits, set, () => vector);
}

/** All phrases of a set: the bank's, then of each rule the positive and its own negatives. */
export function phrasesOf({ bank, rules }: RuleSet): Float32Array[] {
  return [...bank, ...rules.flatMap(({ positive, negatives }) => [positive, ...negatives])];
}

/**
 * What one tile's logits come to.
 * @param logits τ·cos of the tile with each of {@link phrasesOf}
 * @param vector of the tile; asked for only where a rule has a probe
 */
export function marginsOf(logits: Float64Array, set: RuleSet, vector: () => Float32Array): Float64Array {
  const { bank, rules } = set;
  const view = lookAtBank(logits.subarray(0, bank.length));
  const margins = new Float64Array(rules.length);
  let at = bank.length;
  for (let i = 0; i < margins.length; i++) {
    const { negatives, excludedFromBank, probe } = rules[i]!;
    const own = logits.subarray(at + 1, at + 1 + negatives.length);
    const words = logits[at]! - contrast(own, { bank: view, excludedFromBank });
    margins[i] = probe ? words + dot(vector(), probe.weights) + probe.bias : words;
    at += 1 + negatives.length;
  }
  return margins;
}

/** One tile against all phrases of the bank. */
interface BankView {
  /** l_k = τ·cos(v, n̂_k). */
  logits: Float64Array;
  max: number;
  /** Σ_k exp(l_k − max). */
  sum: number;
}

/** The bank is the same for all rules: each tile is compared with it once. */
function lookAtBank(logits: Float64Array): BankView {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) max = Math.max(max, logits[i]!);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - max);
  return { logits, max, sum };
}

/**
 * Part of the bank's sum that must be left when a rule's excluded phrases are taken out of it. Less, and the
 * difference of two nearly equal numbers has lost too many digits: a double has 16, this leaves 12.
 */
const LEAST_LEFT = 1e-4;

/**
 * ln mean exp over a rule's contrast set. Few phrases of the bank are excluded from it, so they are taken out of the
 * bank's sum; adding up all others for every rule would cost ten times as much.
 * @param own logits of the rule's own negatives
 */
function contrast(
  own: Float64Array,
  { bank, excludedFromBank }: { bank: BankView; excludedFromBank: readonly number[] },
): number {
  let top = bank.max;
  for (let i = 0; i < own.length; i++) top = Math.max(top, own[i]!);
  let left = bank.sum;
  for (const index of excludedFromBank) left -= Math.exp(bank.logits[index]! - bank.max);
  // Written so that NaN goes the long way, too.
  if (!(left > LEAST_LEFT * bank.sum) || !Number.isFinite(top)) {
    const excluded = new Set(excludedFromBank);
    return logMeanExp([...own, ...bank.logits.filter((_, index) => !excluded.has(index))]);
  }
  let total = left * Math.exp(bank.max - top);
  for (let i = 0; i < own.length; i++) total += Math.exp(own[i]! - top);
  return top + Math.log(total / (own.length + bank.logits.length - excludedFromBank.length));
}

/** ln mean exp(x), without overflow. Of nothing: 0, so that a rule without any contrast is its plain logit. */
export function logMeanExp(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const max = values.reduce((a, b) => Math.max(a, b));
  if (!Number.isFinite(max)) return max;
  const sum = values.reduce((total, value) => total + Math.exp(value - max), 0);
  return max + Math.log(sum / values.length);
}
