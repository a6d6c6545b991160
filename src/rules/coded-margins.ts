import { codeLength, codePhrase, decodeImage } from '../shared/dots/codes.js';
import { Dots } from '../shared/dots/dots.js';
import { marginsOf, phrasesOf, type SeenTile } from './margin.js';
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
  readonly #phrases: number;

  constructor(set: RuleSet) {
    const phrases = phrasesOf(set).map(codePhrase);
    this.#set = set;
    this.#dimension = phrases[0]?.length ?? 0;
    this.#phrases = phrases.length;
    const size = { dimension: this.#dimension, rows: AT_ONCE, phrases: phrases.length };
    this.#dots = new Dots({ ...size, weighs: true });
    for (const [i, phrase] of phrases.entries()) this.#dots.setPhrases(phrase, i);
    // τ / ‖p‖ of each phrase.
    this.#dots.setFactors(Float64Array.from(phrases, (phrase) => set.logitScale / (codeLength(phrase) || 1)));
  }

  /**
   * @param codes tiles one behind the other
   * @param take is given each tile's margins, one a rule, in the order of `set.rules`; overwritten by the next tile's
   */
  score(codes: Int8Array, take: (tile: number, margins: Float64Array) => void): void {
    const dimension = this.#dimension;
    const tiles = dimension === 0 ? 0 : codes.length / dimension;
    const margins = new Float64Array(this.#set.rules.length);
    for (let start = 0; start < tiles; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, tiles - start);
      this.#dots.setRows(codes.subarray(start * dimension, (start + count) * dimension));
      const bank = this.#set.bank.length;
      const { logits, banks } = this.#dots.weigh({ count, phrases: this.#phrases, bank });
      for (let i = 0; i < count; i++) {
        const at = (start + i) * dimension;
        // Spelled out: spreading takes longer than all the rest.
        const seen: SeenTile = {
          logits,
          from: i * this.#phrases,
          top: banks[2 * i]!,
          sum: banks[2 * i + 1]!,
          vector: () => decodeImage(codes.subarray(at, at + dimension)),
        };
        marginsOf(seen, { set: this.#set, into: margins });
        take(start + i, margins);
      }
    }
  }
}
