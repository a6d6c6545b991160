import type { ModelDescription } from '../model/embedder.js';

/** False alarms a day, on each camera, where neither the rule nor the model's makers say anything. */
export const DEFAULT_BUDGET_PER_DAY = 1;

/** Where a rule's threshold comes from. */
export type ThresholdPlan =
  /** A margin that somebody chose: the same on all cameras, with no promise of how often it is passed. */
  | { kind: 'fixed'; value: number }
  /** Found on each camera from its own footage (`calibration/`). */
  | { kind: 'calibrated'; budgetPerDay: number };

/**
 * The rule's own threshold, else its budget; where it says neither, the threshold that the model's makers measured, else
 * {@link DEFAULT_BUDGET_PER_DAY}.
 */
export function thresholdPlanOf(
  { threshold, budget }: { threshold: number | null; budget: { falseAlarmsPerDay: number } | null },
  { defaultThreshold }: Pick<ModelDescription, 'defaultThreshold'>,
): ThresholdPlan {
  if (threshold !== null) return { kind: 'fixed', value: threshold };
  if (budget !== null) return { kind: 'calibrated', budgetPerDay: budget.falseAlarmsPerDay };
  if (defaultThreshold !== null) return { kind: 'fixed', value: defaultThreshold };
  return { kind: 'calibrated', budgetPerDay: DEFAULT_BUDGET_PER_DAY };
}
