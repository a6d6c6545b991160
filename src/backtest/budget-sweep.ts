import { randomUUID } from 'node:crypto';
import { RuleDetector } from '../detect/rule-detector.js';
import { MAX_GAP_MS } from '../pipeline/detectors.js';
import type { WatchRule } from '../pipeline/rule-book.js';
import type { CalibrationOutlook, RuleCalibration } from '../rules/calibration/index.js';
import type { JudgedFrame } from './rule-replay.js';

/** What a budget costs: the threshold that it comes to, and what that would have raised. */
export interface BudgetOption extends Pick<CalibrationOutlook, 'threshold' | 'state'> {
  /** Alarms a day. */
  budgetPerDay: number;
  /** Alarms a day to be expected at that threshold; null: nobody knows yet. */
  expectedPerDay: number | null;
  events: { startedAtMs: number; endedAtMs: number | null }[];
}

/** What {@link sweepBudgets} needs. */
export interface SweepOptions {
  rule: WatchRule;
  budgets: readonly number[];
  /** As all of the footage has made it; its budget is changed. */
  calibration: RuleCalibration;
  /** Events that began, or were open, in this stretch are told. */
  fromMs: number;
  toMs: number;
}

/**
 * Goes through scores once for each budget. Scores do not depend on budgets, so that footage need not be judged again; the
 * threshold is the one of the end throughout, without what the controller would have done on the way.
 */
export function sweepBudgets(
  frames: readonly JudgedFrame[],
  { rule, budgets, calibration, fromMs, toMs }: SweepOptions,
): BudgetOption[] {
  return budgets.map((budgetPerDay) => {
    calibration.setBudget(budgetPerDay);
    const { threshold, state, expected } = calibration.outlook();
    const events = eventsAt(frames, { rule, threshold, state });
    const isTold = ({ startedAtMs, endedAtMs }: BudgetOption['events'][number]) =>
      startedAtMs < toMs && (endedAtMs ?? startedAtMs) >= fromMs;
    return {
      budgetPerDay,
      threshold,
      state,
      expectedPerDay: expected?.value ?? null,
      events: events.filter(isTold),
    };
  });
}

function eventsAt(
  frames: readonly JudgedFrame[],
  { rule, threshold, state }: { rule: WatchRule; threshold: number; state: CalibrationOutlook['state'] },
): BudgetOption['events'] {
  const events: BudgetOption['events'] = [];
  const fresh = () =>
    new RuleDetector({ ...rule.timing, remindEveryMs: null, maxGapMs: MAX_GAP_MS, newId: randomUUID });
  const take = (transition: ReturnType<RuleDetector['step']>) => {
    if (transition?.phase === 'start') events.push({ startedAtMs: transition.startedAtMs, endedAtMs: null });
    if (transition?.phase === 'end') events.at(-1)!.endedAtMs = transition.endedAtMs!;
  };
  const at = { threshold, thresholdState: state, expectedFalseAlarmsPerDay: null };
  let detector = fresh();
  let part = frames[0]?.part;
  for (const { score, unseen, blindSinceMs, active, atMs, ptsMs, ...frame } of frames) {
    if (frame.part !== part) {
      take(detector.close());
      detector = fresh();
      part = frame.part;
    }
    if (unseen) take(detector.unseen({ atMs, blindSinceMs }));
    else if (score) take(detector.step({ atMs, ptsMs, score: score.score, tile: score.tile, active, ...at }));
  }
  take(detector.close());
  return events;
}
