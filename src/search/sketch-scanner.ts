import { Dots } from '../shared/dots/dots.js';
import type { CodedQuery } from './query-score.js';
import { MAX_PHRASES, type ReadRow, type ScannedRows, SEGMENT_VECTORS } from './row-scanner.js';
import { bestOfSketches, SKETCH_BYTES, SKETCH_NUMBERS, type Sketcher } from './sketcher.js';

/** What {@link SketchScanner} needs. */
export interface SketchScannerOptions {
  sketcher: Sketcher;
  /** Reads a row; null: it is gone. */
  read: (id: number, isMeasured: boolean) => ReadRow | null;
  /** Memory for sketches. */
  budgetBytes: number;
}

interface Segment {
  dots: Dots;
  /** Of each sketch. */
  groups: Uint8Array;
  used: number;
  room: number;
}

/** Where a row's sketches are. */
interface Place {
  segment: Segment;
  from: number;
  count: number;
}

/** Guesses how well rows answer a query by the sketches of their vectors, which it keeps in memory. */
export class SketchScanner {
  readonly #options: SketchScannerOptions;
  /** NaN: the row is gone; Infinity: there was no room. */
  readonly #places = new Map<number, Place | number>();
  readonly #segments: Segment[] = [];
  #heldBytes = 0;

  constructor(options: SketchScannerOptions) {
    this.#options = options;
  }

  /** @returns of each row about the score of its best vector; NaN: it is gone; Infinity: not known, there is no memory for it */
  scan({ ids, measured }: ScannedRows, query: CodedQuery): Float32Array {
    const sketched = this.#options.sketcher.query(query);
    for (let i = 0; i < ids.length; i++)
      if (!this.#places.has(ids[i]!)) this.#places.set(ids[i]!, this.#load(ids[i]!, measured[i] === 1));
    for (const { dots } of this.#segments) dots.setPhrases(sketched.phrases);
    return Float32Array.from(ids, (id) => {
      const place = this.#places.get(id)!;
      if (typeof place === 'number') return place;
      const { segment, from, count } = place;
      const dots = segment.dots.run({ from, count, phrases: sketched.factors.length });
      return bestOfSketches(dots, { groups: segment.groups.subarray(from, from + count), query: sketched });
    });
  }

  #load(id: number, isMeasured: boolean): Place | number {
    const row = this.#options.read(id, isMeasured);
    if (!row) return Number.NaN;
    const count = row.commonness.length;
    const segment = this.#segmentFor(count);
    if (!segment) return Infinity;
    const from = segment.used;
    const { codes, groups } = this.#options.sketcher.of(row);
    segment.dots.setRows(codes, from);
    segment.groups.set(groups, from);
    segment.used += count;
    return { segment, from, count };
  }

  #segmentFor(count: number): Segment | null {
    const last = this.#segments.at(-1);
    if (last && last.used + count <= last.room) return last;
    const affordable = Math.floor((this.#options.budgetBytes - this.#heldBytes) / SKETCH_BYTES);
    const room = Math.min(Math.max(SEGMENT_VECTORS, count), affordable);
    if (room < count) return null;
    const dots = new Dots({ dimension: SKETCH_NUMBERS, rows: room, phrases: MAX_PHRASES });
    const segment = { dots, groups: new Uint8Array(room), used: 0, room };
    this.#heldBytes += room * SKETCH_BYTES;
    this.#segments.push(segment);
    return segment;
  }
}
