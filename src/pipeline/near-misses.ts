import type { KeptPeak } from '../rules/calibration/margin-peaks.js';
import type { ThresholdState } from '../rules/score.js';
import type { Moment, MomentStore } from '../store/moment-store.js';
import type { CalibrationKeeper } from './calibration-keeper.js';
import { type CalibrationRow, calibrationRows } from './calibration-rows.js';
import type { FixedPeaks } from './fixed-peaks.js';
import type { RuleBook, WatchRule } from './rule-book.js';

/** A peak that raised no event. Its picture is the snapshot of its id. */
export interface NearMiss extends Pick<Moment, 'id' | 'atMs' | 'tile' | 'verdict'> {
  /** The highest threshold at which it would have raised one. */
  score: number;
  /** In force then. */
  threshold: number;
}

/** The near misses of one rule on one camera. */
export interface NearMisses extends Pick<CalibrationRow, 'cameraId' | 'ruleId' | 'threshold' | 'expected'> {
  state: ThresholdState;
  /** Both null where the threshold is fixed: nobody asked for a budget, and no footage was needed to find it. */
  budgetPerDay: number | null;
  observedHours: number | null;
  /** Highest first. */
  misses: NearMiss[];
}

/** What {@link nearMisses} needs. */
export interface NearMissParts {
  calibrations: CalibrationKeeper;
  fixedPeaks: Pick<FixedPeaks, 'find'>;
  moments: MomentStore;
  book: RuleBook;
  cameraIds: readonly string[];
}

/**
 * The highest peaks that stayed below the threshold of their time, of every rule on every camera that it has watched since the
 * start, in their order: of the twenty highest that are kept of each.
 */
export function nearMisses(parts: NearMissParts): NearMisses[] {
  const { book, cameraIds } = parts;
  const calibrated = new Map(
    calibrationRows(parts).map((row) => [`${row.cameraId}/${row.ruleId}`, calibratedMisses(row, parts)]),
  );
  return cameraIds.flatMap((cameraId) =>
    book.rules.flatMap((rule) => {
      const row = calibrated.get(`${cameraId}/${rule.id}`) ?? fixedMisses(rule, { ...parts, cameraId });
      return row ?? [];
    }),
  );
}

function calibratedMisses(
  { peaks, clusters: _, contamination: __, ...row }: CalibrationRow,
  { moments }: NearMissParts,
): NearMisses {
  const misses = peaks.flatMap(({ id, atMs, score, verdict }): NearMiss[] => {
    const { tile, threshold } = moments.get(id)!;
    return score < threshold ? [{ id, atMs, score, threshold, tile, verdict }] : [];
  });
  return { ...row, misses };
}

/** null: its threshold is not fixed, or it has not watched that camera. */
function fixedMisses(
  { id: ruleId, cameras }: WatchRule,
  { cameraId, book, fixedPeaks, moments }: NearMissParts & { cameraId: string },
): NearMisses | null {
  const plan = book.plans.get(ruleId)!;
  const live = fixedPeaks.find({ cameraId, ruleId });
  if (plan.kind !== 'fixed' || live === null || cameras?.includes(cameraId) === false) return null;
  const kept = moments.peaksOf(live.id);
  const misses = live.peaks.highest().flatMap(({ peak, score, atMs }: KeptPeak): NearMiss[] => {
    const known = kept.get(peak);
    const moment = known && moments.get(known.id);
    if (!moment) return [];
    const { id, tile, threshold, verdict } = moment;
    return [{ id, atMs, score, threshold, tile, verdict }];
  });
  return {
    ...{ cameraId, ruleId, state: 'fixed', threshold: plan.value },
    ...{ budgetPerDay: null, observedHours: null, expected: null },
    misses,
  };
}
