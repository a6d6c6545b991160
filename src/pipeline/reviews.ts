import type { Verdict } from '../detect/event.js';
import { type Clock, systemClock } from '../shared/clock.js';
import type { Moment, MomentStore } from '../store/moment-store.js';
import type { CalibrationKeeper } from './calibration-keeper.js';

/** What {@link Reviews} needs. */
export interface ReviewsOptions {
  moments: MomentStore;
  calibrations: CalibrationKeeper;
  clock?: Clock;
}

/** What a review brought about. */
export interface Reviewed {
  moment: Moment;
  /** The threshold before and after; null: the rule's threshold is fixed, or its calibration is gone. */
  threshold: { before: number; after: number } | null;
}

/** What people say of events and peaks, and what follows from it. */
export class Reviews {
  readonly #options: ReviewsOptions;

  constructor(options: ReviewsOptions) {
    this.#options = options;
  }

  /**
   * Notes a verdict on a moment and fits its rule's threshold again at once: what is true is no false alarm, and does
   * not count among them.
   * @param verdict null takes an earlier one back
   * @returns null when there is no such moment
   */
  apply(id: string, verdict: Verdict | null): Reviewed | null {
    const { moments, calibrations, clock = systemClock } = this.#options;
    if (!moments.review(id, verdict, clock.nowMs())) return null;
    const moment = moments.get(id)!;
    const live = calibrations.find(moment);
    if (!live) return { moment, threshold: null };
    const before = live.calibration.threshold;
    if (moment.kind === 'event') live.calibration.judge(id, verdict);
    else live.calibration.review(moment.peak!, verdict);
    calibrations.touch(live);
    calibrations.write();
    return { moment, threshold: { before, after: live.calibration.threshold } };
  }
}
