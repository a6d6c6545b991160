import type { Embedder } from '../model/embedder.js';
import { type ContrastPart, explainMargin, type PhrasePart } from '../rules/explain-margin.js';
import { CONTRAST_BANK, embedPhrases } from '../rules/rule-vectors.js';
import type { Moment } from '../store/moment-store.js';
import type { RuleBook } from './rule-book.js';

/** Phrases of the bank that are told: those that weigh most, from this part of all on. */
const MOST_TOLD = 5;
const LEAST_SHARE = 0.01;

/** Why an event was raised, as its rule sees the winning tile now. */
export interface Explanation {
  /** Log-odds of the rule's words against its contrast set in that tile; with what labels taught, where they did. */
  margin: number;
  probe: number | null;
  /** Whether the rule's words and lessons are still those that raised it. */
  sameRule: boolean;
  wordings: (PhrasePart & { text: string })[];
  /** The rule's own `not:` phrases. */
  negatives: (ContrastPart & { text: string })[];
  /** The likest of the phrases that every rule is contrasted with. */
  bank: (ContrastPart & { text: string })[];
}

/** Why there is no explanation: what was seen is not kept, the rule is gone, or another model looked. */
export type Unexplained = 'no-moment' | 'no-rule' | 'other-model';

/**
 * What each of a rule's phrases had to do with a moment.
 * @param moment null: none is kept
 * @throws WordwatchError as the model does
 */
export async function explain(
  moment: Moment | null,
  { book, model }: { book: RuleBook; model: Embedder },
): Promise<Explanation | Unexplained> {
  if (!moment) return 'no-moment';
  const index = book.rules.findIndex(({ id }) => id === moment.ruleId);
  if (index === -1) return 'no-rule';
  if (moment.modelHash !== model.describe().modelHash) return 'other-model';
  const rule = book.rules[index]!;
  const wordings = await embedPhrases(rule.when, model);
  const parts = explainMargin(moment.vector, { rule: book.set.rules[index]!, wordings, set: book.set });
  const { words, probe } = parts;
  const bank = parts.bank.filter(({ share }) => share >= LEAST_SHARE).sort((a, b) => b.share - a.share);
  return {
    ...{ margin: words + (probe ?? 0), probe },
    sameRule: moment.scoring === book.taught.get(rule.id)!.scoring,
    wordings: parts.wordings.map((part, i) => ({ text: rule.when[i]!, ...part })),
    negatives: parts.negatives.map((part, i) => ({ text: rule.not[i]!, ...part })),
    bank: bank.slice(0, MOST_TOLD).map(({ index, ...part }) => ({ text: CONTRAST_BANK[index]!, ...part })),
  };
}
