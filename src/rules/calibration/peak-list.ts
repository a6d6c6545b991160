import type { Cluster, Verdict } from './clusters.js';
import { decodeFloat64, encodeFloats, recordOf, unusable } from './codec.js';

/** Clusters kept of one generation. */
const CAPACITY = 250;
const VERDICTS: readonly (Verdict | null)[] = [null, 'true', 'false', 'unsure'];
const FIELDS = 7;

/**
 * The highest clusters, in descending order, in a bounded memory of 14 kB: numbers in one array, no objects, since
 * there is a list for every rule on every camera. What did not fit is remembered by its highest score alone.
 */
export class PeakList {
  /** FIELDS numbers a cluster: score, level, hour, atMs, tile, id, verdict. */
  #rows: Float64Array;
  #length = 0;
  /** Highest score that did not fit; −∞: everything did. */
  #dropped = Number.NEGATIVE_INFINITY;

  constructor() {
    this.#rows = new Float64Array(16 * FIELDS);
  }

  get length(): number {
    return this.#length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  add({ score, level, hour, atMs, tile, id, verdict }: Cluster): void {
    let at = this.#length;
    while (at > 0 && this.scoreAt(at - 1) < score) at--;
    if (this.#length === CAPACITY) {
      this.#dropped = Math.max(this.#dropped, at === CAPACITY ? score : this.scoreAt(CAPACITY - 1));
      if (at === CAPACITY) return;
      this.#length--;
    }
    if (this.#length * FIELDS === this.#rows.length) this.#grow();
    this.#rows.copyWithin((at + 1) * FIELDS, at * FIELDS, this.#length * FIELDS);
    this.#rows.set([score, level, hour, atMs, tile, id, VERDICTS.indexOf(verdict)], at * FIELDS);
    this.#length++;
  }

  scoreAt(place: number): number {
    return this.#rows[place * FIELDS]!;
  }

  at(place: number): Cluster {
    const [score, level, hour, atMs, tile, id, verdict] = this.#rows.subarray(
      place * FIELDS,
      (place + 1) * FIELDS,
    );
    return {
      score: score!,
      level: level!,
      hour: hour!,
      atMs: atMs!,
      tile: tile!,
      id: id!,
      verdict: VERDICTS[verdict!]!,
    };
  }

  /** @returns whether the cluster is here */
  review(id: number, verdict: Verdict | null): boolean {
    for (let place = 0; place < this.#length; place++) {
      if (this.#rows[place * FIELDS + 5] !== id) continue;
      this.#rows[place * FIELDS + 6] = VERDICTS.indexOf(verdict);
      return true;
    }
    return false;
  }

  #grow(): void {
    const rows = new Float64Array(Math.min(CAPACITY * FIELDS, 2 * this.#rows.length));
    rows.set(this.#rows);
    this.#rows = rows;
  }

  toJSON(): unknown {
    const rows = this.#rows.slice(0, this.#length * FIELDS);
    return { rows: encodeFloats(rows), dropped: Number.isFinite(this.#dropped) ? this.#dropped : null };
  }

  static restore(json: unknown): PeakList {
    const saved = recordOf(json, 'peaks');
    const rows = decodeFloat64(saved.rows, null, 'peaks');
    const list = new PeakList();
    if (rows.length % FIELDS !== 0 || rows.length > CAPACITY * FIELDS)
      throw unusable('peaks have another shape');
    for (let place = 0; place < rows.length; place += FIELDS) {
      if (VERDICTS[rows[place + 6]!] === undefined) throw unusable('a verdict is not known');
    }
    while (list.#rows.length < rows.length) list.#grow();
    list.#rows.set(rows);
    list.#length = rows.length / FIELDS;
    if (typeof saved.dropped === 'number') list.#dropped = saved.dropped;
    return list;
  }
}
