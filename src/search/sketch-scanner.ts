import { Dots } from '../shared/dots/dots.js';
import type { CodedQuery } from './query-score.js';
import { MAX_PHRASES, type ReadRow, type RowScanner, type ScannedRows } from './row-scanner.js';
import { type Place, Segments } from './segments.js';
import {
  bestOfSketches,
  SKETCH_BYTES,
  SKETCH_NUMBERS,
  type SketchedQuery,
  type Sketcher,
} from './sketcher.js';

/** Sketches compared in one go: each costs little, and to begin costs as much as dozens of them. */
const AT_ONCE = 2048;

/** What {@link SketchScanner} needs. */
export interface SketchScannerOptions {
  sketcher: Sketcher;
  reader: Pick<RowScanner, 'read'>;
  /** Memory for sketches. */
  budgetBytes: number;
}

interface Segment {
  dots: Dots;
  /** Of each sketch. */
  groups: Uint8Array;
}

/** Of rows; a number: as in {@link SketchScanner.scan}. */
type Places = readonly (Place<Segment> | number)[];

/** Guesses how well rows answer a query by the sketches of their vectors, which it keeps in memory. */
export class SketchScanner {
  readonly #options: SketchScannerOptions;
  /** NaN: the row is gone; Infinity: there was no room. */
  readonly #places = new Map<number, Place<Segment> | number>();
  readonly #segments: Segments<Segment>;
  /** Of the last scan: the next one is often of the same rows, and to look up each takes a fifth of its time. */
  #last: { ids: Float64Array; places: Places } = { ids: new Float64Array(), places: [] };

  constructor(options: SketchScannerOptions) {
    this.#options = options;
    const { budgetBytes } = options;
    this.#segments = new Segments({ make: makeSegment, bytesPerVector: SKETCH_BYTES, budgetBytes });
  }

  /** @returns of each row about the score of its best vector; NaN: it is gone; Infinity: not known, there is no memory for it */
  scan(rows: ScannedRows, query: CodedQuery): Float32Array {
    const sketched = this.#options.sketcher.query(query);
    const places = this.#placesOf(rows);
    for (const { dots } of this.#segments.all) dots.setPhrases(sketched.phrases);
    const best = new Float32Array(places.length);
    for (let row = 0; row < places.length; ) {
      const place = places[row]!;
      if (typeof place === 'number') best[row++] = place;
      else {
        const counts = neighbours(places, row);
        scan(place, { counts, query: sketched, best: best.subarray(row, row + counts.length) });
        row += counts.length;
      }
    }
    return best;
  }

  #placesOf({ ids, measured }: ScannedRows): Places {
    if (isEqual(ids, this.#last.ids)) return this.#last.places;
    const places = Array.from(ids, (id, i) => {
      let place = this.#places.get(id);
      if (place === undefined) {
        place = this.#load(id, measured[i] === 1);
        this.#places.set(id, place);
      }
      return place;
    });
    this.#last = { ids, places };
    return places;
  }

  #load(id: number, isMeasured: boolean): Place<Segment> | number {
    return this.#options.reader.read(id, isMeasured, (row) => this.#hold(row)) ?? Number.NaN;
  }

  #hold(row: ReadRow): Place<Segment> | number {
    const place = this.#segments.take(row.commonness.length);
    if (!place) return Infinity;
    const { codes, groups } = this.#options.sketcher.of(row);
    place.segment.dots.setRows(codes, place.from);
    place.segment.groups.set(groups, place.from);
    return place;
  }
}

function isEqual(one: Float64Array, other: Float64Array): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

function makeSegment(room: number): Segment {
  const dots = new Dots({ dimension: SKETCH_NUMBERS, rows: room, phrases: MAX_PHRASES });
  return { dots, groups: new Uint8Array(room) };
}

/** How many sketches each of some rows has that lie one behind the other, from one row on. */
function neighbours(places: Places, first: number): number[] {
  const { segment, from } = places[first] as Place<Segment>;
  const counts: number[] = [];
  let at = from;
  for (let row = first; row < places.length && at - from < AT_ONCE; row++) {
    const place = places[row]!;
    if (typeof place === 'number' || place.segment !== segment || place.from !== at) break;
    counts.push(place.count);
    at += place.count;
  }
  return counts;
}

/** Scans rows one behind the other. @param best of each: what is found */
function scan(
  { segment, from }: Place<Segment>,
  { counts, query, best }: { counts: readonly number[]; query: SketchedQuery; best: Float32Array },
): void {
  const count = counts.reduce((sum, own) => sum + own, 0);
  const dots = segment.dots.run({ from, count, phrases: query.factors.length });
  bestOfSketches(dots, { groups: segment.groups.subarray(from, from + count), counts, query, best });
}
