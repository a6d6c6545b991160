import { codeLength, codePhrase, decodeImage } from '../shared/dots/codes.js';
import { Dots } from '../shared/dots/dots.js';
import { marginsOf, phrasesOf } from './margin.js';
import type { RuleSet } from './rule-vectors.js';

/** Tiles scored in one go: their results fit a processor's cache. */
const AT_ONCE = 64;

/**
 * Scores coded tiles (`shared/dots/codes.ts`) against every rule of a set, as `tileMargins` does, in whole numbers until the
 * cosines are known. So what is scored again later from what was kept gets the very same margins. Pure.
 */
export class CodedMargins {
  readonly #set: RuleSet;
  readonly #dots: Dots;
  readonly #dimension: number;
  /** τ / ‖p‖ of each phrase. */
  readonly #factors: Float64Array;
  readonly #logits: Float64Array;

  constructor(set: RuleSet) {
    const phrases = phrasesOf(set).map(codePhrase);
    this.#set = set;
    this.#dimension = phrases[0]?.length ?? 0;
    this.#dots = new Dots({ dimension: this.#dimension, rows: AT_ONCE, phrases: phrases.length });
    for (const [i, phrase] of phrases.entries()) this.#dots.setPhrases(phrase, i);
    this.#factors = Float64Array.from(phrases, (phrase) => set.logitScale / (codeLength(phrase) || 1));
    this.#logits = new Float64Array(phrases.length);
  }

  /**
   * @param codes tiles one behind the other
   * @param take is given each tile's margins, one a rule, in the order of `set.rules`
   */
  score(codes: Int8Array, take: (tile: number, margins: Float64Array) => void): void {
    const dimension = this.#dimension;
    const tiles = dimension === 0 ? 0 : codes.length / dimension;
    for (let start = 0; start < tiles; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, tiles - start);
      const block = codes.subarray(start * dimension, (start + count) * dimension);
      this.#dots.setRows(block);
      const dots = this.#dots.run({ count, phrases: this.#factors.length });
      for (let i = 0; i < count; i++) {
        const code = block.subarray(i * dimension, (i + 1) * dimension);
        take(start + i, this.#marginsOf(code, dots, i * this.#factors.length));
      }
    }
  }

  #marginsOf(code: Int8Array, dots: Int32Array, from: number): Float64Array {
    const logits = this.#logits;
    const inverse = 1 / (codeLength(code) || 1);
    for (let p = 0; p < logits.length; p++) logits[p] = dots[from + p]! * this.#factors[p]! * inverse;
    return marginsOf(logits, this.#set, () => decodeImage(code));
  }
}
