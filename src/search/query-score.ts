import { codeLength, codePhrase } from '../shared/dots/codes.js';
import { Dots } from '../shared/dots/dots.js';

/** How much of its commonness (`commonness.ts`) a picture pays. */
const COMMON_PART = 0.75;
/** How much of its likeness to the likest unwanted phrase it pays. */
const UNWANTED_PART = 0.5;

/** What is looked for, as unit vectors. */
export interface QueryVectors {
  wanted: Float32Array;
  /** What it must not be taken for. */
  unwanted: readonly Float32Array[];
}

/** The same as codes: one phrase behind the other, the wanted one first. Can be sent to a thread. */
export interface CodedQuery {
  dimension: number;
  phrases: Int16Array;
}

export function codeQuery({ wanted, unwanted }: QueryVectors): CodedQuery {
  const dimension = wanted.length;
  const phrases = new Int16Array((1 + unwanted.length) * dimension);
  for (const [i, vector] of [wanted, ...unwanted].entries()) phrases.set(codePhrase(vector), i * dimension);
  return { dimension, phrases };
}

/**
 * How well pictures answer a query:
 *
 *     s = cos(v, wanted) − 0.75·commonness(v) − 0.5·max_k cos(v, unwanted_k)
 *
 * Pure. Cosines are whole numbers until they are divided by the lengths, so scores are the same on every machine.
 */
export class QueryScore {
  readonly phraseCount: number;
  /** 1 / ‖p‖ of each phrase. */
  readonly #factors: Float64Array;

  constructor({ dimension, phrases }: CodedQuery) {
    this.phraseCount = phrases.length / dimension;
    this.#factors = Float64Array.from({ length: this.phraseCount }, (_, i) => {
      return 1 / (codeLength(phrases.subarray(i * dimension, (i + 1) * dimension)) || 1);
    });
  }

  /**
   * @param dots of the picture's code with each phrase, from place `at` on
   * @param inverseLength 1 / ‖q‖ of its code
   * @param commonness of the picture
   */
  of(
    dots: Int32Array,
    { at, inverseLength, commonness }: { at: number; inverseLength: number; commonness: number },
  ): number {
    const score = dots[at]! * this.#factors[0]! * inverseLength - COMMON_PART * commonness;
    if (this.phraseCount === 1) return score;
    let likest = -Infinity;
    for (let k = 1; k < this.phraseCount; k++) likest = Math.max(likest, dots[at + k]! * this.#factors[k]!);
    return score - UNWANTED_PART * likest * inverseLength;
  }
}

/**
 * Scores of all vectors of one row: what a scan does with many.
 * @param codes one behind the other @param commonness of each
 */
export function scoresOf(
  { codes, commonness }: { codes: Int8Array; commonness: Float32Array },
  query: CodedQuery,
): Float64Array {
  const { dimension, phrases } = query;
  const score = new QueryScore(query);
  const { phraseCount } = score;
  const dots = new Dots({ dimension, rows: commonness.length, phrases: phraseCount });
  dots.setRows(codes);
  dots.setPhrases(phrases);
  const found = dots.run({ count: commonness.length, phrases: phraseCount });
  return Float64Array.from(commonness, (own, i) => {
    const code = codes.subarray(i * dimension, (i + 1) * dimension);
    const inverseLength = Math.fround(1 / (codeLength(code) || 1));
    return score.of(found, { at: i * phraseCount, inverseLength, commonness: own });
  });
}
