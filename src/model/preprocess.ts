import type { ImagePreparation } from './preparation.js';

/**
 * What each colour value 0…255 becomes, one table a channel: a lookup instead of two operations a pixel.
 *
 * Every step is rounded to 32 bits, as the reference does. It matters: in a quantised network all the values of a
 * channel can lie exactly between two steps of its first quantisation, where the last bit decides.
 */
export function normalisationTables({
  scale,
  mean,
  std,
}: Pick<ImagePreparation, 'scale' | 'mean' | 'std'>): Float32Array[] {
  const f32 = Math.fround;
  return mean.map((offset, channel) =>
    Float32Array.from(
      { length: 256 },
      (_, value) => f32(f32(value * f32(scale)) - f32(offset)) / f32(std[channel]!),
    ),
  );
}

/** Where {@link normalisePixels} looks values up, and puts them. */
export interface Values<T> {
  [index: number]: T;
}

/** What {@link normalisePixels} needs. */
export interface NormaliseOptions<T> {
  /** count × side × side × 3 bytes, RGB. */
  pixels: Uint8Array;
  count: number;
  sidePx: number;
  /** What each colour value becomes, one table a channel; see {@link normalisationTables}. */
  tables: readonly Values<T>[];
  /** Receives count × 3 × side × side values. */
  out: Values<T>;
}

/** Turns bytes, colour by colour within a pixel, into the network's planes, one a colour. */
export function normalisePixels<T>({ pixels, count, sidePx, tables, out }: NormaliseOptions<T>): void {
  const plane = sidePx * sidePx;
  const [red, green, blue] = tables as [Values<T>, Values<T>, Values<T>];
  let from = 0;
  for (let image = 0; image < count; image++) {
    const toRed = image * 3 * plane;
    const toGreen = toRed + plane;
    const toBlue = toGreen + plane;
    for (let i = 0; i < plane; i++) {
      out[toRed + i] = red[pixels[from++]!]!;
      out[toGreen + i] = green[pixels[from++]!]!;
      out[toBlue + i] = blue[pixels[from++]!]!;
    }
  }
}
