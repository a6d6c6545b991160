/** A queue that keeps the newest `limit` values for a reader that may be slow, and counts what it dropped. */
export class NewestQueue<T> {
  readonly #limit: number;
  readonly #values: T[] = [];
  #closed = false;
  #wake: () => void = () => {};
  dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(value: T): void {
    this.#values.push(value);
    if (this.#values.length > this.#limit) {
      this.#values.shift();
      this.dropped++;
    }
    this.#wake();
  }

  /** What is left is still read. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (true) {
      const value = this.#values.shift();
      if (value !== undefined) {
        yield value;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
