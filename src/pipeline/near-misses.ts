import type { Moment, MomentStore } from '../store/moment-store.js';
import type { CalibrationKeeper } from './calibration-keeper.js';
import { type CalibrationRow, calibrationRows } from './calibration-rows.js';
import type { RuleBook } from './rule-book.js';

/** A peak that raised no event. Its picture is the snapshot of its id. */
export interface NearMiss extends Pick<Moment, 'id' | 'atMs' | 'tile' | 'verdict'> {
  score: number;
  /** In force then. */
  threshold: number;
}

/** The near misses of one rule on one camera. */
export interface NearMisses
  extends Pick<
    CalibrationRow,
    'cameraId' | 'ruleId' | 'budgetPerDay' | 'state' | 'threshold' | 'observedHours' | 'expected'
  > {
  /** Highest first. */
  misses: NearMiss[];
}

/**
 * The highest peaks that stayed below the threshold of their time, of every rule whose threshold is calibrated: of the twenty
 * highest that are kept of each. Of rules with a fixed threshold no peaks are kept.
 */
export function nearMisses({
  moments,
  ...of
}: {
  calibrations: CalibrationKeeper;
  moments: MomentStore;
  book: RuleBook;
  cameraIds: readonly string[];
}): NearMisses[] {
  return calibrationRows({ moments, ...of }).map(({ peaks, clusters: _, contamination: __, ...row }) => {
    const misses = peaks.flatMap(({ id, atMs, score, verdict }): NearMiss[] => {
      const { tile, threshold } = moments.get(id)!;
      return score < threshold ? [{ id, atMs, score, threshold, tile, verdict }] : [];
    });
    return { ...row, misses };
  });
}
