import { createHash } from 'node:crypto';
import type { Embedder } from '../model/embedder.js';
import type { CommonnessMeter } from '../pipeline/vector-recorder.js';
import { codeLength, codePhrase } from '../shared/dots/codes.js';
import { Dots } from '../shared/dots/dots.js';
import captions from './captions.json' with { type: 'json' };
import { nthLowest } from './nth-lowest.js';

/** How many of the captions that are most like a picture count. */
const LIKEST = 128;
/** Pictures compared in one go. */
const AT_ONCE = 64;
/** Everything that the numbers depend on but for the model: vectors of another bank are measured anew. */
const CAPTIONS_HASH = createHash('sha256')
  .update(JSON.stringify({ captions, likest: LIKEST }))
  .digest('hex')
  .slice(0, 16);

/**
 * How much pictures are like everyday ones: the mean of the 128 largest cosines with a shipped bank of captions. Some
 * pictures are like any sentence, and without this they would win every search.
 *
 * Costs as much as a picture's cosines with some 420 phrases: about 8 µs at 128 values, 60 µs at 512, of a picture that took
 * milliseconds to embed.
 */
export class Commonness implements CommonnessMeter {
  readonly captions = CAPTIONS_HASH;
  /** Codes of the captions, one behind the other: another thread makes a meter of them. */
  readonly phrases: Int16Array;
  readonly #dimension: number;
  readonly #count: number;
  readonly #dots: Dots;
  readonly #scratch: Int32Array;

  constructor({ phrases, dimension }: { phrases: Int16Array; dimension: number }) {
    this.phrases = phrases;
    this.#dimension = dimension;
    this.#count = phrases.length / dimension;
    this.#dots = new Dots({ dimension, rows: AT_ONCE, phrases: this.#count });
    this.#dots.setPhrases(phrases);
    this.#scratch = new Int32Array(this.#count);
  }

  /** Embeds the captions: with a large model some seconds once, from then on they are read from disk. */
  static async open(embedder: Pick<Embedder, 'embedTexts' | 'describe'>): Promise<Commonness> {
    const { dimension } = embedder.describe();
    const vectors = await embedder.embedTexts(captions);
    const phrases = new Int16Array(captions.length * dimension);
    for (const [i, vector] of vectors.entries()) phrases.set(codePhrase(vector), i * dimension);
    return new Commonness({ phrases, dimension });
  }

  /** @param codes of pictures, one behind the other @returns a cosine each, −1 … 1 */
  of(codes: Int8Array): Float32Array {
    const dimension = this.#dimension;
    const commonness = new Float32Array(codes.length / dimension);
    for (let start = 0; start < commonness.length; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, commonness.length - start);
      this.#dots.setRows(codes.subarray(start * dimension, (start + count) * dimension));
      const dots = this.#dots.run({ count, phrases: this.#count });
      for (let i = 0; i < count; i++) {
        const code = codes.subarray((start + i) * dimension, (start + i + 1) * dimension);
        // A caption's code is 32 767 long, but for rounding.
        const unit = 32_767 * (codeLength(code) || 1);
        this.#scratch.set(dots.subarray(i * this.#count, (i + 1) * this.#count));
        commonness[start + i] = meanOfLargest(this.#scratch, LIKEST) / unit;
      }
    }
    return commonness;
  }
}

/** Mean of the `count` largest values, or of all if there are fewer. Changes their order. */
function meanOfLargest(values: Int32Array, count: number): number {
  if (values.length === 0) return 0;
  const first = Math.max(0, values.length - count);
  nthLowest(values, first);
  // From its place on, all are at least as high.
  const largest = values.subarray(first);
  return largest.reduce((sum, value) => sum + value, 0) / largest.length;
}
