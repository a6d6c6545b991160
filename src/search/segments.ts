/**
 * Vectors that one piece of memory has room for. An engine reserves gigabytes of addresses for each, so there must not be
 * hundreds; what is not used costs addresses only.
 */
export const SEGMENT_VECTORS = 262_144;

/** Where the vectors of a row are: one behind the other in a piece of memory. */
export interface Place<Segment> {
  segment: Segment;
  from: number;
  count: number;
}

/** What {@link Segments} needs. */
export interface SegmentsOptions<Segment> {
  /** Makes a piece of memory for so many vectors. */
  make: (room: number) => Segment;
  bytesPerVector: number;
  budgetBytes: number;
}

/** Memory for the vectors of rows, piece by piece, up to a budget. */
export class Segments<Segment> {
  readonly #options: SegmentsOptions<Segment>;
  readonly #all: Segment[] = [];
  #heldBytes = 0;
  /** Of the last one: vectors it has room for, and those that are taken. */
  #room = 0;
  #used = 0;

  constructor(options: SegmentsOptions<Segment>) {
    this.#options = options;
  }

  get all(): readonly Segment[] {
    return this.#all;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes room for the vectors of a row, at least one; null: the budget is used up. */
  take(count: number): Place<Segment> | null {
    if (this.#used + count > this.#room) {
      const { make, bytesPerVector, budgetBytes } = this.#options;
      const affordable = Math.floor((budgetBytes - this.#heldBytes) / bytesPerVector);
      const room = Math.min(Math.max(SEGMENT_VECTORS, count), affordable);
      if (room < count) return null;
      this.#all.push(make(room));
      this.#heldBytes += room * bytesPerVector;
      [this.#room, this.#used] = [room, 0];
    }
    const place = { segment: this.#all.at(-1)!, from: this.#used, count };
    this.#used += count;
    return place;
  }
}
