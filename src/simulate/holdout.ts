import { drawEvents, MIXED_GAINS, SimulatedCamera, STEP_MS, type TrueEvent } from './simulated-camera.js';
import { Alarms, calibrationOf, DAY_HOURS, Finder, HOUR_MS, play } from './watch.js';

export const BUDGETS = [0.5, 1, 5] as const;
/** And a little more: the first minute has no scores. */
const CALIBRATION_HOURS = 48.1;
const EVENTS = 40;

/** One camera and budget: what was asked for, expected and got. */
export interface HeldOut {
  camera: number;
  budgetPerDay: number;
  state: string;
  expectedPerDay: number;
  achievedPerDay: number;
}

export interface HoldoutResult {
  rows: HeldOut[];
  /** Days each camera was watched after calibration. */
  days: number;
  /** Of true events, at a budget of 1 a day. */
  recall: number;
  /** With one threshold for the raw margins of all cameras, at the same total of false alarms. */
  globalRecall: number;
  delaysMs: number[];
}

/** The raw margins of a camera, for the threshold that all share. */
interface RawStreams {
  quiet: Float32Array;
  eventful: Float32Array;
  eventfulFromMs: number;
  events: TrueEvent[];
}

/**
 * Calibrates cameras for 48 h, fixes their thresholds, and counts alarms on the days after: without events all are
 * false; on one more day, with events, those found count. The other side, one threshold for all cameras, is chosen on
 * the very days it is judged by, so that its total of false alarms is the same.
 */
export function holdOut({
  cameras,
  days,
  onCamera,
}: {
  cameras: number;
  days: number;
  onCamera: () => void;
}): HoldoutResult {
  const rows: HeldOut[] = [];
  const streams: RawStreams[] = [];
  const delaysMs: number[] = [];
  let falseAlarms = 0;
  for (let camera = 0; camera < cameras; camera++) {
    const one = watchOne(camera, days);
    rows.push(...one.rows);
    streams.push(one.raw);
    delaysMs.push(...one.delaysMs);
    falseAlarms += one.falseAlarms;
    onCamera();
  }
  const threshold = sharedThreshold(streams, falseAlarms);
  const globalFound = streams.reduce((sum, stream) => sum + foundAt(stream, threshold), 0);
  const all = cameras * EVENTS;
  return { rows, days, recall: delaysMs.length / all, globalRecall: globalFound / all, delaysMs };
}

function watchOne(seed: number, days: number) {
  const camera = new SimulatedCamera(seed);
  const calibration = calibrationOf({ budgetPerDay: 1 });
  play(camera, { calibration, hours: CALIBRATION_HOURS });
  const settled = BUDGETS.map((budgetPerDay) => {
    calibration.setBudget(budgetPerDay);
    const { threshold, state, expected } = calibration.outlook();
    return { camera: seed, budgetPerDay, threshold, state, expectedPerDay: expected?.value ?? Number.NaN };
  });
  const alarms = settled.map(() => new Alarms());
  const quiet = new Float32Array((days * DAY_HOURS * HOUR_MS) / STEP_MS);
  let frame = 0;
  play(camera, { calibration, hours: days * DAY_HOURS }, ({ score }, atMs) => {
    quiet[frame++] = highest(camera.margins);
    for (const [i, { threshold }] of settled.entries()) alarms[i]!.step(atMs, score, threshold);
  });
  const eventfulFromMs = camera.nextMs;
  const events = drawEvents(seed, {
    count: EVENTS,
    gains: MIXED_GAINS,
    fromMs: eventfulFromMs,
    toMs: eventfulFromMs + DAY_HOURS * HOUR_MS,
  });
  const eventful = new Float32Array((DAY_HOURS * HOUR_MS) / STEP_MS);
  const finder = new Finder(events);
  const eventAlarms = new Alarms();
  const { threshold } = settled[BUDGETS.indexOf(1)]!;
  frame = 0;
  play(camera, { calibration, hours: DAY_HOURS, events }, ({ score }, atMs) => {
    eventful[frame++] = highest(camera.margins);
    if (eventAlarms.step(atMs, score, threshold)) finder.start(atMs);
  });
  return {
    rows: settled.map(({ threshold: _, ...row }, i) => ({ ...row, achievedPerDay: alarms[i]!.count / days })),
    raw: { quiet, eventful, eventfulFromMs, events },
    falseAlarms: alarms[BUDGETS.indexOf(1)]!.count,
    delaysMs: finder.delaysMs,
  };
}

function highest(margins: Float32Array): number {
  let highest = margins[0]!;
  for (let i = 1; i < margins.length; i++) if (margins[i]! > highest) highest = margins[i]!;
  return highest;
}

/** The lowest threshold on raw margins with no more false alarms in total, by bisection. */
function sharedThreshold(streams: readonly RawStreams[], falseAlarms: number): number {
  let low = -20;
  let high = 60;
  for (let round = 0; round < 20; round++) {
    const middle = (low + high) / 2;
    if (streams.reduce((sum, { quiet }) => sum + alarmsAt(quiet, middle), 0) > falseAlarms) low = middle;
    else high = middle;
  }
  return high;
}

function alarmsAt(stream: Float32Array, threshold: number): number {
  const alarms = new Alarms();
  for (let i = 0; i < stream.length; i++) alarms.step(i * STEP_MS, stream[i]!, threshold);
  return alarms.count;
}

function foundAt({ eventful, eventfulFromMs, events }: RawStreams, threshold: number): number {
  const alarms = new Alarms();
  const finder = new Finder(events);
  for (let i = 0; i < eventful.length; i++) {
    const atMs = eventfulFromMs + i * STEP_MS;
    if (alarms.step(atMs, eventful[i]!, threshold)) finder.start(atMs);
  }
  return finder.found;
}
