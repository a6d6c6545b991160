import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { SizePx } from '../shared/geometry.js';
import type { Mosaic } from './mosaic.js';
import type { LevelSpec } from './pyramid.js';

const PICTURE = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;
/** A picture with more pixels is an attack or a mistake: 16K is 142 million. */
const MAX_PIXELS = 150_000_000;

/** The pictures of a folder in the order people count: 2.jpg before 10.jpg. */
export function listPictures(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => PICTURE.test(name));
  if (names.length === 0) {
    throw new WordwatchError('source-no-images', `${folder}: no pictures in this folder`, {
      userInput: true,
      hint: 'A folder as a source holds JPEG, PNG, WebP, GIF, TIFF or AVIF files.',
    });
  }
  return names.sort(new Intl.Collator('en', { numeric: true }).compare).map((name) => join(folder, name));
}

/** Size of a folder's first picture, and how many there are. */
export async function firstPicture(folder: string): Promise<{ size: SizePx; count: number }> {
  const files = listPictures(folder);
  return { size: await sizeOf(files[0]!), count: files.length };
}

/** Size of a picture as it is shown. */
export async function sizeOf(file: string): Promise<SizePx> {
  try {
    const { autoOrient } = await sharp(file, { limitInputPixels: MAX_PIXELS }).metadata();
    return { widthPx: autoOrient.width, heightPx: autoOrient.height };
  } catch (error) {
    throw new WordwatchError(
      'source-not-video',
      `${file}: not a picture that can be read (${messageOf(error)})`,
      {
        cause: error,
        userInput: true,
      },
    );
  }
}

/** Draws a picture's pyramid onto one sheet, as ffmpeg does for video. */
export async function drawSheet(file: string, mosaic: Mosaic): Promise<Uint8Array> {
  const sheet = new Uint8Array(mosaic.frameBytes);
  const size = await sizeOf(file);
  for (const level of [...mosaic.levels, mosaic.preview]) {
    const pixels = await scaled(file, { level, size });
    for (let row = 0; row < level.heightPx; row++) {
      const bytes = pixels.subarray(row * level.widthPx * 3, (row + 1) * level.widthPx * 3);
      sheet.set(bytes, level.offsetBytes + row * level.strideBytes);
    }
  }
  return sheet;
}

async function scaled(file: string, { level, size }: { level: LevelSpec; size: SizePx }): Promise<Buffer> {
  const left = Math.round(level.crop.x * size.widthPx);
  const top = Math.round(level.crop.y * size.heightPx);
  const width = Math.max(1, Math.min(size.widthPx - left, Math.round(level.crop.w * size.widthPx)));
  const height = Math.max(1, Math.min(size.heightPx - top, Math.round(level.crop.h * size.heightPx)));
  return sharp(file, { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .extract({ left, top, width, height })
    .resize(level.widthPx, level.heightPx, { fit: 'fill', kernel: 'cubic' })
    .flatten()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
}
