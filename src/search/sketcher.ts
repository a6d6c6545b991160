import { codeLength } from '../shared/dots/codes.js';
import { Dots } from '../shared/dots/dots.js';
import type { Directions } from './directions.js';
import { COMMON_PART, type CodedQuery, UNWANTED_PART } from './query-score.js';

/** Numbers of a sketch: what a vector is in each direction, and how common it is. */
export const SKETCH_NUMBERS = 64;
export const SKETCH_DIRECTIONS = SKETCH_NUMBERS - 1;
/** Memory of a sketch: its numbers, and its group. */
export const SKETCH_BYTES = SKETCH_NUMBERS + 1;
/** A number's unit, a standard deviation of it, as an int8: ten of them fit. */
const UNIT = 12.7;
/** The same for commonness, which is −1 … 1 but near 0.2: steps of 0.004. */
const COMMON_UNIT = 254;
/** Vectors sketched in one go. */
const AT_ONCE = 256;
const PHRASE_MAX = 32_767;

/** A query as sketches are compared with it. */
export interface SketchedQuery {
  /** For `Dots`, one behind the other, the wanted one first: a dot product with a sketch, times its factor, plus its constant. */
  phrases: Int16Array;
  factors: Float64Array;
  constants: Float64Array;
  /** What is added for a sketch's group: phrase by phrase, one a group. */
  ofGroups: Float64Array;
}

/** Sketches. */
export interface Sketches {
  /** One behind the other. */
  codes: Int8Array;
  /** Of each, which group of vectors it is of. */
  groups: Uint8Array;
}

/** Vectors in 65 bytes each, from which their scores can be guessed: less exact than their codes, but far smaller. */
export class Sketcher {
  readonly #directions: Directions;
  readonly #dots: Dots;
  /** Of each direction: what a dot product is worth, and what the mean has of it. */
  readonly #factors: Float64Array;
  readonly #offsets: Float64Array;
  /** Compares sketches with the centres of groups. */
  readonly #grouping: Dots;
  readonly #groupCount: number;
  /** Half of a centre's square, as a dot product. */
  readonly #halves: Float64Array;

  constructor(directions: Directions) {
    const { dimension, count, seen, mean } = directions;
    this.#directions = directions;
    this.#dots = new Dots({ dimension, rows: AT_ONCE, phrases: Math.max(1, count) });
    this.#factors = new Float64Array(count);
    this.#offsets = new Float64Array(count);
    this.#groupCount = directions.lacking.length / dimension;
    this.#halves = new Float64Array(this.#groupCount);
    this.#grouping = new Dots({ dimension: SKETCH_NUMBERS, rows: AT_ONCE, phrases: this.#groupCount });
    this.#setCentres(directions);
    for (let k = 0; k < count; k++) {
      const direction = seen.subarray(k * dimension, (k + 1) * dimension);
      const { codes, factor } = coded(direction);
      this.#dots.setPhrases(codes, k);
      this.#factors[k] = UNIT * factor;
      this.#offsets[k] = UNIT * direction.reduce((sum, value, i) => sum + value * mean[i]!, 0);
    }
  }

