import { seededRandom } from '../rules/calibration/random.js';
import { SimulatedCamera } from './simulated-camera.js';
import { Alarms, calibrationOf, HOUR_MS, play } from './watch.js';

const CALIBRATION_HOURS = 24;

export interface CertifiedHours {
  /** Cameras whose threshold was certified. */
  tried: number;
  /** Those of them with an alarm in the hour that was held out. */
  broken: number;
  /** How often that may happen: ⌊b·(H+1)/24⌋/(H+1). */
  probability: number;
  /** More than so many would be a broken promise (99 % quantile of the binomial distribution). */
  allowed: number;
}

/**
 * Whether the certified bound holds. One hour is held out on each camera, so that the cameras are independent: the next
 * one after 24 h of calibration, which begins at any time of day.
 */
export function certifiedHours({
  cameras,
  onCamera,
}: {
  cameras: number;
  onCamera: () => void;
}): CertifiedHours {
  let tried = 0;
  let broken = 0;
  const random = seededRandom(3);
  for (let seed = 0; seed < cameras; seed++) {
    const camera = new SimulatedCamera(40_000 + seed);
    const calibration = calibrationOf({ budgetPerDay: 1, warmupMs: CALIBRATION_HOURS * HOUR_MS });
    // A little more: the first minutes have no scores. And the hour need not begin where the calibration ends.
    play(camera, { calibration, hours: CALIBRATION_HOURS + 0.1 + random() / 4 });
    const { threshold, state } = calibration.outlook();
    if (state === 'certified') tried++;
    const alarms = new Alarms();
    play(camera, { calibration, hours: 1 }, ({ score }, atMs) => void alarms.step(atMs, score, threshold));
    if (state === 'certified' && alarms.count > 0) broken++;
    onCamera();
  }
  const probability = 1 / (CALIBRATION_HOURS + 1);
  return { tried, broken, probability, allowed: binomialQuantile(0.99, { n: tried, p: probability }) };
}

/** Smallest x with P(X ≤ x) ≥ q of a binomial distribution. */
export function binomialQuantile(q: number, { n, p }: { n: number; p: number }): number {
  let term = (1 - p) ** n;
  let sum = term;
  let x = 0;
  while (sum < q && x < n) {
    term *= ((n - x) / (x + 1)) * (p / (1 - p));
    sum += term;
    x++;
  }
  return x;
}
