import { z } from 'zod';

/** Longest snooze, minutes. */
export const MAX_SNOOZE_MIN = 24 * 60;
/** Largest budget, alarms a day. */
export const MAX_BUDGET_PER_DAY = 1000;

/** What a person may change about a rule on a camera while the program runs. What is left out stays as it is. */
export const SwitchChange = z.strictObject({
  enabled: z.boolean().optional().describe('Whether it raises events at all'),
  snoozeMin: z
    .number()
    .min(0)
    .max(MAX_SNOOZE_MIN)
    .optional()
    .describe('It raises nothing for so many minutes from now on; 0 ends it'),
  budgetPerDay: z
    .number()
    .gt(0)
    .max(MAX_BUDGET_PER_DAY)
    .optional()
    .describe('False alarms a day; only for a rule without a fixed threshold'),
});
export type SwitchChange = z.infer<typeof SwitchChange>;

/** A rule on a camera. */
export interface SwitchedPair {
  cameraId: string;
  ruleId: string;
}

/** What is switched about a rule on a camera. */
export interface SwitchState {
  enabled: boolean;
  /** Until when it raises nothing, milliseconds since the epoch; null: it is not snoozed. */
  snoozedUntilMs: number | null;
  /** False alarms a day, as typed in the rule or changed since; null: its threshold is fixed. */
  budgetPerDay: number | null;
}

/** Where the switches are read and set. */
export interface SwitchBoard {
  /** null: there is no such rule on such a camera. */
  get(pair: SwitchedPair): SwitchState | null;
  /**
   * Changes what is given, at once and for good. A pair that is not there is left alone.
   * @returns the state from now on; null: there is no such rule on such a camera
   * @throws WordwatchError `no-budget` when a rule with a fixed threshold is given a budget
   */
  set(pair: SwitchedPair, change: SwitchChange): SwitchState | null;
}

/** What of a snooze is left, in minutes begun. */
export function snoozeLeftMin({ snoozedUntilMs }: SwitchState, nowMs: number): number {
  return snoozedUntilMs === null ? 0 : Math.max(0, Math.ceil((snoozedUntilMs - nowMs) / 60_000));
}
