import type { Pyramid } from '../capture/pyramid.js';

/** Every so many pixels of the preview in each direction are enough for a mean. */
const STEP_PX = 4;

/** Mean saturation and brightness of a picture, 0…1. */
export interface Light {
  /** Mean of (max − min) over mean of max of the three colours: pixels count as much as they are bright. */
  saturation: number;
  /** Mean of the brightest colour. */
  brightness: number;
}

/** How a frame is lit, in numbers that four bytes hold: kept, they are the same. */
export function lightOf({ data, preview }: Pick<Pyramid, 'data' | 'preview'>): Light {
  const { widthPx, heightPx, offsetBytes, strideBytes } = preview;
  let chroma = 0;
  let value = 0;
  let pixels = 0;
  for (let y = 0; y < heightPx; y += STEP_PX) {
    let at = offsetBytes + y * strideBytes;
    for (let x = 0; x < widthPx; x += STEP_PX, at += 3 * STEP_PX) {
      const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
      const max = Math.max(red, green, blue);
      chroma += max - Math.min(red, green, blue);
      value += max;
      pixels++;
    }
  }
  return {
    saturation: Math.fround(value === 0 ? 0 : chroma / value),
    brightness: Math.fround(value / (255 * pixels)),
  };
}
