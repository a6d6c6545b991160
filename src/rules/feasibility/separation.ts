import { auc } from '../labels/compare-rankings.js';
import { type Footage, quantile, robustScale } from './footage.js';

/** How well words stand out on one camera. */
export interface Separation {
  /**
   * −ln Σ_k exp(−τ·(1 − cos(p̂, n̂_k))): log-odds of the words themselves against all of their contrast set put
   * together. 0: one negative says the same. Of texts alone, and the same on all cameras.
   */
  distinctness: number;
  /** Margins of the footage: median, and the part of 2 % lies above. */
  median: number;
  tail: number;
  /** m(p̂): what the words' own vector would score. */
  self: number;
  /** (tail − median) / (m(p̂) − median): part of the way to the words themselves that quiet footage goes; at most 1. */
  climb: number;
  /** (m(p̂) − tail) / (1.4826·MAD): the rest of the way, in the footage's own spread. */
  headroom: number;
  /** With sightings: chance that one scores above a tile of the footage; and the part of them above 98 % of it. */
  auc: number | null;
  found: number | null;
}

/** The part of the footage's tiles that count as its high tail: of 100 tiles two, and seldom a passing oddity alone. */
const TAIL_PART = 0.02;

/**
 * ln 20: with less, the words are not even twenty times likelier than their contrast where they are seen themselves.
 * On the starter rules that work have 4 and more, a paraphrase among the negatives or words it never saw 0.1 to 2.3.
 */
export const MIN_DISTINCTNESS = Math.log(20);

/** What {@link separationOf} looks at. */
export interface SeparationInput {
  positive: Float32Array;
  contrast: readonly Float32Array[];
  /** One more phrase of the contrast set, to try. */
  added?: Float32Array;
  footage: Footage;
  sightings: Footage;
  /** Taken off the footage's margins: what a tile has at any time (`dominating-tile.ts`). Default: nothing. */
  offsets?: ArrayLike<number>;
}

/**
 * Measures one wording against one contrast set. Pure.
 *
 * A text's vector is no picture's: pictures and texts lie in cones of their own (the modality gap), and no picture
 * reaches m(p̂). But the way there is the direction in which pictures of the thing move, so how far *quiet* footage gets
 * along it is a measure that needs no labels, no unit and no τ. Measured on the starter, whose gap is small, over the
 * sample videos: the median sighting of a rule climbs 0.33 to 0.77, quiet tails 0.06 to 0.39, and 0.54 for one rule that
 * does confuse a dog with a person. Real CLIP's figures are not known; sightings will climb less there.
 */
export function separationOf(input: SeparationInput): Separation {
  const { positive, contrast, added, footage, sightings, offsets } = input;
  const raw = footage.margins(positive, contrast, added);
  const margins = raw.map((margin, i) => margin - (offsets?.[i] ?? 0));
  const self = footage.ofWords(positive).margins(positive, contrast, added)[0]!;
  const { median, scale } = robustScale(margins);
  const tail = quantile(margins, 1 - TAIL_PART);
  const seen = sightings.margins(positive, contrast, added);
  const labelled = seen.length > 0;
  // Which tiles sightings were in is not known: nothing is taken off, on either side.
  const rawTail = quantile(raw, 1 - TAIL_PART);
  return {
    distinctness: self - Math.log(contrast.length + (added ? 1 : 0)),
    median,
    tail,
    self,
    climb: self > median ? Math.min(1, (tail - median) / (self - median)) : 1,
    headroom: (self - tail) / scale,
    auc: labelled ? auc([...seen], [...raw]) : null,
    found: labelled ? seen.filter((margin) => margin > rawTail).length / seen.length : null,
  };
}
