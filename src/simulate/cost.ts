import { RuleCalibration } from '../rules/calibration/index.js';
import { SimulatedCamera, TILES } from './simulated-camera.js';
import { TIMING } from './watch.js';

const RULES = 100;
const CAMERAS = 16;
const FRAME_MS = 1000;
const DAY_FRAMES = 86_400;

/** What calibrating costs on this machine. */
export interface CalibrationCost {
  /** Part of one core for 100 rules × 16 cameras × 11 tiles at 1 frame a second. */
  partOfCore: number;
  /** Memory of these calibrations, once their baselines are full in two lights. */
  megabytes: number;
  /** Processor time in which a day of margins, 86,400 frames of 11 tiles, is calibrated anew. */
  daySeconds: number;
}

/** Measures it: in processor time, which other work on the machine does not change much. */
export function measureCost(): CalibrationCost {
  const daySeconds = measureDay();
  const before = memory();
  const camera = new SimulatedCamera(1);
  const calibrations: RuleCalibration[] = Array.from({ length: RULES * CAMERAS }, fresh);
  let atMs = 0;
  // Short of a full day each: memory does not depend on the footage, but for the list of peaks, 14 kB a week at most.
  const frames = 60;
  let seconds = 0;
  for (let frame = 0; frame < frames; frame++) {
    camera.next();
    atMs += FRAME_MS;
    const regime = frame % 2 ? 'day' : 'infrared';
    const started = process.cpuUsage();
    for (const calibration of calibrations) calibration.observe({ atMs, margins: camera.margins, regime });
    seconds += secondsSince(started);
  }
  const megabytes = memory() - before;
  return { partOfCore: seconds / frames, megabytes, daySeconds };
}

function fresh(): RuleCalibration {
  const hours = { warmupMs: 48 * 3_600_000, minMs: 6 * 3_600_000 };
  return RuleCalibration.fresh({ ...TIMING, ...hours, tiles: TILES, budgetPerDay: 1, adapt: true });
}

function measureDay(): number {
  const camera = new SimulatedCamera(2);
  // An hour of margins, again and again: making noise is not what is measured.
  const hour = Array.from({ length: 3600 }, () => {
    camera.next();
    return camera.margins.slice();
  });
  const calibration = fresh();
  const started = process.cpuUsage();
  for (let frame = 0; frame < DAY_FRAMES; frame++) {
    calibration.observe({ atMs: frame * FRAME_MS, margins: hour[frame % hour.length]!, regime: 'day' });
  }
  calibration.report();
  return secondsSince(started);
}

function secondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}
