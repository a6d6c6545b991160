/** What waits to be sent, oldest first. The durable outbox takes this place: the same calls, kept on disk. */
export interface Outbox<T> {
  /** Adds an item behind all others. */
  push(item: T): void;
  /** The oldest item that is not under way yet, which from now on it is; null when there is none. */
  next(): T | null;
  /** The receiver has confirmed an item: it is forgotten. */
  acknowledge(item: T): void;
  /** The connection is gone: what was under way has to be sent again, in the old order. */
  rewind(): void;
  /** The oldest item not confirmed yet; null when there is none. */
  readonly oldest: T | null;
  /** Items not confirmed yet. */
  readonly size: number;
  /** Items that were dropped unsent since the start. */
  readonly dropped: number;
}

/** An {@link Outbox} in memory: at most `limit` items; when it is full the oldest is dropped and counted. */
export class EventQueue<T> implements Outbox<T> {
  readonly #limit: number;
  readonly #items: T[] = [];
  /** The first so many items are under way. */
  #underWay = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get oldest(): T | null {
    return this.#items[0] ?? null;
  }

  get size(): number {
    return this.#items.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length <= this.#limit) return;
    this.#items.shift();
    this.#underWay = Math.max(0, this.#underWay - 1);
    this.#dropped++;
  }

  next(): T | null {
    const item = this.#items[this.#underWay];
    if (item === undefined) return null;
    this.#underWay++;
    return item;
  }

  acknowledge(item: T): void {
    const index = this.#items.indexOf(item);
    if (index < 0) return; // dropped meanwhile
    this.#items.splice(index, 1);
    if (index < this.#underWay) this.#underWay--;
  }

  rewind(): void {
    this.#underWay = 0;
  }
}
