/** A seeded stream of random numbers (mulberry32): the same seed draws the same scene on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
    this.next();
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** In [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.next();
  }

  /** A whole number from…to, both included. */
  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.next() * values.length)]!;
  }

  /** A seed drawn from this stream, for another one. */
  drawSeed(): number {
    return Math.floor(this.next() * 4294967296);
  }

  /** Another stream, independent of how much is drawn from this one later. */
  fork(): Random {
    return new Random(this.drawSeed());
  }
}

/** A colour near the given hue, as CSS text. Saturation and lightness in percent. */
export function hsl(hue: number, saturation: number, lightness: number, alpha = 1): string {
  return `hsla(${hue.toFixed(0)},${saturation.toFixed(0)}%,${lightness.toFixed(0)}%,${alpha.toFixed(2)})`;
}
