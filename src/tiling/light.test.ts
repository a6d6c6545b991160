import { describe, expect, it } from 'vitest';
import { lightOf } from './light.js';

/** A frame of one colour, in a sheet that holds other things, too. */
function frame(colour: readonly [number, number, number]) {
  const preview = { widthPx: 64, heightPx: 36, offsetBytes: 30, strideBytes: 400 };
  const data = new Uint8Array(30 + 36 * 400).fill(255);
  for (let y = 0; y < 36; y++) for (let x = 0; x < 64; x++) data.set(colour, 30 + y * 400 + 3 * x);
  return { data, preview: { ...preview, crop: { x: 0, y: 0, w: 1, h: 1 } } };
}

describe('lightOf', () => {
  it.each([
    ['white', [255, 255, 255], 0, 1],
    ['black', [0, 0, 0], 0, 0],
    ['red', [255, 0, 0], 1, 1],
    ['a grey picture, as of infrared', [100, 100, 100], 0, 100 / 255],
    ['a dim colour', [20, 10, 10], 0.5, 20 / 255],
  ] as const)('%s', (_, colour, saturation, brightness) => {
    const light = lightOf(frame(colour));
    expect(light.saturation).toBeCloseTo(saturation, 6);
    expect(light.brightness).toBeCloseTo(brightness, 6);
  });
});
