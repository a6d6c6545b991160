import { type CertifiedHours, certifiedHours } from './certified-hours.js';
import { type ControllerWeek, controllerWeek } from './controller-week.js';
import { type HiddenEvents, hideEvents } from './hidden-events.js';
import { BUDGETS, type HoldoutResult, holdOut } from './holdout.js';

/** How much is simulated. */
export interface SimulationSize {
  /** Cameras that are calibrated for 48 h. */
  cameras: number;
  /** Days that follow. */
  days: number;
  /** Cameras that run for a week after 6 h. */
  weekCameras: number;
  certifiedCameras: number;
  hiddenCameras: number;
}

/** About a minute and a half of one core: what the tests run. */
export const QUICK: SimulationSize = {
  cameras: 50,
  days: 5,
  weekCameras: 30,
  certifiedCameras: 220,
  hiddenCameras: 20,
};
/** Some five minutes. */
export const LONG: SimulationSize = {
  cameras: 100,
  days: 10,
  weekCameras: 100,
  certifiedCameras: 600,
  hiddenCameras: 100,
};

export interface Simulation {
  size: SimulationSize;
  holdout: HoldoutResult;
  week: ControllerWeek;
  certified: CertifiedHours;
  hidden: HiddenEvents;
}

/** What a simulation comes to: the targets. */
export interface SimulationSummary {
  /** Mean over the cameras of false alarms achieved / requested, of the budget that is farthest off. */
  achievedOverRequested: number;
  /** The highest of a camera and budget. */
  worstCamera: number;
  /** Achieved / requested with the controller, from the third day on. */
  controllerWeek: number;
  /** Cameras with an alarm in the held-out hour, of those certified. */
  certifiedBroken: number;
  certifiedTried: number;
  /** Recall, over that of one threshold for all cameras with as many false alarms. */
  recallOverGlobal: number;
  /** Recall with ten true events in the calibration, after the review of the 20 highest peaks. */
  recallAfterReview: number;
}

/** Runs all experiments. @param onProgress the part done, 0…1 */
export function simulate(size: SimulationSize, onProgress: (done: number) => void): Simulation {
  // Camera-days, as a measure of time.
  const weights = {
    holdout: size.cameras * (size.days + 3),
    week: size.weekCameras * 7.25,
    certified: size.certifiedCameras * 1.1,
    hidden: size.hiddenCameras * 3,
  };
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  let done = 0;
  const counter = (weight: number, cameras: number) => () => {
    done += weight / cameras;
    onProgress(done / total);
  };
  const { cameras, days, weekCameras, certifiedCameras, hiddenCameras } = size;
  const holdout = holdOut({ cameras, days, onCamera: counter(weights.holdout, cameras) });
  const week = controllerWeek({
    cameras: weekCameras,
    budgetPerDay: 1,
    onCamera: counter(weights.week, weekCameras),
  });
  const certified = certifiedHours({
    cameras: certifiedCameras,
    onCamera: counter(weights.certified, certifiedCameras),
  });
  const hidden = hideEvents({ cameras: hiddenCameras, onCamera: counter(weights.hidden, hiddenCameras) });
  return { size, holdout, week, certified, hidden };
}

export function summarise({ holdout, week, certified, hidden }: Simulation): SimulationSummary {
  const means = BUDGETS.map((budget) => mean(ratiosOf(holdout, budget)));
  const farthest = means.reduce((a, b) => (Math.abs(Math.log(b)) > Math.abs(Math.log(a)) ? b : a));
  return {
    achievedOverRequested: farthest,
    worstCamera: Math.max(...BUDGETS.flatMap((budget) => ratiosOf(holdout, budget))),
    controllerWeek: mean(week.perDay.slice(2)) / week.budgetPerDay,
    certifiedBroken: certified.broken,
    certifiedTried: certified.tried,
    recallOverGlobal: holdout.recall / holdout.globalRecall,
    recallAfterReview: hidden.recallReviewed,
  };
}

/** Achieved / requested of each camera. */
export function ratiosOf({ rows }: HoldoutResult, budget: number): number[] {
  return rows
    .filter(({ budgetPerDay }) => budgetPerDay === budget)
    .map(({ achievedPerDay }) => achievedPerDay / budget);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
