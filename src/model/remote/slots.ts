import { WordwatchError } from '../../shared/errors.js';

/**
 * Requests that may wait. Callers wait for their vectors before they bring more, so a longer queue is a fault of the
 * caller, and it is told so instead of the memory being filled.
 */
const MAX_WAITING = 4096;

/** Lets so many things be done at once; the others wait, first come, first served. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** @throws what `work` throws; WordwatchError `model-overloaded` */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length < MAX_WAITING) return new Promise((resolve) => this.#waiting.push(resolve));
    const message = `${MAX_WAITING} batches are waiting for the model server`;
    throw new WordwatchError('model-overloaded', message, { retryable: true });
  }
}
