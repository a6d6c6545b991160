import sharp from 'sharp';
import { expect, it } from 'vitest';
import { drawFrame } from '../../test/fixtures/pictures.js';
import { WHOLE_FRAME } from '../shared/geometry.js';
import { smallJpeg, snapshotJpeg } from './picture.js';

const GREY = 100;

it('frames the box in a snapshot, wherever it lies, and leaves the rest and the frame it is made of alone', async () => {
  const pyramid = drawFrame(() => [GREY, GREY, GREY]);
  const before = pyramid.data.slice();
  const { widthPx, heightPx } = pyramid.preview;
  const boxes = [
    { x: 0.25, y: 0.25, w: 0.5, h: 0.5 },
    { x: 0, y: 0, w: 1, h: 1 },
    { x: 0.5, y: 0.5, w: 0.5, h: 0.5 },
  ];
  for (const box of boxes) {
    const { data, info } = await sharp(await snapshotJpeg(pyramid, box))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([widthPx, heightPx]);
    /** How much more red than blue: the frame is yellow. */
    const yellow = (x: number, y: number) => {
      const at = 3 * (y * widthPx + x);
      return data[at]! - data[at + 2]!;
    };
    const [left, top] = [box.x * widthPx, box.y * heightPx];
    const [right, bottom] = [left + box.w * widthPx - 1, top + box.h * heightPx - 1];
    const [middleX, middleY] = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)];
    for (const [x, y] of [
      [left + 2, middleY],
      [right - 2, middleY],
      [middleX, top + 2],
      [middleX, bottom - 2],
    ])
      expect(yellow(x!, y!)).toBeGreaterThan(60);
    expect(Math.abs(data[3 * (middleY * widthPx + middleX)]! - GREY)).toBeLessThan(12);
  }
  // A box without room for a frame gets none.
  await snapshotJpeg(pyramid, { x: 0.999, y: 0.999, w: 0.001, h: 0.001 });
  expect(pyramid.data).toEqual(before);
});

it('makes a small picture of a large frame, and leaves a small one as large as it is', async () => {
  const { width } = await sharp(await smallJpeg(drawFrame(() => [GREY, GREY, GREY]))).metadata();
  expect(width).toBe(64);
  const size = { widthPx: 640, heightPx: 360 };
  const data = new Uint8Array(3 * size.widthPx * size.heightPx).fill(GREY);
  const preview = { crop: WHOLE_FRAME, ...size, offsetBytes: 0, strideBytes: 3 * size.widthPx };
  const large = { ...drawFrame(() => [0, 0, 0]), data, preview };
  const made = await sharp(await smallJpeg(large)).metadata();
  expect([made.format, made.width, made.height]).toEqual(['jpeg', 320, 180]);
});
