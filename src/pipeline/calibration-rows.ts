import type { Verdict } from '../detect/event.js';
import type { CalibrationReport } from '../rules/calibration/index.js';
import type { MomentStore } from '../store/moment-store.js';
import type { CalibrationKeeper, LiveCalibration } from './calibration-keeper.js';
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

/** A rule of a camera whose threshold is calibrated. */
export interface CalibratedPair {
  cameraId: string;
  ruleId: string;
  live: LiveCalibration;
}

/** All calibrated rules of the cameras, in their order. */
export function calibratedPairs({
  calibrations,
  book,
  cameraIds,
}: {
  calibrations: CalibrationKeeper;
  book: RuleBook;
  cameraIds: readonly string[];
}): CalibratedPair[] {
  const pairOf = ({ cameraId, ruleId }: { cameraId: string; ruleId: string }) => `${cameraId}/${ruleId}`;
  // Words that were edited have another calibration now; the newest, which is the last, is the one in force.
  const newest = new Map(calibrations.all().map((live) => [pairOf(live.id), live]));
  const rules = book.rules.filter(({ id }) => book.plans.get(id)!.kind !== 'fixed');
  return cameraIds.flatMap((cameraId) =>
    rules.flatMap(({ id: ruleId }) => {
      const live = newest.get(pairOf({ cameraId, ruleId }));
      return live ? [{ cameraId, ruleId, live }] : [];
    }),
  );
}

/** Rows for all calibrated rules of the cameras, in their order. */
export function calibrationRows({
  moments,
  ...parts
}: Parameters<typeof calibratedPairs>[0] & { moments: MomentStore }): CalibrationRow[] {
  return calibratedPairs(parts).map(({ cameraId, ruleId, live }) => {
    const { budgetPerDay } = live.calibration;
    const { state, threshold, observedHours, clusters, expected, contamination, peaks } =
      live.calibration.report();
    const kept = moments.peaksOf(live.id);
    const listed = peaks.flatMap(({ id: peak, atMs, score }): PeakRow[] => {
      const moment = kept.get(peak);
      return moment ? [{ ...moment, atMs, score }] : [];
    });
    const known = { state, threshold, observedHours, clusters, expected, contamination };
    return { cameraId, ruleId, budgetPerDay, ...known, peaks: listed };
  });
}
