import type { Embedder } from '../model/embedder.js';
import bankPhrases from './contrast-bank.json' with { type: 'json' };
import templates from './prompt-templates.json' with { type: 'json' };
import { dot, normalisedMean } from './vectors.js';

/** A rule's words. */
export interface RuleWords {
  id: string;
  /** Phrases that describe what should raise an event. */
  when: readonly string[];
  /** Phrases that describe what must not be taken for it. */
  not: readonly string[];
}

/** A rule as the model understands it. */
export interface RuleVectors {
  ruleId: string;
  /** p̂: unit vector of the positive phrases. */
  positive: Float32Array;
  /** n̂_k of the rule's own `not:` phrases. */
  negatives: Float32Array[];
  /** Which of the bank's phrases (`RuleSet.bank`) contrast with this rule. */
  bankIndexes: readonly number[];
}

/** Everything that {@link tileMargins} needs, computed once when rules load. */
export interface RuleSet {
  rules: RuleVectors[];
  /** n̂_k of the shipped phrases, shared by all rules. */
  bank: Float32Array[];
  /** τ of the model. */
  logitScale: number;
}

/** The scene phrases every rule is contrasted with, unless they are too close to it. */
export const CONTRAST_BANK: readonly string[] = bankPhrases;

/** Sentences a phrase is put into, `{}` being its place: a mean over several is steadier than one wording. */
export const PROMPT_TEMPLATES: readonly string[] = templates;

/**
 * A bank phrase that is a kind of the positive ("headlights" for "a car with its lights on") would destroy recall.
 * Text vectors of one model differ in how close unrelated phrases are, so closeness is measured against the bank's own
 * mean closeness to the positive: 0 = like any scene, 1 = the same words.
 */
const MAX_RELATIVE_CLOSENESS = 0.6;

/** Embeds the words of all rules; the vectors stay valid for this model only. */
export async function embedRules(rules: readonly RuleWords[], embedder: Embedder): Promise<RuleSet> {
  const bank = await embedPhrases(CONTRAST_BANK, embedder);
  const vectors: RuleVectors[] = [];
  for (const rule of rules) {
    const positive = normalisedMean(await embedPhrases(rule.when, embedder));
    const negatives = await embedPhrases(rule.not, embedder);
    vectors.push({ ruleId: rule.id, positive, negatives, bankIndexes: contrasting(positive, bank) });
  }
  return { rules: vectors, bank, logitScale: embedder.describe().logitScale };
}

/** One unit vector a phrase: the normalised mean over the prompt templates. */
async function embedPhrases(phrases: readonly string[], embedder: Embedder): Promise<Float32Array[]> {
  const prompts = phrases.flatMap((phrase) =>
    PROMPT_TEMPLATES.map((template) => template.replace('{}', () => phrase)),
  );
  const vectors = await embedder.embedTexts(prompts);
  const perPhrase = PROMPT_TEMPLATES.length;
  return phrases.map((_, i) => normalisedMean(vectors.slice(i * perPhrase, (i + 1) * perPhrase)));
}

/** Indexes of the bank phrases that are not too close to the positive. */
export function contrasting(positive: Float32Array, bank: readonly Float32Array[]): number[] {
  const cosines = bank.map((phrase) => dot(positive, phrase));
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / Math.max(1, cosines.length);
  return cosines.flatMap((cosine, i) => ((cosine - mean) / (1 - mean) <= MAX_RELATIVE_CLOSENESS ? [i] : []));
}
