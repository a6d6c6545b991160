import { CLEAR_GAINS, drawEvents, SimulatedCamera } from './simulated-camera.js';
import { Alarms, calibrationOf, DAY_HOURS, eventAt, Finder, HOUR_MS, play } from './watch.js';

const HIDDEN = 10;
const EVENTS = 40;

export interface HiddenEvents {
  /** Of events on the day after: calibrated on a day without events. */
  recallClean: number;
  /** Calibrated on a day with ten, nobody having looked. */
  recallDirty: number;
  /** The same after the true ones among the 20 highest peaks were marked. */
  recallReviewed: number;
  /** How many of ten events were among the 20 peaks. */
  amongPeaks: number;
  /** Part of the cameras with hidden events, and of the clean ones, on which the guard speaks up. */
  flaggedDirty: number;
  flaggedClean: number;
}

/** Hides ten true events in a day of calibration. */
export function hideEvents({ cameras, onCamera }: { cameras: number; onCamera: () => void }): HiddenEvents {
  const sum = {
    recallClean: 0,
    recallDirty: 0,
    recallReviewed: 0,
    amongPeaks: 0,
    flaggedDirty: 0,
    flaggedClean: 0,
  };
  for (let seed = 0; seed < cameras; seed++) {
    const clean = calibrate(seed, 0);
    sum.flaggedClean += Number(clean.calibration.report().contamination.flagged);
    const dirty = calibrate(seed, HIDDEN);
    const { threshold, peaks, contamination } = dirty.calibration.report();
    sum.flaggedDirty += Number(contamination.flagged);
    for (const { id, atMs } of peaks) {
      if (!eventAt(dirty.events, atMs)) continue;
      dirty.calibration.review(id, 'true');
      sum.amongPeaks++;
    }
    const reviewed = dirty.calibration.threshold;
    const [recallDirty, recallReviewed, recallClean] = recalls(dirty, [
      threshold,
      reviewed,
      clean.calibration.threshold,
    ]);
    sum.recallClean += recallClean!;
    sum.recallDirty += recallDirty!;
    sum.recallReviewed += recallReviewed!;
    onCamera();
  }
  for (const key of Object.keys(sum) as (keyof HiddenEvents)[]) sum[key] /= cameras;
  return sum;
}

function calibrate(seed: number, hidden: number) {
  const camera = new SimulatedCamera(60_000 + seed);
  const calibration = calibrationOf({ budgetPerDay: 1 });
  const events = drawEvents(seed, {
    count: hidden,
    gains: CLEAR_GAINS,
    fromMs: HOUR_MS,
    toMs: DAY_HOURS * HOUR_MS,
  });
  play(camera, { calibration, hours: DAY_HOURS, events });
  return { seed, camera, calibration, events };
}

/** Recall of each threshold on the next day. */
function recalls(
  { seed, camera, calibration }: ReturnType<typeof calibrate>,
  thresholds: readonly number[],
): number[] {
  const fromMs = camera.nextMs;
  const events = drawEvents(1_000_000 + seed, {
    count: EVENTS,
    gains: CLEAR_GAINS,
    fromMs,
    toMs: fromMs + DAY_HOURS * HOUR_MS,
  });
  const sides = thresholds.map((threshold) => ({
    threshold,
    alarms: new Alarms(),
    finder: new Finder(events),
  }));
  play(camera, { calibration, hours: DAY_HOURS, events }, ({ score }, atMs) => {
    for (const { threshold, alarms, finder } of sides)
      if (alarms.step(atMs, score, threshold)) finder.start(atMs);
  });
  return sides.map(({ finder }) => finder.found / EVENTS);
}
