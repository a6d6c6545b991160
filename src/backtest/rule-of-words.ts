import { RuleConfig } from '../config/index.js';
import { WordwatchError } from '../shared/errors.js';

/** A rule made on the spot, with the defaults of a rule in a file and the id `words`. */
export function ruleOfWords({
  when,
  not,
  threshold = null,
  budgetPerDay = null,
}: {
  when: readonly string[];
  not: readonly string[];
  /** A fixed score; null: see the budget. */
  threshold?: number | null;
  /** null, and no threshold: what the model's makers measured, else one a day. */
  budgetPerDay?: number | null;
}): RuleConfig {
  const budget = budgetPerDay === null ? null : { false_alarms_per_day: budgetPerDay };
  const { data, error } = RuleConfig.safeParse({ id: 'words', when, not, threshold, budget });
  if (data) return data;
  const [{ path, message }] = error.issues as [(typeof error.issues)[number]];
  throw new WordwatchError('words-invalid', `${path.join('.')}: ${message}`, { userInput: true });
}
