import type { ImageBatch } from '../embedder.js';

/**
 * A few pictures with shapes, edges and colours, the same at every call: whoever embeds them with the same network gets
 * nearly the same vectors, with another network quite other ones.
 */
export function testPictures(sidePx: number): ImageBatch {
  const paint = [
    // A field of colours.
    (x: number, y: number) => [255 * x, 255 * y, 255 * (1 - x)],
    // A red disc on grey.
    (x: number, y: number) => (Math.hypot(x - 0.5, y - 0.5) < 0.3 ? [220, 30, 20] : [128, 128, 128]),
    // Sky, ground, and a bright house between them.
    (x: number, y: number) =>
      x > 0.3 && x < 0.7 && y > 0.35 && y < 0.75 ? [240, 230, 200] : y < 0.6 ? [90, 150, 230] : [40, 90, 30],
    // Stripes that run diagonally.
    (x: number, y: number) => (Math.floor((x + y) * 6) % 2 === 0 ? [250, 220, 40] : [20, 20, 60]),
  ];
  const pixels = new Uint8Array(paint.length * sidePx ** 2 * 3);
  let to = 0;
  for (const colourAt of paint) {
    for (let y = 0; y < sidePx; y++) {
      for (let x = 0; x < sidePx; x++) {
        pixels.set(colourAt((x + 0.5) / sidePx, (y + 0.5) / sidePx), to);
        to += 3;
      }
    }
  }
  return { pixels, count: paint.length };
}

/** Mean cosine of unit vectors, pair by pair. */
export function likeness(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  const cosines = some.map((vector, i) =>
    vector.reduce((sum, value, at) => sum + value * others[i]![at]!, 0),
  );
  return cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
}
