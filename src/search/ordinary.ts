/** Fewer moments say nothing about what is ordinary. */
const LEAST_MOMENTS = 60;
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
  const squares = known.reduce(
    (sum, { cameraId, best }) => sum + surprise(cameras.get(cameraId)!, best) ** 2,
    0,
  );
  // Unlike the spreads, this knows of the tail. Where that is lighter than a normal one, it counts as normal.
  const rms = Math.max(1, Math.sqrt(squares / known.length));
  return { moments: known.length, median, cameras, highest: rms * Math.sqrt(2 * Math.log(known.length)) };
}

/** How far above what is ordinary for its camera a score is, in spreads. */
export function surpriseOf({ cameras }: Ordinary, { cameraId, best }: OrdinaryMoment): number {
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

function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}
