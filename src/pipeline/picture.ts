import sharp, { type Sharp } from 'sharp';
import type { Pyramid } from '../capture/pyramid.js';
import type { Box } from '../shared/geometry.js';
import { copyLevel } from '../tiling/cut.js';

const QUALITY = 80;

/** A frame's picture for people as JPEG. */
export async function previewJpeg(pyramid: Pyramid): Promise<Buffer> {
  return previewImage(pyramid).jpeg({ quality: QUALITY }).toBuffer();
}

/** The same with the tile that raised the event framed in it. */
export async function snapshotJpeg(pyramid: Pyramid, box: Box): Promise<Buffer> {
  const { widthPx, heightPx } = pyramid.preview;
  const [x, y, w, h] = [box.x * widthPx, box.y * heightPx, box.w * widthPx, box.h * heightPx].map(
    Math.round,
  ) as [number, number, number, number];
  const frame = (stroke: string, strokeWidth: number) =>
    `<rect x="${x + 2}" y="${y + 2}" width="${Math.max(1, w - 4)}" height="${Math.max(1, h - 4)}" fill="none" stroke="${stroke}" stroke-width="${strokeWidth}"/>`;
  // Dark below bright, so that the frame shows on any picture.
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">${frame('#000a', 5)}${frame('#ffd54a', 2.5)}</svg>`;
  return previewImage(pyramid)
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

function previewImage({ data, preview }: Pyramid): Sharp {
  const raw = { width: preview.widthPx, height: preview.heightPx, channels: 3 as const };
  return sharp(copyLevel(data, preview), { raw });
}