  #setCentres({ centres, count }: Directions): void {
    const unit = PHRASE_MAX / centres.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-9);
    for (let group = 0; group < this.#groupCount; group++) {
      const centre = centres.subarray(group * count, (group + 1) * count);
      const phrase = new Int16Array(SKETCH_NUMBERS);
      phrase.set(Int16Array.from(centre, (value) => Math.round(value * unit)));
      this.#grouping.setPhrases(phrase, group);
      this.#halves[group] = (UNIT * unit * centre.reduce((sum, value) => sum + value * value, 0)) / 2;
    }
  }

  /** Group of each of some sketches, 256 at most. */
  #groupsOf(sketches: Int8Array): Uint8Array {
    const groups = new Uint8Array(sketches.length / SKETCH_NUMBERS);
    this.#grouping.setRows(sketches);
    const dots = this.#grouping.run({ count: groups.length, phrases: this.#groupCount });
    for (let i = 0; i < groups.length; i++) {
      let most = -Infinity;
      for (let group = 0; group < this.#groupCount; group++) {
        const likeness = dots[i * this.#groupCount + group]! - this.#halves[group]!;
        if (likeness <= most) continue;
        most = likeness;
        groups[i] = group;
      }
    }
    return groups;
  }

  /** @param codes of vectors, one behind the other @param commonness of each */
  of({ codes, commonness }: { codes: Int8Array; commonness: Float32Array }): Sketches {
    const { dimension, count: numbers } = this.#directions;
    const sketches = new Int8Array(commonness.length * SKETCH_NUMBERS);
    const groups = new Uint8Array(commonness.length);
    for (let start = 0; start < commonness.length; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, commonness.length - start);
      this.#dots.setRows(codes.subarray(start * dimension, (start + count) * dimension));
      const lengths = Float64Array.from(this.#dots.squares({ count }), (square) => Math.sqrt(square) || 1);
      const dots = this.#dots.run({ count, phrases: numbers });
      for (let i = 0; i < count; i++) {
        const at = (start + i) * SKETCH_NUMBERS;
        const inverse = 1 / lengths[i]!;
        for (let k = 0; k < numbers; k++) {
          const value = dots[i * numbers + k]! * this.#factors[k]! * inverse - this.#offsets[k]!;
          sketches[at + k] = clamped(value);
        }
        sketches[at + SKETCH_DIRECTIONS] = clamped(COMMON_UNIT * commonness[start + i]!);
      }
      const own = sketches.subarray(start * SKETCH_NUMBERS, (start + count) * SKETCH_NUMBERS);
      groups.set(this.#groupsOf(own), start);
    }
    return { codes: sketches, groups };
  }

  /** What of a query can be compared with sketches. */
  query({ dimension, phrases }: CodedQuery): SketchedQuery {
    const { count, mean, told, lacking } = this.#directions;
    const groups = this.#groupCount;
    const phraseCount = phrases.length / dimension;
    const sketched: SketchedQuery = {
      phrases: new Int16Array(phraseCount * SKETCH_NUMBERS),
      factors: new Float64Array(phraseCount),
      constants: new Float64Array(phraseCount),
      ofGroups: new Float64Array(phraseCount * groups),
    };
    for (let p = 0; p < phraseCount; p++) {
      const phrase = phrases.subarray(p * dimension, (p + 1) * dimension);
      const part = (p === 0 ? 1 : -UNWANTED_PART) / (codeLength(phrase) || 1);
      const dotWith = (vector: Float32Array) =>
        vector.reduce((sum, value, i) => sum + value * phrase[i]!, 0) * part;
      const weights = new Float32Array(SKETCH_NUMBERS);
      for (let k = 0; k < count; k++)
        weights[k] = dotWith(told.subarray(k * dimension, (k + 1) * dimension)) / UNIT;
      if (p === 0) weights[SKETCH_DIRECTIONS] = -COMMON_PART / COMMON_UNIT;
      const { codes, factor } = coded(weights);
      sketched.phrases.set(codes, p * SKETCH_NUMBERS);
      sketched.factors[p] = factor;
      sketched.constants[p] = dotWith(mean);
      for (let group = 0; group < groups; group++)
        sketched.ofGroups[p * groups + group] = dotWith(
          lacking.subarray(group * dimension, (group + 1) * dimension),
        );
    }
    return sketched;
  }
}

/**
 * The highest scores that sketches tell of.
 * @param dots of each with every phrase @param groups of each @param counts of sketches of each row, one row behind the other
 * @param best of each row: the highest score
 */
export function bestOfSketches(
  dots: Int32Array,
  {
    groups,
    counts,
    query: { factors, constants, ofGroups },
    best,
  }: { groups: Uint8Array; counts: readonly number[]; query: SketchedQuery; best: Float32Array },
): void {
  const phrases = factors.length;
  const groupCount = ofGroups.length / phrases;
  const [factor, constant] = [factors[0]!, constants[0]!];
  let i = 0;
  for (let row = 0; row < counts.length; row++) {
    let highest = -Infinity;
    for (const end = i + counts[row]!; i < end; i++) {
      const at = i * phrases;
      const group = groups[i]!;
      let score = dots[at]! * factor + constant + ofGroups[group]!;
      if (phrases > 1) {
        let likest = Infinity;
        for (let p = 1; p < phrases; p++) {
          const own = dots[at + p]! * factors[p]! + constants[p]! + ofGroups[p * groupCount + group]!;
          if (own < likest) likest = own;
        }
        score += likest;
      }
      if (score > highest) highest = score;
    }
    best[row] = highest;
  }
}

/** Any numbers as int16, and what one of them stands for. */
function coded(values: Float32Array): { codes: Int16Array; factor: number } {
  const highest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const factor = (highest || 1) / PHRASE_MAX;
  return { codes: Int16Array.from(values, (value) => Math.round(value / factor)), factor };
}

function clamped(value: number): number {
  return Math.max(-127, Math.min(127, Math.round(value)));
}
