import { seededRandom } from '../rules/calibration/random.js';
import { FIGURES, type FigureName, type Figures, type Weights } from './figures.js';

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

/** How often each video counts: once, and in each of the drawings. */
export interface Drawings {
  once: Weights;
  /** None of one video alone: it says nothing of others. */
  drawn: Weights[];
}

/** Draws from so many videos, with replacement, as many as there are, again and again. */
export function drawingsOf(videos: number): Drawings {
  const random = seededRandom(SEED);
  const drawn = Array.from({ length: videos < 2 ? 0 : DRAWINGS }, () => {
    const weights = new Uint32Array(videos);
    for (let i = 0; i < videos; i++) weights[Math.floor(random() * videos)]!++;
    return weights;
  });
  return { once: new Uint32Array(videos).fill(1), drawn };
}

/**
 * Figures with the interval in which they would lie had other videos of the same kind been taken. Whole videos are drawn, as
 * frames and events of one video are alike.
 */
export function bootstrap({ once, drawn }: Drawings, figuresOf: (weights: Weights) => Figures): Estimates {
  const measured = figuresOf(once);
  const resampled = drawn.map(figuresOf);
  const estimateOf = (name: FigureName): Estimate => {
    const value = measured[name];
    const sorted = resampled.flatMap((figures) => figures[name] ?? []).sort((a, b) => a - b);
    if (value === null || sorted.length === 0) return { value, low: null, high: null };
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
    const [low, high] = [at(PART_OUTSIDE), at(1 - PART_OUTSIDE)];
    return low === high ? { value, low: null, high: null } : { value, low, high };
  };
  return Object.fromEntries(FIGURES.map((name) => [name, estimateOf(name)])) as Estimates;
}

/** How much higher the figures of one way are than those of another, both on the same drawings of the same videos. */
export function bootstrapDifference(
  drawings: Drawings,
  one: (weights: Weights) => Figures,
  other: (weights: Weights) => Figures,
): Estimates {
  return bootstrap(drawings, (weights) => {
    const [a, b] = [one(weights), other(weights)];
    const minus = (name: FigureName) => (a[name] === null || b[name] === null ? null : a[name] - b[name]);
    return Object.fromEntries(FIGURES.map((name) => [name, minus(name)])) as Figures;
  });
}
