import type { Verdict } from '../detect/event.js';
import type { CalibrationReport } from '../rules/calibration/index.js';
import type { MomentStore } from '../store/moment-store.js';
import type { CalibrationKeeper } from './calibration-keeper.js';
import type { RuleBook } from './rule-book.js';

/** One of the highest peaks of a rule on a camera. */
export interface PeakRow {
  /** Of the moment: what `review` takes. */
  id: string;
  atMs: number;
  score: number;
  verdict: Verdict | null;
}

/** What is known of a rule on a camera. */
export interface CalibrationRow
  extends Pick<
    CalibrationReport,
    'state' | 'threshold' | 'observedHours' | 'clusters' | 'expected' | 'contamination'
  > {
  cameraId: string;
  ruleId: string;
  budgetPerDay: number;
  peaks: PeakRow[];
}

/** Rows for all calibrated rules of the cameras, in their order. */
export function calibrationRows({
  calibrations,
  moments,
  book,
  cameraIds,
}: {
  calibrations: CalibrationKeeper;
  moments: MomentStore;
  book: RuleBook;
  cameraIds: readonly string[];
}): CalibrationRow[] {
  const all = calibrations.all();
  return cameraIds.flatMap((cameraId) =>
    book.rules.flatMap(({ id: ruleId }) => {
      const plan = book.plans.get(ruleId)!;
      // Words that were edited have another calibration now; the newest is the one in force.
      const live = all.findLast(({ id }) => id.cameraId === cameraId && id.ruleId === ruleId);
      if (plan.kind === 'fixed' || !live) return [];
      const { budgetPerDay } = live.calibration;
      const { state, threshold, observedHours, clusters, expected, contamination, peaks } =
        live.calibration.report();
      const kept = moments.peaksOf(live.id);
      const listed = peaks.flatMap(({ id: peak, atMs, score }): PeakRow[] => {
        const moment = kept.get(peak);
        return moment ? [{ ...moment, atMs, score }] : [];
      });
      const known = { state, threshold, observedHours, clusters, expected, contamination };
      return [{ cameraId, ruleId, budgetPerDay, ...known, peaks: listed }];
    }),
  );
}
