/** How long something must be so, and how long it must no longer be, before it counts. Milliseconds. */
export interface LastingOptions {
  raiseAfterMs: number;
  clearAfterMs: number;
}

/** Something that counts only once it has lasted, and then until it has been over for a while. Pure. */
export class Lasting {
  readonly #options: LastingOptions;
  /** Since when it has been so, its short lapses included. */
  #sinceMs: number | null = null;
  #overSinceMs: number | null = null;
  #raised = false;

  constructor(options: LastingOptions) {
    this.#options = options;
  }

  /** @returns since when it has been so, milliseconds, if that counts by now; else null */
  observe(isSo: boolean, atMs: number): number | null {
    if (isSo) {
      this.#overSinceMs = null;
      this.#sinceMs ??= atMs;
      if (atMs - this.#sinceMs >= this.#options.raiseAfterMs) this.#raised = true;
    } else if (this.#raised) {
      this.#overSinceMs ??= atMs;
      if (atMs - this.#overSinceMs >= this.#options.clearAfterMs) this.#reset();
    } else {
      this.#sinceMs = null;
    }
    return this.#raised ? this.#sinceMs : null;
  }

  /** There was a hole in the time, or the clock was set: what did not count yet begins anew. */
  interrupt(): void {
    this.#overSinceMs = null;
    if (!this.#raised) this.#sinceMs = null;
  }

  #reset(): void {
    this.#sinceMs = null;
    this.#overSinceMs = null;
    this.#raised = false;
  }
}
