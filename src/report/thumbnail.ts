import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Box } from '../shared/geometry.js';

/** Width of pictures in reports. */
export const THUMBNAIL_WIDTH_PX = 280;

/**
 * A picture as part of a page, with a frame around a part of it.
 * @param picture its file, or itself @param box null: no frame
 */
export async function thumbnail(picture: string | Uint8Array, box: Box | null): Promise<string> {
  const jpeg = await Promise.resolve(typeof picture === 'string' ? readFile(picture) : picture)
    .then((bytes) => sharp(bytes).resize({ width: THUMBNAIL_WIDTH_PX }).jpeg({ quality: 70 }).toBuffer())
    .catch(() => null);
  if (jpeg === null) return '<p>(its picture is gone)</p>';
  const percent = (part: number) => `${(100 * part).toFixed(1)}%`;
  const frame = box
    ? `<span style="position:absolute;box-sizing:border-box;border:2px solid #ffd54a;left:${percent(box.x)};top:${percent(box.y)};width:${percent(box.w)};height:${percent(box.h)}"></span>`
    : '';
  return `<div style="position:relative;display:inline-block"><img alt="" style="max-width:100%;max-height:220px;display:block" src="data:image/jpeg;base64,${jpeg.toString('base64')}">${frame}</div>`;
}
