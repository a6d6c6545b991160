import type { Verdict } from '../detect/event.js';
import type { RuleCalibration } from '../rules/calibration/rule-calibration.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { type CalibrationId, textOf } from '../store/calibration-store.js';
import type { Moment, MomentStore } from '../store/moment-store.js';
import type { CalibrationKeeper } from './calibration-keeper.js';

/** What {@link Reviews} needs. */
export interface ReviewsOptions {
  moments: MomentStore;
  calibrations: CalibrationKeeper;
  clock?: Clock;
}

/** What is said of one moment; `verdict` null takes back what was said. */
export interface ReviewAsked {
  id: string;
  verdict: Verdict | null;
}

/** What a review brought about. */
export interface Reviewed {
  moment: Moment;
  /** The threshold before and after; null: the rule's threshold is fixed, or its calibration is gone. */
  threshold: { before: number; after: number } | null;
}

/** What reviews do to a rule on a camera. */
export interface ReviewEffect {
  cameraId: string;
  ruleId: string;
  threshold: { before: number; after: number };
  /** False alarms a day to be expected at the threshold; null: not known. */
  expectedPerDay: { before: number | null; after: number | null };
}

/** What came of several reviews, or would come of them. */
export interface ReviewsOutcome {
  /** Each with what was said of it before: with that it is taken back. */
  reviewed: { id: string; before: Verdict | null; after: Verdict | null }[];
  /** Ids of which there is no moment. */
  unknown: string[];
  /** One a calibration; rules with a fixed threshold have none. */
  effects: ReviewEffect[];
}

interface Lot {
  id: CalibrationId;
  reviews: { moment: Moment; verdict: Verdict | null }[];
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
    const { unknown, effects } = this.applyAll([{ id, verdict }]);
    if (unknown.length > 0) return null;
    return { moment: this.#options.moments.get(id)!, threshold: effects[0]?.threshold ?? null };
  }

  /** The same of many moments, with one wait for the disk. */
  applyAll(asked: readonly ReviewAsked[]): ReviewsOutcome {
    const { moments, calibrations, clock = systemClock } = this.#options;
    const { lots, outcome } = this.#sorted(asked);
    moments.reviewAll(outcome.reviewed, clock.nowMs());
    for (const { id, reviews } of lots) {
      const live = calibrations.find(id);
      if (!live) continue;
      outcome.effects.push(judged(live.calibration, { id, reviews }));
      calibrations.touch(live);
    }
    calibrations.write();
    return outcome;
  }

  /** What {@link applyAll} would do now; nothing is changed. */
  foresee(asked: readonly ReviewAsked[]): ReviewsOutcome {
    const { lots, outcome } = this.#sorted(asked);
    for (const lot of lots) {
      const copy = this.#options.calibrations.copy(lot.id);
      if (copy) outcome.effects.push(judged(copy, lot));
    }
    return outcome;
  }

  /** By calibration. */
  #sorted(asked: readonly ReviewAsked[]): { lots: Lot[]; outcome: ReviewsOutcome } {
    const lots = new Map<string, Lot>();
    const outcome: ReviewsOutcome = { reviewed: [], unknown: [], effects: [] };
    // Said twice of the same moment, the last one counts.
    for (const { id, verdict } of new Map(asked.map((review) => [review.id, review])).values()) {
      const moment = this.#options.moments.get(id);
      if (!moment) {
        outcome.unknown.push(id);
        continue;
      }
      outcome.reviewed.push({ id, before: moment.verdict, after: verdict });
      const { cameraId, ruleId, key } = moment;
      const lot = lots.get(textOf(moment)) ?? { id: { cameraId, ruleId, key }, reviews: [] };
      lots.set(textOf(moment), lot);
      lot.reviews.push({ moment, verdict });
    }
    return { lots: [...lots.values()], outcome };
  }
}

/** Tells a calibration what was said. */
function judged(calibration: RuleCalibration, { id, reviews }: Lot): ReviewEffect {
  const before = calibration.standing;
  for (const { moment, verdict } of reviews) {
    if (moment.kind === 'event') calibration.judge(moment.id, verdict);
    else calibration.review(moment.peak!, verdict);
  }
  const after = calibration.standing;
  return {
    ...{ cameraId: id.cameraId, ruleId: id.ruleId },
    threshold: { before: before.threshold, after: after.threshold },
    expectedPerDay: { before: before.expectedPerDay, after: after.expectedPerDay },
  };
}
