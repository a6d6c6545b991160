import type { RuleSet } from './rule-vectors.js';
import { dot } from './vectors.js';

/**
 * Scores one tile against every rule. Pure.
 *
 *     m = τ·cos(v, p̂) − ln mean_k exp(τ·cos(v, n̂_k))
 *
 * the log-odds of the rule's words against its contrast set: its own `not:` phrases and the bank's. The soft maximum
 * lets the best matching negative speak, whichever it is, and the mean keeps m comparable when phrases are added.
 * A learned bias (SigLIP) would stand in both terms and cancels.
 * @param vector unit-norm image vector
 * @returns the margin m of each rule, in the order of `set.rules`
 */
export function tileMargins(vector: Float32Array, set: RuleSet): Float64Array {
  const { logitScale } = set;
  // The bank is the same for all rules: compare the tile with it once.
  const bankLogits = set.bank.map((phrase) => logitScale * dot(vector, phrase));
  return Float64Array.from(set.rules, (rule) => {
    const own = rule.negatives.map((phrase) => logitScale * dot(vector, phrase));
    const contrast = own.concat(rule.bankIndexes.map((index) => bankLogits[index]!));
    return logitScale * dot(vector, rule.positive) - logMeanExp(contrast);
  });
}

/** ln mean exp(x), without overflow. Of nothing: 0, so that a rule without any contrast is its plain logit. */
export function logMeanExp(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const max = values.reduce((a, b) => Math.max(a, b));
  if (!Number.isFinite(max)) return max;
  const sum = values.reduce((total, value) => total + Math.exp(value - max), 0);
  return max + Math.log(sum / values.length);
}
