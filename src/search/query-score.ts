import { codeLength, codePhrase } from '../shared/dots/codes.js';
import { Dots } from '../shared/dots/dots.js';

/** How much of its commonness (`commonness.ts`) a picture pays. */
export const COMMON_PART = 0.75;
/** How much of its likeness to the likest unwanted phrase it pays. */
export const UNWANTED_PART = 0.5;

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

  /** The highest score of some vectors. Nothing is made for each of them: there are millions. */
  best(dots: Int32Array, vectors: ScoredVectors): number {
    let best = -Infinity;
    for (let i = 0; i < vectors.count; i++) {
      const score = this.of(i, dots, vectors);
      if (score > best) best = score;
    }
    return best;
  }

  /** Score of the i-th of some vectors. @param dots of each with every phrase */
  of(i: number, dots: Int32Array, { inverseLengths, commonness, from }: ScoredVectors): number {
    const at = i * this.phraseCount;
    const inverseLength = inverseLengths[from + i]!;
    const wanted = dots[at]! * this.#factors[0]! * inverseLength - COMMON_PART * commonness[from + i]!;
    if (this.phraseCount === 1) return wanted;
    let likest = -Infinity;
    for (let k = 1; k < this.phraseCount; k++) likest = Math.max(likest, dots[at + k]! * this.#factors[k]!);
    return wanted - UNWANTED_PART * likest * inverseLength;
  }
}

/** What is known of vectors beside their codes. */
export interface ScoredVectors {
  /** 1 / ‖q‖ of each code. */
  inverseLengths: Float32Array;
  commonness: Float32Array;
  /** Place of the first. */
  from: number;
  count: number;
}

/** Scores the vectors of single rows, as a scan does those of many. */
export class RowScores {
  readonly #query: CodedQuery;
  readonly #score: QueryScore;
  /** Made again only for a longer row: an engine reserves gigabytes of addresses for each. */
  #dots: Dots | null = null;
  #room = 0;

  constructor(query: CodedQuery) {
    this.#query = query;
    this.#score = new QueryScore(query);
  }

  /** @param codes one behind the other @param commonness of each */
  of({ codes, commonness }: { codes: Int8Array; commonness: Float32Array }): Float64Array {
    const count = commonness.length;
    const dots = this.#dotsFor(count);
    dots.setRows(codes);
    const inverseLengths = Float32Array.from(
      dots.squares({ count }),
      (square) => 1 / (Math.sqrt(square) || 1),
    );
    const found = dots.run({ count, phrases: this.#score.phraseCount });
    const vectors = { inverseLengths, commonness, from: 0, count };
    return Float64Array.from({ length: count }, (_, i) => this.#score.of(i, found, vectors));
  }

  #dotsFor(count: number): Dots {
    if (this.#dots && count <= this.#room) return this.#dots;
    const { dimension, phrases } = this.#query;
    this.#room = Math.max(count, 2 * this.#room);
    this.#dots = new Dots({ dimension, rows: this.#room, phrases: this.#score.phraseCount });
    this.#dots.setPhrases(phrases);
    return this.#dots;
  }
}
