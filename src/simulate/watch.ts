import { RuleDetector, type Transition } from '../detect/rule-detector.js';
import {
  type CalibratedScore,
  RuleCalibration,
  type RuleCalibrationOptions,
} from '../rules/calibration/index.js';
import { evidenceOf } from '../rules/evidence.js';
import { DAY_STEPS, type SimulatedCamera, STEP_MS, TILES, type TrueEvent } from './simulated-camera.js';

export const HOUR_MS = 3_600_000;
export const DAY_HOURS = 24;

/** A rule's timing as in `rules/*.yaml` by default, but 2 of 3: frames are 4 s apart here. */
export const TIMING = {
  confirm: { k: 2, n: 3 },
  forMs: 0,
  clearForMs: 10_000,
  cooldownMs: 60_000,
  maxGapMs: 30_000,
};
/** An event may be confirmed so long after its end. */
const LATE_MS = TIMING.confirm.n * STEP_MS;

export function calibrationOf(
  options: Partial<RuleCalibrationOptions> & { budgetPerDay: number },
): RuleCalibration {
  const hours = { warmupMs: 48 * HOUR_MS, minMs: 6 * HOUR_MS };
  return RuleCalibration.fresh({ tiles: TILES, adapt: false, ...TIMING, ...hours, ...options });
}

const TILE = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };

/** The real detector, fed scores. Counts its alarms. */
export class Alarms {
  readonly #detector: RuleDetector;
  count = 0;

  constructor() {
    this.#detector = new RuleDetector({
      ...TIMING,
      hysteresis: 0.5,
      remindEveryMs: null,
      newId: () => String(this.count),
    });
  }

  /** @returns the start of an event */
  step(atMs: number, score: number, threshold: number): Transition | null {
    // Idle means no hits in the window: one more miss changes nothing. Saves most of the time.
    if (!(score >= threshold) && this.#detector.state === 'idle') return null;
    const seen = {
      atMs,
      ptsMs: atMs,
      score,
      threshold,
      thresholdState: 'fixed',
      expectedFalseAlarmsPerDay: null,
      tile: TILE,
      active: true,
    } as const;
    const step = this.#detector.step(seen);
    if (step?.phase !== 'start') return null;
    this.count++;
    return step;
  }
}

/** Lets time pass on a camera, frame by frame. @param events sorted by time */
export function play(
  camera: SimulatedCamera,
  {
    calibration,
    hours,
    events = [],
  }: { calibration: RuleCalibration; hours: number; events?: readonly TrueEvent[] },
  onFrame: (seen: CalibratedScore, atMs: number) => void = () => {},
): void {
  let at = 0;
  const steps = Math.round((hours * DAY_STEPS) / DAY_HOURS);
  for (let step = 0; step < steps; step++) {
    const nowMs = camera.nextMs;
    while (at < events.length && events[at]!.endMs <= nowMs) at++;
    const event = events[at];
    camera.next(event && event.startMs <= nowMs ? event : null);
    const margins = camera.margins.map(evidenceOf);
    onFrame(calibration.observe({ atMs: nowMs, margins, regime: camera.regime }), nowMs);
  }
}

/** Which of the true events were found, and how long that took. */
export class Finder {
  readonly #events: readonly TrueEvent[];
  readonly #delaysMs = new Map<TrueEvent, number>();

  constructor(events: readonly TrueEvent[]) {
    this.#events = events;
  }

  start(atMs: number): void {
    const event = eventAt(this.#events, atMs);
    if (event && !this.#delaysMs.has(event)) this.#delaysMs.set(event, atMs - event.startMs);
  }

  get found(): number {
    return this.#delaysMs.size;
  }

  get delaysMs(): number[] {
    return [...this.#delaysMs.values()];
  }
}

/** The event that an alarm at a time is of. */
export function eventAt(events: readonly TrueEvent[], atMs: number): TrueEvent | undefined {
  return events.find(({ startMs, endMs }) => atMs >= startMs && atMs <= endMs + LATE_MS);
}
