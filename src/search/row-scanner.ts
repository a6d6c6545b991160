import { Dots } from '../shared/dots/dots.js';
import { freeNow } from '../shared/free-now.js';
import { codesOf } from '../store/vectors/minute-codec.js';
import type { VectorStore } from '../store/vectors/vector-store.js';
import type { Commonness } from './commonness.js';
import { type CodedQuery, QueryScore } from './query-score.js';
import { type Place, Segments } from './segments.js';

/** Wanted phrase and unwanted ones. */
export const MAX_PHRASES = 8;

/** Rows of the store. */
export interface ScannedRows {
  ids: Float64Array;
  /** 1: the commonness that is stored with it was measured as it is today. */
  measured: Uint8Array;
}

/** What {@link RowScanner} needs. */
export interface RowScannerOptions {
  /** What it gives has memory of its own, which is freed. */
  store: Pick<VectorStore, 'body'>;
  dimension: number;
  commonness: Commonness;
  /** Memory for codes. Rows beyond it are read from disk for every query. */
  budgetBytes: number;
}

/** What is compared of a row. */
export interface ReadRow {
  /** One behind the other. */
  codes: Int8Array;
  /** Of each. */
  commonness: Float32Array;
}

/** Vectors in memory, as they are scanned. */
interface Segment {
  dots: Dots;
  /** 1 / ‖q‖, and commonness, of each. */
  inverseLengths: Float32Array;
  commonness: Float32Array;
}

/** A row that does not fit memory: read again for every query. */
const ON_DISK = Symbol('on disk');
/** A row that was deleted, or cannot be read. */
const GONE = Symbol('gone');

/** Scores every vector of many rows against a query, exactly. Rows it has seen before it has in memory. */
export class RowScanner {
  readonly #options: RowScannerOptions;
  readonly #places = new Map<number, Place<Segment> | typeof ON_DISK | typeof GONE>();
  readonly #segments: Segments<Segment>;
  /** For rows on disk. */
  #passing: Segment | null = null;

  constructor(options: RowScannerOptions) {
    this.#options = options;
    const { dimension, budgetBytes } = options;
    const make = (room: number) => makeSegment(room, dimension);
    this.#segments = new Segments({ make, bytesPerVector: dimension, budgetBytes });
  }

  /** Memory taken by vectors. */
  get heldBytes(): number {
    return this.#segments.heldBytes;
  }

  /**
   * @returns of each row the score of its best vector, in the order of `rows`; NaN: it was deleted, or cannot be read, or has
   * no vectors
   */
  scan({ ids, measured }: ScannedRows, query: CodedQuery): Float32Array {
    const score = new QueryScore(query);
    const best = new Float32Array(ids.length);
    const missing = ids.reduce((sum, id) => sum + (this.#places.has(id) ? 0 : 1), 0);
    if (missing > 0) this.#load({ ids, measured });
    for (const { dots } of this.#segments.all) dots.setPhrases(query.phrases);
    for (let i = 0; i < ids.length; i++) {
      const place = this.#places.get(ids[i]!)!;
      if (place === GONE) best[i] = Number.NaN;
      else if (place === ON_DISK) best[i] = this.#scanOnDisk(ids[i]!, measured[i] === 1, query, score);
      else best[i] = bestOf(place, score);
    }
    return best;
  }

  /** Brings rows into memory that are not there yet, until it is full. */
  #load({ ids, measured }: ScannedRows): void {
    const isPointless = this.#options.budgetBytes === 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (this.#places.has(id)) continue;
      const hold = (row: ReadRow) => this.#hold(row) ?? ON_DISK;
      this.#places.set(id, isPointless ? ON_DISK : (this.read(id, measured[i] === 1, hold) ?? GONE));
    }
  }

  /**
   * Reads a row and hands it over; its memory is taken back when `use` returns.
   * @returns what `use` returns; null: the row was deleted, or cannot be read, or has no vectors
   */
  read<T>(id: number, isMeasured: boolean, use: (row: ReadRow) => T): T | null {
    const body = this.#options.store.body(id);
    if (!body) return null;
    const row = this.#decode(body, isMeasured);
    const used = row && use(row);
    freeNow(body);
    return used;
  }

  #decode(body: Uint8Array, isMeasured: boolean): ReadRow | null {
    const { dimension, commonness: meter } = this.#options;
    try {
      const { codes, commonness, dimension: found } = codesOf(body);
      if (found !== dimension || codes.length === 0) return null;
      const isKnown = isMeasured && commonness.length > 0;
      return { codes, commonness: isKnown ? commonness : meter.of(codes) };
    } catch {
      // Damaged: whoever reads its frames says so.
      return null;
    }
  }

  #hold(row: ReadRow): Place<Segment> | null {
    const place = this.#segments.take(row.commonness.length);
    if (place) fill(place, row);
    return place;
  }

  #scanOnDisk(id: number, isMeasured: boolean, { phrases }: CodedQuery, score: QueryScore): number {
    const best = this.read(id, isMeasured, (row) => {
      const count = row.commonness.length;
      if (!this.#passing || this.#passing.commonness.length < count)
        this.#passing = makeSegment(count, this.#options.dimension);
      this.#passing.dots.setPhrases(phrases);
      const place = { segment: this.#passing, from: 0, count };
      fill(place, row);
      return bestOf(place, score);
    });
    if (best === null) this.#places.set(id, GONE);
    return best ?? Number.NaN;
  }
}

function makeSegment(room: number, dimension: number): Segment {
  return {
    dots: new Dots({ dimension, rows: room, phrases: MAX_PHRASES }),
    ...{ inverseLengths: new Float32Array(room), commonness: new Float32Array(room) },
  };
}

function fill({ segment, from }: Place<Segment>, { codes, commonness }: ReadRow): void {
  segment.dots.setRows(codes, from);
  segment.commonness.set(commonness, from);
  const squares = segment.dots.squares({ from, count: commonness.length });
  for (let i = 0; i < commonness.length; i++)
    segment.inverseLengths[from + i] = 1 / (Math.sqrt(squares[i]!) || 1);
}

function bestOf({ segment, from, count }: Place<Segment>, score: QueryScore): number {
  const { dots, inverseLengths, commonness } = segment;
  const found = dots.run({ from, count, phrases: score.phraseCount });
  return score.best(found, { inverseLengths, commonness, from, count });
}
