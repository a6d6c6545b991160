import type { MinuteRow, VectorStore } from '../store/vectors/vector-store.js';

/**
 * All rows of a data folder in the order of time, kept between searches: to list a hundred thousand takes as long as to look
 * through ten million sketches.
 */
export class RowList {
  readonly #store: VectorStore;
  #rows: MinuteRow[] = [];
  #lastId = -1;

  constructor(store: VectorStore) {
    this.#store = store;
  }

  /** The rows as they are now. */
  now(): readonly MinuteRow[] {
    if (this.#store.count({ upToId: this.#lastId }) !== this.#rows.length) {
      // Some were deleted.
      this.#rows = this.#store.rows({});
      this.#lastId = this.#rows.reduce((last, { id }) => Math.max(last, id), -1);
      return this.#rows;
    }
    const added = this.#store.rows({ afterId: this.#lastId });
    if (added.length === 0) return this.#rows;
    this.#lastId = added.reduce((last, { id }) => Math.max(last, id), this.#lastId);
    this.#rows = [...this.#rows, ...added].sort((a, b) => a.fromMs - b.fromMs || a.id - b.id);
    return this.#rows;
  }
}
