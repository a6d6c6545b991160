import { nthLowest } from './nth-lowest.js';

/** Fewer moments say nothing about what is ordinary. */
const LEAST_MOMENTS = 60;
/** MAD of a normal distribution times this is its standard deviation. */
const MAD_TO_SIGMA = 1.4826;
/** A camera of which there is less counts as an ordinary one. */
const LEAST_OF_CAMERA = 20;
const LEAST_SPREAD = 1e-4;

/** Moments, each about a minute of one camera. */
export interface OrdinaryMoments {
  /** Best score in each; NaN: not known. */
  best: Float32Array;
  /** Of each, which of `cameraIds` it is of. */
  cameras: Uint32Array;
  cameraIds: readonly string[];
}

/**
 * How a query scores on whatever moments there are. Cameras differ in how much they look like a query all the time, so a
 * moment's surprise is counted from its camera's median, in robust spreads; and the highest of n normal numbers is about
 * √(2·ln n) spreads up.
 */
export interface Ordinary {
  moments: number;
  /** The usual score, of whichever camera. */
  median: number;
  /** Of each camera: the usual score, and its robust standard deviation. */
  cameras: ReadonlyMap<string, { median: number; spread: number }>;
  /** Surprise that the highest of as many moments is expected to have. */
  highest: number;
}

/** @returns null when there are too few */
export function ordinaryOf({ best, cameras, cameraIds }: OrdinaryMoments): Ordinary | null {
  const own = scoresOf({ best, cameras, cameraIds });
  const count = own.reduce((sum, scores) => sum + scores.length, 0);
  if (count < LEAST_MOMENTS) return null;
  const all = new Float64Array(count);
  let filled = 0;
  for (const scores of own) {
    all.set(scores, filled);
    filled += scores.length;
  }
  const median = quantile(all, 0.5);
  const medians = own.map((scores) => (scores.length < LEAST_OF_CAMERA ? median : quantile(scores, 0.5)));
  filled = 0;
  const deviations = own.map((scores, camera) => {
    const start = filled;
    for (let i = 0; i < scores.length; i++) all[filled++] = Math.abs(scores[i]! - medians[camera]!);
    return all.slice(start, filled);
  });
  // A camera before which nothing moves has hardly any spread of its own.
  const usual = quantile(all, 0.5);
  const ofCameras = medians.map((median, camera) => {
    const deviation = Math.max(own[camera]!.length > 0 ? quantile(deviations[camera]!, 0.5) : 0, usual);
    return { median, spread: Math.max(LEAST_SPREAD, MAD_TO_SIGMA * deviation) };
  });
  const squares = own.reduce((sum, scores, camera) => sum + squaresOf(scores, ofCameras[camera]!), 0);
  // Unlike the spreads, this knows of the tail. Where that is lighter than a normal one, it counts as normal.
  const rms = Math.max(1, Math.sqrt(squares / count));
  return {
    ...{ moments: count, median },
    cameras: new Map(ofCameras.flatMap((one, i) => (own[i]!.length > 0 ? [[cameraIds[i]!, one]] : []))),
    highest: rms * Math.sqrt(2 * Math.log(count)),
  };
}

/** Of each camera, the scores that are known. */
function scoresOf({ best, cameras, cameraIds }: OrdinaryMoments): Float32Array[] {
  const counts = cameraIds.map(() => 0);
  for (let i = 0; i < best.length; i++) if (!Number.isNaN(best[i]!)) counts[cameras[i]!]!++;
  const own = counts.map((count) => new Float32Array(count));
  counts.fill(0);
  for (let i = 0; i < best.length; i++) {
    const camera = cameras[i]!;
    if (!Number.isNaN(best[i]!)) own[camera]![counts[camera]!++] = best[i]!;
  }
  return own;
}

/** Sum of the squares of surprises. */
function squaresOf(scores: Float32Array, usual: { median: number; spread: number }): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += surprise(usual, scores[i]!) ** 2;
  return sum;
}

/** How far above what is ordinary for its camera a score is, in spreads. */
export function surpriseOf(
  { cameras }: Ordinary,
  { cameraId, best }: { cameraId: string; best: number },
): number {
  return surprise(cameras.get(cameraId)!, best);
}

function surprise({ median, spread }: { median: number; spread: number }, score: number): number {
  return (score - median) / spread;
}

/**
 * A hit stands out when it is so many times as surprising as the highest of as many ordinary moments would be. With the quiet
 * samples repeated for a day on eight cameras, things that are there once came to 1.2 … 5.4, things that are not there to 0.9 at
 * most. Footage of two minutes over and over has no ordinary spread: there the rule says too little.
 */
export const LEAST_STRENGTH = 1.2;

/** Moves the values. */
function quantile(values: Float32Array | Float64Array, part: number): number {
  return nthLowest(values, Math.min(values.length - 1, Math.floor(part * values.length)));
}
