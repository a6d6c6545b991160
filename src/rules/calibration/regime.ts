/** How the scene is lit. Each has its own baselines: an infrared picture is another picture. */
export type Regime = 'day' | 'infrared' | 'night';
export const REGIMES = ['day', 'infrared', 'night'] as const satisfies readonly Regime[];

/** Mean saturation and brightness of a picture (HSV), 0…1. */
export interface Light {
  saturation: number;
  brightness: number;
}

/**
 * Borders, each with a way in and a way out. An infrared picture is grey: its saturation is that of JPEG noise, below
 * 0.02, while colour pictures, even of fog, have more than 0.05. Below a brightness of 0.12 colour says nothing more.
 * Guesses from the way cameras work, not measured on many of them.
 */
const GREY = { enter: 0.025, leave: 0.05 };
const DARK = { enter: 0.1, leave: 0.15 };
/** A picture must look different for so long: headlights and flashes are no daybreak. */
const DWELL_MS = 20_000;

/** Tells the light regime from the picture, not from the clock, and does not flap. Pure. */
export class RegimeDetector {
  #regime: Regime | null = null;
  #pending: Regime | null = null;
  #pendingSinceMs = 0;

  /** @returns the regime in force, of the first picture at once */
  observe(atMs: number, light: Light): Regime {
    const seen = classify(light, this.#regime);
    if (this.#regime === null || seen === null) {
      // A picture without numbers (NaN) changes nothing.
      this.#regime ??= seen ?? 'day';
      return this.#regime;
    }
    // A clock that jumps back starts the wait again.
    if (seen !== this.#pending || atMs < this.#pendingSinceMs) {
      this.#pending = seen;
      this.#pendingSinceMs = atMs;
    }
    if (seen !== this.#regime && atMs - this.#pendingSinceMs >= DWELL_MS) this.#regime = seen;
    return this.#regime;
  }
}

/** What a picture looks like, borders leaning towards the regime in force. */
function classify({ saturation, brightness }: Light, current: Regime | null): Regime | null {
  if (!Number.isFinite(saturation) || !Number.isFinite(brightness)) return null;
  if (brightness < (current === 'night' ? DARK.leave : DARK.enter)) return 'night';
  if (saturation < (current === 'infrared' ? GREY.leave : GREY.enter)) return 'infrared';
  return 'day';
}
