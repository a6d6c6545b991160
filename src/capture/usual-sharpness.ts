/** One value is kept a minute, for two hours. */
const PERIOD_MS = 60_000;
const KEPT = 120;
/** With fewer nobody knows what is usual. */
const ENOUGH = 10;
/** Less than this part of what is usual is blurred. */
const BLURRED_PART = 0.25;

/**
 * What a camera's sharpness usually is: the median of two hours. After one hour of a blurred picture that is what is
 * usual; by then it has been told, and so has the other scene that it is for the rules (`scene-changed`). Pure.
 */
export class UsualSharpness {
  readonly #values: number[] = [];
  #keptAtMs = Number.NEGATIVE_INFINITY;
  #median = 0;

  /** @returns whether the picture is far less sharp than usual */
  isBlurred(sharpness: number, atMs: number): boolean {
    if (atMs - this.#keptAtMs >= PERIOD_MS || atMs < this.#keptAtMs) {
      this.#keptAtMs = atMs;
      this.#values.push(sharpness);
      if (this.#values.length > KEPT) this.#values.shift();
      this.#median = [...this.#values].sort((a, b) => a - b)[this.#values.length >> 1]!;
    }
    return this.#values.length >= ENOUGH && sharpness < BLURRED_PART * this.#median;
  }
}
