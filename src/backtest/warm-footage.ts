import { BankLook, type BankSums, type DraftMargins } from '../rules/draft-margins.js';
import type { RuleSet } from '../rules/rule-vectors.js';
import { codesOf } from '../store/vectors/minute-codec.js';
import type { MinuteRow, VectorStore, VectorStream } from '../store/vectors/vector-store.js';
import type { Gap } from './result.js';
import { type PlacedRow, type Tape, TapeMaker } from './tape.js';

/** Rows of a piece: an hour. Between pieces it is asked whether somebody still waits. */
const PIECE_ROWS = 60;
/** Rules whose margins are kept: what somebody who tries wordings goes back to. */
const KEPT_COLUMNS = 6;

/** A stretch of footage: everything that rules need of it, but the margins, is there. */
export interface FootagePiece {
  rows: readonly PlacedRow[];
  tape: Tape;
  bank: BankSums;
  holes: Gap[];
}

/** What {@link WarmFootage} needs. */
export interface WarmFootageOptions {
  store: VectorStore;
  /** Asked between pieces; throws where nobody waits any more. */
  check: () => void;
}

/**
 * What is stored of one camera, made ready for one rule after the other: tapes are read and the bank is looked at once, and a
 * rule costs only its own phrases then. Some 50 bytes a vector.
 */
export class WarmFootage {
  readonly #options: WarmFootageOptions;
  #pieces: FootagePiece[] = [];
  #rows: MinuteRow[] = [];
  #streams: ReadonlyMap<number, VectorStream> = new Map();
  #tapes: TapeMaker | null = null;
  #look: BankLook | null = null;
  /** By the words of rules; the newest in use is at the end. */
  readonly #columns = new Map<string, Map<FootagePiece, Float32Array>>();

  constructor(options: WarmFootageOptions) {
    this.#options = options;
  }

  /** Of the tapes. */
  get streams(): ReadonlyMap<number, VectorStream> {
    return this.#streams;
  }

  get pieces(): readonly FootagePiece[] {
    return this.#pieces;
  }

  get vectors(): number {
    return this.#rows.reduce((sum, row) => sum + row.vectors, 0);
  }

  /** Another one when there is other footage. */
  get stamp(): string {
    return `${this.#rows.length}/${this.#rows.at(-1)?.id}`;
  }

  /**
   * Reads what is new, or all where something else is asked for. Rows from before them may stay.
   * @param rows in the order of time
   */
  refresh(rows: readonly MinuteRow[], set: RuleSet): void {
    const known = this.#rows.findIndex(({ id }) => id === rows[0]?.id);
    const overlap = this.#rows.slice(known);
    const goesOn = known !== -1 && overlap.every(({ id }, i) => id === rows[i]?.id);
    if (!goesOn) this.#forget();
    this.#streams = this.#options.store.streams();
    const fresh = goesOn ? rows.slice(overlap.length) : rows;
    for (let at = 0; at < fresh.length; at += PIECE_ROWS) {
      this.#options.check();
      this.#read(fresh.slice(at, at + PIECE_ROWS), set);
    }
  }

  #forget(): void {
    this.#pieces = [];
    this.#rows = [];
    this.#columns.clear();
    this.#tapes = null;
    this.#look = null;
  }

  #read(rows: readonly MinuteRow[], set: RuleSet): void {
    const { store } = this.#options;
    let vectors = 0;
    const placed = rows.map((row): PlacedRow => {
      vectors += row.vectors;
      return { ...row, firstVector: vectors - row.vectors };
    });
    this.#tapes ??= new TapeMaker({ store, streams: { get: (id) => this.#streams.get(id) } });
    this.#look ??= new BankLook(set);
    const { tape, holes } = this.#tapes.make(placed);
    const bank = { top: new Float64Array(vectors), sum: new Float64Array(vectors) };
    for (const { codes, row } of this.#codes(placed)) this.#look.look(codes, bank, row.firstVector);
    this.#pieces.push({ rows: placed, tape, bank, holes });
    this.#rows.push(...rows);
  }

  /** What is unreadable was told with the tape; what was deleted since is left out. */
  *#codes(rows: readonly PlacedRow[]): Generator<{ codes: Int8Array; row: PlacedRow }> {
    for (const row of rows) {
      const body = this.#options.store.body(row.id);
      try {
        if (body) yield { codes: codesOf(body).codes, row };
      } catch {} // as above
    }
  }

  /**
   * The margins that a rule gives to each vector of a piece.
   * @param words what makes them, as a key
   * @param set with one rule
   */
  column(
    piece: FootagePiece,
    { words, margins }: { words: string; margins: () => DraftMargins },
  ): Float32Array {
    const columns = this.#columns.get(words) ?? new Map<FootagePiece, Float32Array>();
    this.#columns.delete(words);
    this.#columns.set(words, columns);
    for (const old of this.#columns.keys()) if (this.#columns.size > KEPT_COLUMNS) this.#columns.delete(old);
    let column = columns.get(piece);
    if (!column) {
      column = new Float32Array(piece.bank.top.length);
      for (const { codes, row } of this.#codes(piece.rows))
        margins().score(codes, piece.bank, { into: column, at: row.firstVector });
      columns.set(piece, column);
    }
    return column;
  }
}
