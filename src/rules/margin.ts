import type { RuleSet, RuleVectors } from './rule-vectors.js';
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
  const seen = { logits, from: 0, ...lookAtBank(logits, set.bank.length), vector: () => vector };
  return marginsOf(seen, { set, into: new Float64Array(set.rules.length) });
}

/** All phrases of a set: the bank's, then of each rule the positive and its own negatives. */
export function phrasesOf({ bank, rules }: RuleSet): Float32Array[] {
  return [...bank, ...rules.flatMap(({ positive, negatives }) => [positive, ...negatives])];
}

/** One tile against all phrases of a set. */
export interface SeenTile {
  /** l = τ·cos of the tile with each of {@link phrasesOf}, from the place `from` on. */
  logits: Float64Array;
  from: number;
  /** Of the bank's: the highest, and Σ_k exp(l_k − top). The bank is the same for all rules: it is looked at once. */
  top: number;
  sum: number;
  /** Of the tile; asked for only where a rule has a probe. */
  vector: () => Float32Array;
}

/** What one tile's logits come to, written into `into`. */
export function marginsOf(seen: SeenTile, { set, into }: { set: RuleSet; into: Float64Array }): Float64Array {
  const { bank, rules } = set;
  const { logits } = seen;
  let at = seen.from + bank.length;
  for (let i = 0; i < rules.length; i++) {
    const { negatives, probe } = rules[i]!;
    const words = logits[at]! - contrast(seen, { rule: rules[i]!, at: at + 1, bankCount: bank.length });
    into[i] = probe ? words + dot(seen.vector(), probe.weights) + probe.bias : words;
    at += 1 + negatives.length;
  }
  return into;
}

function lookAtBank(logits: Float64Array, count: number): Pick<SeenTile, 'top' | 'sum'> {
  let top = -Infinity;
  for (let i = 0; i < count; i++) top = Math.max(top, logits[i]!);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(logits[i]! - top);
  return { top, sum };
}

/**
 * Part of the bank's sum that must be left when a rule's excluded phrases are taken out of it. Less, and the
 * difference of two nearly equal numbers has lost too many digits: a double has 16, this leaves 12.
 */
const LEAST_LEFT = 1e-4;

/**
 * What is left of the bank's sum without the phrases that do not contrast with a rule; only their logits are looked at.
 * null: too little to be known, and the other phrases have to be added up.
 */
export function leftOfBank(
  { logits, from, top, sum }: Pick<SeenTile, 'logits' | 'from' | 'top' | 'sum'>,
  { excludedFromBank }: Pick<RuleVectors, 'excludedFromBank'>,
): number | null {
  let left = sum;
  for (const index of excludedFromBank) left -= Math.exp(logits[from + index]! - top);
  // Written so that NaN goes the long way, too.
  return left > LEAST_LEFT * sum && Number.isFinite(top) ? left : null;
}

/**
 * ln mean exp over a rule's contrast set. Few phrases of the bank are excluded from it, so they are taken out of the
 * bank's sum; adding up all others for every rule would cost ten times as much.
 * @param at place of the first of the rule's own negatives
 */
function contrast(
  { logits, from, top: bankTop, sum }: SeenTile,
  { rule, at, bankCount }: { rule: RuleVectors; at: number; bankCount: number },
): number {
  const { excludedFromBank } = rule;
  const end = at + rule.negatives.length;
  let top = bankTop;
  for (let i = at; i < end; i++) top = Math.max(top, logits[i]!);
  const left = leftOfBank({ logits, from, top: bankTop, sum }, rule);
  if (left === null || !Number.isFinite(top)) {
    const excluded = new Set(excludedFromBank);
    const bank = logits.subarray(from, from + bankCount).filter((_, index) => !excluded.has(index));
    return logMeanExp([...logits.subarray(at, end), ...bank]);
  }
  let total = top === bankTop ? left : left * Math.exp(bankTop - top);
  for (let i = at; i < end; i++) total += Math.exp(logits[i]! - top);
  return top + Math.log(total / (end - at + bankCount - excludedFromBank.length));
}

/** ln mean exp(x), without overflow. Of nothing: 0, so that a rule without any contrast is its plain logit. */
export function logMeanExp(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const max = values.reduce((a, b) => Math.max(a, b));
  if (!Number.isFinite(max)) return max;
  const sum = values.reduce((total, value) => total + Math.exp(value - max), 0);
  return max + Math.log(sum / values.length);
}
