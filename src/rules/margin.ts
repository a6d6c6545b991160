import type { RuleSet, RuleVectors } from './rule-vectors.js';
import { dot } from './vectors.js';

/**
 * Scores one tile against every rule. Pure.
 *
 *     m = τ·cos(v, p̂) − ln mean_k exp(τ·cos(v, n̂_k))  [+ w·v + b, where the rule has a probe]
 *
 * the log-odds of the rule's words against its contrast set: its own `not:` phrases and the bank's. The soft maximum
 * lets the best matching negative speak, whichever it is, and the mean keeps m comparable when phrases are added.
 * A learned bias (SigLIP) would stand in both terms and cancels. What labels taught (`labels/probe.ts`) is added.
 * @param vector unit-norm image vector
 * @returns the margin m of each rule, in the order of `set.rules`
 */
export function tileMargins(vector: Float32Array, set: RuleSet): Float64Array {
  const bank = lookAtBank(vector, set);
  const margins = new Float64Array(set.rules.length);
  for (let i = 0; i < margins.length; i++) {
    const rule = set.rules[i]!;
    const words = set.logitScale * dot(vector, rule.positive) - contrast(vector, { rule, bank, set });
    margins[i] = rule.probe ? words + dot(vector, rule.probe.weights) + rule.probe.bias : words;
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
function lookAtBank(vector: Float32Array, { bank, logitScale }: RuleSet): BankView {
  const logits = new Float64Array(bank.length);
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    logits[i] = logitScale * dot(vector, bank[i]!);
    max = Math.max(max, logits[i]!);
  }
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
 */
function contrast(
  vector: Float32Array,
  { rule, bank, set }: { rule: RuleVectors; bank: BankView; set: RuleSet },
): number {
  const { negatives, excludedFromBank } = rule;
  const own = new Float64Array(negatives.length);
  let top = bank.max;
  for (let i = 0; i < own.length; i++) {
    own[i] = set.logitScale * dot(vector, negatives[i]!);
    top = Math.max(top, own[i]!);
  }
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
