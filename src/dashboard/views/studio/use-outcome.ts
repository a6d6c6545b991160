import { useMemo, useState } from 'preact/hooks';
import { nowMs, rules } from '../../data/state.js';
import type { TimeRange } from '../../time-range.js';
import { type RuleDraft, tryable, withFields } from './draft.js';
import type { AdviceResult, BudgetsResult, PreviewResult } from './studio-api.js';
import { type Asked, useAsked } from './use-asked.js';

/** As long as somebody types on, nothing is asked for. */
const TYPING_MS = 300;
/** What takes longer, or matters less at once. */
const COSTS_MS = 700;
const ADVICE_MS = 1_000;
const DAY_MS = 86_400_000;
/** Tells the program that a question takes the place of this page's last one. Without `crypto`: pages over plain HTTP have none. */
const CLIENT = Math.random().toString(36).slice(2);

/** What a draft would have done, and all that goes with it. */
export interface DraftOutcome {
  /** What is tried; null: there are no words yet. */
  tried: RuleDraft | null;
  preview: Asked<PreviewResult>;
  budgets: Asked<BudgetsResult>;
  advice: Asked<AdviceResult>;
  span: TimeRange;
  days: number;
  setDays: (days: number) => void;
  /** Looks up to now again. */
  refresh: () => void;
}

/** @param ruleId of the rule that is edited; null: it is a new one */
export function useOutcome(draft: RuleDraft, ruleId: string | null): DraftOutcome {
  const [days, setDays] = useState(1);
  // The same stretch as long as one types: what was read of it once need not be read again.
  const [toMs, setToMs] = useState(() => nowMs.peek());
  const span = useMemo(() => ({ fromMs: toMs - days * DAY_MS, toMs }), [days, toMs]);
  const range = { sinceMs: span.fromMs, untilMs: span.toMs };
  // Of a rule that is not in force nothing can be gained or lost.
  const against = rules.value.some(({ id }) => id === ruleId) ? ruleId : null;
  const tried = tryable(draft);
  const preview = useAsked<PreviewResult>(
    '/api/rules/preview',
    tried && { draft: tried, against, ...range, client: CLIENT },
    TYPING_MS,
  );
  // What each budget costs does not change with the one that is chosen.
  const anyBudget = tried && withFields(tried, { budget: undefined, threshold: undefined });
  const budgets = useAsked<BudgetsResult>(
    '/api/rules/budgets',
    anyBudget && !(draft.threshold ?? null) && draft.budget
      ? { draft: anyBudget, against: ruleId, ...range, client: `${CLIENT}-budgets` }
      : null,
    COSTS_MS,
  );
  const spoken = tried && { id: tried.id, when: tried.when, not: tried.not, cameras: tried.cameras };
  const advice = useAsked<AdviceResult>('/api/rules/advice', spoken && { draft: spoken }, ADVICE_MS);
  return {
    ...{ tried, preview, budgets, advice, span, days, setDays },
    refresh: () => setToMs(nowMs.peek()),
  };
}
