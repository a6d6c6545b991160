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
  /** Which of the bank's phrases (`RuleSet.bank`) do not contrast with this rule, each once. */
  excludedFromBank: readonly number[];
  /** What labels taught about this rule; added to the words' margin. */
  probe?: LinearProbe;
}

/** A correction w·v + b of a margin, in log-odds (`labels/probe.ts`). */
export interface LinearProbe {
  weights: Float32Array;
  bias: number;
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
export const MAX_RELATIVE_CLOSENESS = 0.6;

/** Embeds the words of all rules; the vectors stay valid for this model only. */
export async function embedRules(rules: readonly RuleWords[], embedder: Embedder): Promise<RuleSet> {
  const bank = await embedPhrases(CONTRAST_BANK, embedder);
  const vectors: RuleVectors[] = [];
  for (const rule of rules) {
    const positive = normalisedMean(await embedPhrases(rule.when, embedder));
    const negatives = await embedPhrases(rule.not, embedder);
    vectors.push({ ruleId: rule.id, positive, negatives, excludedFromBank: tooClose(positive, bank) });
  }
  return packed({ rules: vectors, bank, logitScale: embedder.describe().logitScale });
}

/** The same vectors side by side in memory, in the order in which scoring reads them. */
function packed({ rules, bank, logitScale }: RuleSet): RuleSet {
  const all = [...bank, ...rules.flatMap(({ positive, negatives }) => [positive, ...negatives])];
  const memory = new Float32Array(all.reduce((length, vector) => length + vector.length, 0));
  let end = 0;
  const place = (vector: Float32Array) => {
    memory.set(vector, end);
    end += vector.length;
    return memory.subarray(end - vector.length, end);
  };
  return {
    logitScale,
    bank: bank.map(place),
    rules: rules.map((rule) => ({
      ...rule,
      positive: place(rule.positive),
      negatives: rule.negatives.map(place),
    })),
  };
}

/** One unit vector a phrase: the normalised mean over the prompt templates. */
export async function embedPhrases(phrases: readonly string[], embedder: Embedder): Promise<Float32Array[]> {
  const prompts = phrases.flatMap((phrase) =>
    PROMPT_TEMPLATES.map((template) => template.replace('{}', () => phrase)),
  );
  const vectors = await embedder.embedTexts(prompts);
  const perPhrase = PROMPT_TEMPLATES.length;
  return phrases.map((_, i) => normalisedMean(vectors.slice(i * perPhrase, (i + 1) * perPhrase)));
}

/**
 * How close phrases are to a rule, whatever the model: (cos(p̂, n̂_k) − c̄) / (1 − c̄), c̄ being the mean cosine of p̂ and
 * the bank. 0: as any scene; 1: the same words.
 */
export function relativeCloseness(
  positive: Float32Array,
  phrases: readonly Float32Array[],
  bank: readonly Float32Array[],
): number[] {
  const mean = bank.reduce((sum, phrase) => sum + dot(positive, phrase), 0) / Math.max(1, bank.length);
  // Against a bank of the rule's own words everything is as close as can be.
  return phrases.map((phrase) => (mean < 1 ? (dot(positive, phrase) - mean) / (1 - mean) : 1));
}

/** Indexes of the bank phrases that are too close to the positive to contrast with it. */
export function tooClose(positive: Float32Array, bank: readonly Float32Array[]): number[] {
  return relativeCloseness(positive, bank, bank).flatMap((closeness, i) =>
    closeness <= MAX_RELATIVE_CLOSENESS ? [] : [i],
  );
}
