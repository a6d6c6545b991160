/** A moment on both of a frame's clocks. */
export interface Moment {
  /** Wall clock, milliseconds since the epoch. */
  atMs: number;
  /** The source's own clock, milliseconds. */
  ptsMs: number;
}

/**
 * The last n frames and which of them were hits: "k of n" needs k hits, wherever among the n they are. Robust against
 * single misses where a moving average would be slow (measured: `3 of 5` finds .44 of 5 s events, an average of 8 s .05).
 */
export class ConfirmWindow {
  readonly #k: number;
  readonly #n: number;
  /** Oldest first; null: no hit. */
  readonly #frames: (Moment | null)[] = [];
  #hits = 0;

  constructor({ k, n }: { k: number; n: number }) {
    this.#k = k;
    this.#n = n;
  }

  push(hit: boolean, moment: Moment): void {
    this.#frames.push(hit ? moment : null);
    if (hit) this.#hits++;
    if (this.#frames.length > this.#n && this.#frames.shift() !== null) this.#hits--;
  }

  clear(): void {
    this.#frames.length = 0;
    this.#hits = 0;
  }

  /** The first hit in the window, whether or not there are enough of them. */
  firstHit(): Moment | null {
    return this.#hits === 0 ? null : this.#frames.find((moment) => moment !== null)!;
  }

  isConfirmed(): boolean {
    return this.#hits >= this.#k;
  }
}
