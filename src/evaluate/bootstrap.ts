import { seededRandom } from '../rules/calibration/random.js';
import { FIGURES, type FigureName, type Figures } from './figures.js';

/** How sure a figure is. */
export interface Estimate {
  /** null: there is nothing it could be told of. */
  value: number | null;
  /**
   * With 90 % of all drawings it lies between these; null: not known. Where all drawings agree, as when every event was
   * found, that is no sign of being sure.
   */
  low: number | null;
  high: number | null;
}
export type Estimates = Record<FigureName, Estimate>;

const DRAWINGS = 1000;
/** On each side. */
const PART_OUTSIDE = 0.05;
/** The same footage is to give the same report. */
const SEED = 20_260_501;

/**
 * Figures with the interval in which they would lie had other videos of the same kind been taken: videos are drawn again and
 * again, with replacement, as many as there are. Whole videos, as frames and events of one video are alike.
 * @param videos how many there are; of one alone no interval is known
 * @param figuresOf given how often each video counts
 */
export function bootstrap(videos: number, figuresOf: (weights: Uint32Array) => Figures): Estimates {
  const measured = figuresOf(new Uint32Array(videos).fill(1));
  const drawn = videos < 2 ? [] : drawings(videos).map(figuresOf);
  const estimateOf = (name: FigureName): Estimate => {
    const value = measured[name];
    const sorted = drawn.flatMap((figures) => figures[name] ?? []).sort((a, b) => a - b);
    if (value === null || sorted.length === 0) return { value, low: null, high: null };
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
    const [low, high] = [at(PART_OUTSIDE), at(1 - PART_OUTSIDE)];
    return low === high ? { value, low: null, high: null } : { value, low, high };
  };
  return Object.fromEntries(FIGURES.map((name) => [name, estimateOf(name)])) as Estimates;
}

/** How much higher the figures of one way are than those of another, both on the same drawings of the same videos. */
export function bootstrapDifference(
  videos: number,
  one: (weights: Uint32Array) => Figures,
  other: (weights: Uint32Array) => Figures,
): Estimates {
  return bootstrap(videos, (weights) => {
    const [a, b] = [one(weights), other(weights)];
    const minus = (name: FigureName) => (a[name] === null || b[name] === null ? null : a[name] - b[name]);
    return Object.fromEntries(FIGURES.map((name) => [name, minus(name)])) as Figures;
  });
}

/** How often each video was drawn, in each drawing. */
function drawings(videos: number): Uint32Array[] {
  const random = seededRandom(SEED);
  return Array.from({ length: DRAWINGS }, () => {
    const weights = new Uint32Array(videos);
    for (let i = 0; i < videos; i++) weights[Math.floor(random() * videos)]!++;
    return weights;
  });
}
