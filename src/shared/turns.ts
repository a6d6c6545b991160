/** Lets those who ask have their turn one after the other, in the order in which they asked. What one of them throws holds up nobody. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** How many wait, or have their turn now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @param work is done when it is its turn @returns what it returns @throws what it throws */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    this.#waiting++;
    const result = this.#last.then(work).finally(() => {
      this.#waiting--;
    });
    this.#last = result.catch(() => {}); // told to whoever asked
    return result;
  }

  /** Resolves when all that was asked for until now is over. */
  async over(): Promise<void> {
    await this.#last;
  }
}
