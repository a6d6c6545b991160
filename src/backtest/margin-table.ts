import { CodedMargins } from '../rules/coded-margins.js';
import type { RuleSet } from '../rules/rule-vectors.js';
import { codesOf } from '../store/vectors/minute-codec.js';
import type { VectorStore } from '../store/vectors/vector-store.js';
import type { PlacedRow } from './tape.js';

/** Rows that one thread takes at a time: some milliseconds of work. */
const ROWS_AT_ONCE = 8;

/** What several threads fill together. */
export interface MarginTable {
  rows: readonly PlacedRow[];
  vectors: number;
  /** One float32 a vector, rule after rule. */
  margins: SharedArrayBuffer;
  /** One int32: how many rows have been taken on. */
  taken: SharedArrayBuffer;
}

/** An empty table for the vectors of these rows. @param rules how many */
export function openTable(rows: readonly PlacedRow[], rules: number): MarginTable {
  const vectors = rows.reduce((sum, row) => sum + row.vectors, 0);
  return {
    ...{ rows, vectors },
    margins: new SharedArrayBuffer(4 * vectors * rules),
    taken: new SharedArrayBuffer(4),
  };
}

/** The margins that one rule gives to each vector. @param rule its place in the set */
export function columnOf({ margins, vectors }: MarginTable, rule: number): Float32Array {
  return new Float32Array(margins, 4 * vectors * rule, vectors);
}

/** Scores every vector of a camera against all rules of a set, together with other threads that do the same. */
export class TableFiller {
  readonly #store: Pick<VectorStore, 'body'>;
  readonly #rules: number;
  readonly #margins: CodedMargins;

  constructor({ store, set }: { store: Pick<VectorStore, 'body'>; set: RuleSet }) {
    this.#store = store;
    this.#rules = set.rules.length;
    this.#margins = new CodedMargins(set);
  }

  /** Takes rows on until there are none left. */
  fill(table: MarginTable): void {
    const { rows, vectors } = table;
    const taken = new Int32Array(table.taken);
    const margins = new Float32Array(table.margins);
    for (;;) {
      const from = Atomics.add(taken, 0, ROWS_AT_ONCE);
      if (from >= rows.length) return;
      for (const row of rows.slice(from, from + ROWS_AT_ONCE)) this.#score(row, { margins, vectors });
    }
  }

  #score(
    { id, firstVector }: PlacedRow,
    { margins, vectors }: { margins: Float32Array; vectors: number },
  ): void {
    const body = this.#store.body(id);
    if (!body) return;
    let codes: Int8Array;
    try {
      ({ codes } = codesOf(body));
    } catch {
      return; // whoever makes the tape tells
    }
    this.#margins.score(codes, (i, scored) => {
      for (let rule = 0; rule < this.#rules; rule++)
        margins[rule * vectors + firstVector + i] = scored[rule]!;
    });
  }
}
