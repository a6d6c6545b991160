import {
  MAX_RELATIVE_CLOSENESS,
  type RuleSet,
  type RuleVectors,
  type RuleWords,
  relativeCloseness,
} from '../rule-vectors.js';
import type { Footage } from './footage.js';
import { saysMoreThan } from './texts.js';

/** What there is to say of one of a rule's own negatives. */
export interface NegativeCheck {
  phrase: string;
  /** (cos(p̂, n̂) − c̄)/(1 − c̄) (`relativeCloseness`): 0 = like any scene, 1 = the same words as the rule. */
  closeness: number;
  /** Highest part of the contrast that it ever made up in this footage, 0 … 1. */
  mostSaid: number;
  /**
   * `too-close`: as close as phrases of the bank that are left out for it: what it is meant to keep out takes sightings
   * along. `kind-of-positive`: it says all that a `when` phrase says, and more: whoever it describes, the rule does, too.
   * `never-matters`: it was never heard in this footage; harmless, and may matter at another time.
   */
  finding: 'too-close' | 'kind-of-positive' | 'never-matters' | null;
}

/** A negative that never makes up more than this part of the contrast changes no margin by more than 0.01. */
const EVER_HEARD = 0.01;

/** Checks each of a rule's own negatives. Pure. */
export function checkNegatives(
  { words, rule, set }: { words: RuleWords; rule: RuleVectors; set: RuleSet },
  { footage, contrast }: { footage: Footage; contrast: readonly Float32Array[] },
): NegativeCheck[] {
  const closeness = relativeCloseness(rule.positive, rule.negatives, set.bank);
  const all = contrast.map((phrase) => footage.logits(phrase));
  return rule.negatives.map((vector, k) => {
    const own = footage.logits(vector);
    let mostSaid = 0;
    for (let i = 0; i < own.length; i++) {
      const sum = all.reduce((total, logits) => total + Math.exp(logits[i]! - own[i]!), 0);
      mostSaid = Math.max(mostSaid, 1 / sum);
    }
    const phrase = words.not[k]!;
    const check = { phrase, closeness: closeness[k]!, mostSaid };
    if (check.closeness > MAX_RELATIVE_CLOSENESS) return { ...check, finding: 'too-close' };
    if (words.when.some((when) => saysMoreThan(phrase, when)))
      return { ...check, finding: 'kind-of-positive' };
    return { ...check, finding: own.length > 0 && mostSaid < EVER_HEARD ? 'never-matters' : null };
  });
}
