/** Fewer moments say nothing about what is ordinary. */
const LEAST_MOMENTS = 60;
/** Parts of the moments between which the tail is measured: a few true finds do not reach them. */
const TAIL = { from: 0.1, to: 0.03 };
/** MAD of a normal distribution times this is its standard deviation. */
const MAD_TO_SIGMA = 1.4826;
/** A camera of which there is less counts as an ordinary one. */
const LEAST_OF_CAMERA = 20;
const LEAST_SPREAD = 1e-4;

/** A moment, about a minute of one camera, and the best score in it. */
export interface OrdinaryMoment {
  cameraId: string;
  /** NaN: not known. */
  best: number;
}

/** How a query scores on whatever moments there are. Cameras differ in how much they look like a query all the time. */
export interface Ordinary {
  moments: number;
  /** The usual score, of whichever camera. */
  median: number;
  /** Of each camera: the usual score, and its robust standard deviation. */
  cameras: ReadonlyMap<string, { median: number; spread: number }>;
  /** The surprise that a tenth of the moments pass, and the scale of the tail from there on. */
  tail: { from: number; scale: number };
}

/** @returns null when there are too few */
export function ordinaryOf(moments: readonly OrdinaryMoment[]): Ordinary | null {
  const known = moments.filter(({ best }) => !Number.isNaN(best));
  if (known.length < LEAST_MOMENTS) return null;
  const all = known.map(({ best }) => best);
  const own = new Map<string, number[]>();
  for (const { cameraId, best } of known) {
    const scores = own.get(cameraId);
    if (scores) scores.push(best);
    else own.set(cameraId, [best]);
  }
  const median = quantile(all, 0.5);
  const medians = new Map(
    [...own].map(([id, scores]) => [id, scores.length < LEAST_OF_CAMERA ? median : quantile(scores, 0.5)]),
  );
  const deviationsOf = (id: string) => own.get(id)!.map((score) => Math.abs(score - medians.get(id)!));
  // A camera before which nothing moves has hardly any spread of its own.
  const usual = quantile([...own.keys()].flatMap(deviationsOf), 0.5);
  const cameras = new Map(
    [...medians].map(([id, median]) => {
      const deviation = Math.max(quantile(deviationsOf(id), 0.5), usual);
      return [id, { median, spread: Math.max(LEAST_SPREAD, MAD_TO_SIGMA * deviation) }];
    }),
  );
  const surprises = known.map(({ cameraId, best }) => surprise(cameras.get(cameraId)!, best));
  const [from, to] = [quantile(surprises, 1 - TAIL.from), quantile(surprises, 1 - TAIL.to)];
  const scale = Math.max(1e-6, (to - from) / Math.log(TAIL.from / TAIL.to));
  return { moments: known.length, median, cameras, tail: { from, scale } };
}

/** How far above what is ordinary for its camera a score is, in spreads. */
export function surpriseOf({ cameras }: Ordinary, { cameraId, best }: OrdinaryMoment): number {
  return surprise(cameras.get(cameraId)!, best);
}

function surprise({ median, spread }: { median: number; spread: number }, score: number): number {
  return (score - median) / spread;
}

/**
 * The chance that the most surprising of as many ordinary moments is at least so surprising, 0 … 1: with a tail that goes on
 * exponentially, 1 − (1 − 0.1·exp(−(y − u)/s))ⁿ.
 */
export function chanceOf({ moments, tail }: Ordinary, surprise: number): number {
  if (surprise <= tail.from) return 1;
  const one = TAIL.from * Math.exp(-(surprise - tail.from) / tail.scale);
  return -Math.expm1(moments * Math.log1p(-one));
}

/** A hit stands out when chance alone would bring one like it at most so often. */
export const LARGEST_CHANCE = 0.05;

function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}
