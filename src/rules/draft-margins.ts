import { codeLength, codePhrase, decodeImage } from '../shared/dots/codes.js';
import { Dots } from '../shared/dots/dots.js';
import { CodedMargins } from './coded-margins.js';
import { leftOfBank, marginsOf, type SeenTile } from './margin.js';
import type { RuleSet } from './rule-vectors.js';

/** Tiles in one go: their results fit a processor's cache. */
const AT_ONCE = 64;

/** What tiles come to against a bank of phrases, one place a tile (`SeenTile.top`, `.sum`). */
export interface BankSums {
  top: Float64Array;
  sum: Float64Array;
}

/** Phrases of a set that tiles are multiplied with, and how. */
class Phrases {
  readonly count: number;
  readonly #dots: Dots;
  readonly dimension: number;

  constructor(phrases: readonly Float32Array[], logitScale: number) {
    const coded = phrases.map(codePhrase);
    this.count = coded.length;
    this.dimension = coded[0]!.length;
    this.#dots = new Dots({ dimension: this.dimension, rows: AT_ONCE, phrases: this.count, weighs: true });
    for (const [i, phrase] of coded.entries()) this.#dots.setPhrases(phrase, i);
    this.#dots.setFactors(Float64Array.from(coded, (phrase) => logitScale / (codeLength(phrase) || 1)));
  }

  /** @param take is given the place of each tile, and where among the logits its own begin */
  weigh(
    codes: Int8Array,
    bank: number,
    take: (tile: number, weighed: { logits: Float64Array; banks: Float64Array; i: number }) => void,
  ): void {
    const { dimension } = this;
    for (let start = 0; start * dimension < codes.length; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, codes.length / dimension - start);
      this.#dots.setRows(codes.subarray(start * dimension, (start + count) * dimension));
      const { logits, banks } = this.#dots.weigh({ count, phrases: this.count, bank });
      for (let i = 0; i < count; i++) take(start + i, { logits, banks, i });
    }
  }
}

/** Looks at tiles with the bank only: all that rules have in common. Pure. */
export class BankLook {
  readonly #phrases: Phrases;

  constructor({ bank, logitScale }: Pick<RuleSet, 'bank' | 'logitScale'>) {
    this.#phrases = new Phrases(bank, logitScale);
  }

  /** @param codes tiles one behind the other @param at place of the first in `into` */
  look(codes: Int8Array, into: BankSums, at: number): void {
    this.#phrases.weigh(codes, this.#phrases.count, (tile, { banks, i }) => {
      into.top[at + tile] = banks[2 * i]!;
      into.sum[at + tile] = banks[2 * i + 1]!;
    });
  }
}

/**
 * Margins of one rule for tiles that the bank was looked at for already: the very same as `CodedMargins`, for a tenth of the
 * work, as only the rule's own phrases are multiplied. Pure.
 */
export class DraftMargins {
  readonly #set: RuleSet;
  readonly #phrases: Phrases;
  /** Of one tile, as `marginsOf` wants them. */
  readonly #logits: Float64Array;
  readonly #whole: CodedMargins;

  /** @param set with one rule */
  constructor(set: RuleSet) {
    const { positive, negatives, excludedFromBank } = set.rules[0]!;
    const excluded = excludedFromBank.map((index) => set.bank[index]!);
    this.#set = set;
    this.#phrases = new Phrases([positive, ...negatives, ...excluded], set.logitScale);
    this.#logits = new Float64Array(set.bank.length + 1 + negatives.length);
    this.#whole = new CodedMargins(set);
  }

  /** @param at place of the first tile in `known` and `into` */
  score(codes: Int8Array, known: BankSums, { into, at }: { into: Float32Array; at: number }): void {
    const { bank, rules } = this.#set;
    const rule = rules[0]!;
    const own = 1 + rule.negatives.length;
    const margins = new Float64Array(1);
    const { count, dimension } = this.#phrases;
    this.#phrases.weigh(codes, 0, (tile, { logits, i }) => {
      const from = i * count;
      for (let k = 0; k < own; k++) this.#logits[bank.length + k] = logits[from + k]!;
      for (const [k, index] of rule.excludedFromBank.entries()) this.#logits[index] = logits[from + own + k]!;
      const code = codes.subarray(tile * dimension, (tile + 1) * dimension);
      const seen: SeenTile = {
        logits: this.#logits,
        from: 0,
        top: known.top[at + tile]!,
        sum: known.sum[at + tile]!,
        vector: () => decodeImage(code),
      };
      if (leftOfBank(seen, rule) !== null) {
        into[at + tile] = marginsOf(seen, { set: this.#set, into: margins })[0]!;
      } else
        this.#whole.score(code, (_, [margin]) => {
          into[at + tile] = margin!;
        });
    });
  }
}
