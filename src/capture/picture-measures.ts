import type { Pyramid } from './pyramid.js';

/** Every so many pixels in each direction are looked at: 25,000 of a picture for people. */
const STEP_PX = 3;
/** Brightness, of 255, below which a pixel is dark and above which it is burnt out. */
const DARK = 24;
const BRIGHT = 245;

/** What tells whether a picture shows anything. Brightness goes from 0 to 255. */
export interface PictureMeasures {
  /** Part of its pixels that are dark, 0…1. */
  dark: number;
  /** Part of its pixels that are burnt out, 0…1. */
  bright: number;
  /** Standard deviation of its brightness. */
  contrast: number;
  /** Mean square of the Laplacian: how much neighbouring pixels differ. */
  detail: number;
  /** `detail` over the square of `contrast`: unlike detail, it does not fall when the light does; 0 without contrast. */
  sharpness: number;
  /** Two pictures with another hash are not the same; the same hash means the same pixels. */
  hash: number;
}

/** Measures the picture for people. Pure. */
export function measurePicture({ data, preview }: Pick<Pyramid, 'data' | 'preview'>): PictureMeasures {
  const { widthPx, heightPx, offsetBytes, strideBytes } = preview;
  const green = (at: number) => data[at + 1]!;
  let pixels = 0;
  let dark = 0;
  let bright = 0;
  let sum = 0;
  let squares = 0;
  let laplacians = 0;
  let hash = 0x811c9dc5;
  for (let y = 1; y < heightPx - 1; y += STEP_PX) {
    let at = offsetBytes + y * strideBytes + 3;
    for (let x = 1; x < widthPx - 1; x += STEP_PX, at += 3 * STEP_PX) {
      const [red, blue] = [data[at]!, data[at + 2]!];
      const luma = (77 * red + 150 * green(at) + 29 * blue) / 256;
      if (luma < DARK) dark++;
      if (luma > BRIGHT) bright++;
      sum += luma;
      squares += luma * luma;
      // Of green alone, which most of the brightness is.
      const laplacian =
        4 * green(at) - green(at - 3) - green(at + 3) - green(at - strideBytes) - green(at + strideBytes);
      laplacians += laplacian * laplacian;
      hash = Math.imul(hash ^ ((red << 16) | (green(at) << 8) | blue), 0x01000193);
      pixels++;
    }
  }
  if (pixels === 0) return { dark: 0, bright: 0, contrast: 0, detail: 0, sharpness: 0, hash };
  const variance = Math.max(0, squares / pixels - (sum / pixels) ** 2);
  return {
    ...{ dark: dark / pixels, bright: bright / pixels, contrast: Math.sqrt(variance) },
    ...{ detail: laplacians / pixels, sharpness: variance < 1 ? 0 : laplacians / pixels / variance },
    hash,
  };
}
