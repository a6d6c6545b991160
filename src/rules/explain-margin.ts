import { logMeanExp } from './margin.js';
import type { RuleSet, RuleVectors } from './rule-vectors.js';
import { dot } from './vectors.js';

/** What one phrase had to do with a margin. */
export interface PhrasePart {
  /** Of the tile and the phrase. */
  cosine: number;
  /**
   * τ·cosine − L, L being the contrast set's soft maximum: how much better than the average phrase of the contrast set it
   * fits, in the margin's own unit. Of a rule with one wording and no probe it is the margin.
   */
  lead: number;
}

/** A phrase of the contrast set. */
export interface ContrastPart extends PhrasePart {
  /** Of the contrast set's weight, 0 … 1; all together 1. */
  share: number;
}

/** What a margin is made of. */
export interface MarginParts {
  /** Log-odds of all wordings together against the contrast set, and what labels added to them; their sum is the margin. */
  words: number;
  /** null: labels have taught nothing. */
  probe: number | null;
  wordings: PhrasePart[];
  /** The rule's own, in its order. */
  negatives: ContrastPart[];
  /** Those of the bank that contrast with the rule, with their places in it. */
  bank: (ContrastPart & { index: number })[];
}

/**
 * Takes the margin of one tile (`margin.ts`) apart. Pure.
 * @param vector of the tile, unit-norm
 * @param wordings unit vectors of the rule's wordings, of which `rule.positive` is the mean
 */
export function explainMargin(
  vector: Float32Array,
  { rule, wordings, set }: { rule: RuleVectors; wordings: readonly Float32Array[]; set: RuleSet },
): MarginParts {
  const { bank, logitScale } = set;
  const cosineOf = (phrase: Float32Array) => dot(vector, phrase);
  const excluded = new Set(rule.excludedFromBank);
  const indexes = [...bank.keys()].filter((index) => !excluded.has(index));
  const own = rule.negatives.map(cosineOf);
  const shared = indexes.map((index) => cosineOf(bank[index]!));
  const contrast = logMeanExp([...own, ...shared].map((cosine) => logitScale * cosine));
  const count = own.length + shared.length;
  const partOf = (cosine: number): PhrasePart => ({ cosine, lead: logitScale * cosine - contrast });
  const contrastOf = (cosine: number): ContrastPart => {
    const part = partOf(cosine);
    return { ...part, share: Math.exp(part.lead) / count };
  };
  return {
    words: partOf(cosineOf(rule.positive)).lead,
    probe: rule.probe ? dot(vector, rule.probe.weights) + rule.probe.bias : null,
    wordings: wordings.map((wording) => partOf(cosineOf(wording))),
    negatives: own.map(contrastOf),
    bank: shared.map((cosine, i) => ({ index: indexes[i]!, ...contrastOf(cosine) })),
  };
}
