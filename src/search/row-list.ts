import type { MinuteRow, VectorStore } from '../store/vectors/vector-store.js';

/** Rows of the store, column by column: there are a hundred thousand, which are gone through for every query. */
export interface Rows {
  ids: Float64Array;
  streamIds: Float64Array;
  fromMs: Float64Array;
  /** Of the last frame of each. */
  toMs: Float64Array;
  vectors: Uint32Array;
}

/** Rows that are compared with a query, in the order of time. */
export interface SearchedRows extends Rows {
  /** Of each, which of `cameraIds` it is of. */
  cameras: Uint32Array;
  cameraIds: readonly string[];
  /** 1: the commonness that is stored with it was measured as it is today. */
  measured: Uint8Array;
}

/** All rows of a data folder in the order of time, kept between searches: to list them takes longer than to search them. */
export class RowList {
  readonly #store: VectorStore;
  #rows = columnsOf([]);
  #lastId = -1;
  #version: number | null = null;

  constructor(store: VectorStore) {
    this.#store = store;
  }

  /** The rows as they are now; the same object as long as nothing changes. */
  now(): Rows {
    const version = this.#store.version();
    if (version === this.#version) return this.#rows;
    this.#version = version;
    if (this.#store.count({ upToId: this.#lastId }) !== this.#rows.ids.length) {
      // Some were deleted.
      this.#rows = columnsOf([]);
      this.#lastId = -1;
    }
    const added = columnsOf(this.#store.rows({ afterId: this.#lastId }));
    if (added.ids.length === 0) return this.#rows;
    this.#rows = this.#rows.ids.length === 0 ? added : merged(this.#rows, added);
    this.#lastId = added.ids.reduce((last, id) => Math.max(last, id), this.#lastId);
    return this.#rows;
  }
}

function columnsOf(rows: readonly MinuteRow[]): Rows {
  return {
    ids: Float64Array.from(rows, ({ id }) => id),
    streamIds: Float64Array.from(rows, ({ streamId }) => streamId),
    fromMs: Float64Array.from(rows, ({ fromMs }) => fromMs),
    toMs: Float64Array.from(rows, ({ toMs }) => toMs),
    vectors: Uint32Array.from(rows, ({ vectors }) => vectors),
  };
}

function merged(rows: Rows, added: Rows): Rows {
  const all = {
    ids: joined(rows.ids, added.ids),
    streamIds: joined(rows.streamIds, added.streamIds),
    fromMs: joined(rows.fromMs, added.fromMs),
    toMs: joined(rows.toMs, added.toMs),
    vectors: joined(rows.vectors, added.vectors),
  };
  const { ids, fromMs } = all;
  // As an array: the engine sorts one quickly that is nearly in order.
  const order = [...ids.keys()].sort((a, b) => fromMs[a]! - fromMs[b]! || ids[a]! - ids[b]!);
  return rowsAt(all, Uint32Array.from(order));
}

function joined<T extends Float64Array | Uint32Array>(one: T, other: T): T {
  const both = new (one.constructor as new (length: number) => T)(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Some of the rows. */
export function rowsAt(rows: Rows, places: Uint32Array): Rows {
  return {
    ids: picked(rows.ids, places),
    streamIds: picked(rows.streamIds, places),
    fromMs: picked(rows.fromMs, places),
    toMs: picked(rows.toMs, places),
    vectors: picked(rows.vectors, places),
  };
}

/** Values at some places. */
export function picked<T extends Float64Array | Uint32Array | Uint8Array>(values: T, places: Uint32Array): T {
  const some = new (values.constructor as new (length: number) => T)(places.length);
  for (let i = 0; i < places.length; i++) some[i] = values[places[i]!]!;
  return some;
}
