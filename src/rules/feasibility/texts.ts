import type { RuleWords } from '../rule-vectors.js';
import lookalikes from './lookalikes.json' with { type: 'json' };
import templates from './wording-templates.json' with { type: 'json' };

/** What cameras at houses and yards take for something else: tried as negatives where a rule's own are too few. */
export const LOOKALIKES: readonly string[] = lookalikes;

const ARTICLE = /^(a|an|the|some)\s+/i;
const SENTENCE = /\b(is|are|was|has|have|does|do)\b/i;

/** Other wordings of a phrase: without its article, and in sentences, unless it is one already. The phrase first. */
export function wordingsOf(phrase: string): string[] {
  const bare = phrase.replace(ARTICLE, '');
  const sentences = SENTENCE.test(phrase)
    ? []
    : templates.map((template) => template.replace('{}', () => phrase));
  return [...new Set([phrase, bare, ...sentences])];
}

/**
 * Texts that {@link assessFeasibility} (`feasibility.ts`) needs the vectors of, each once. Embed them as rules are
 * (`embedPhrases`). Without them it still gives its verdict, but proposes less.
 */
export function feasibilityTexts(words: RuleWords): string[] {
  return [...new Set([...words.when.flatMap(wordingsOf), ...LOOKALIKES])];
}

const EMPTY_WORDS = new Set(
  'a an the some this that there is are was be been has have of in on at to by with and or it its sets'.split(
    ' ',
  ),
);

/** The words that carry the meaning, lower case. */
export function contentWords(phrase: string): string[] {
  const words = phrase.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  return words.filter((word) => !EMPTY_WORDS.has(word));
}

/** Whether a phrase says the same as another with more detail: "a person in red" after "a person". */
export function saysMoreThan(phrase: string, other: string): boolean {
  const said = new Set(contentWords(phrase));
  const needed = contentWords(other);
  return needed.length > 0 && needed.every((word) => said.has(word));
}
