import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { ImagePreparation } from './preparation.js';
import { type Picture, resample } from './resample.js';

/** A small file can claim any size; past this one it is an attack or a mistake, and would take 300 MB to decode. */
const MAX_PIXELS = 100_000_000;
/** Of one that comes over the network, beside cameras that are watched: 150 MB to decode. */
const MAX_SENT_PIXELS = 50_000_000;
/** Of any: the largest takes about two seconds. */
const DECODE_TIMEOUT_S = 30;

/**
 * A picture file as the model's own preprocessing sees it: resized, and cropped or squashed, to S × S. The camera's
 * orientation is respected; transparency and colour profiles are left out of account, as the reference does.
 * @returns S × S × 3 bytes, RGB
 * @throws WordwatchError `image-missing`, `image-too-large`, `image-unreadable`
 */
export async function readImageFile(
  file: string,
  { image }: { image: ImagePreparation },
): Promise<Uint8Array> {
  if (!(await stat(file).catch(() => null))?.isFile()) {
    throw new WordwatchError('image-missing', `${file}: no such file`, { userInput: true });
  }
  return prepared(await decode(file, { name: file, maxPixels: MAX_PIXELS }), image);
}

/**
 * The same of a picture that somebody sent: only JPEG, PNG and WebP, whose decoders are the most tried ones, and within
 * narrower bounds.
 * @param bytes of the file
 * @returns S × S × 3 bytes, RGB
 * @throws WordwatchError `image-too-large`, `image-unreadable`
 */
export async function readSentImage(
  bytes: Uint8Array,
  { image }: { image: ImagePreparation },
): Promise<Uint8Array> {
  const name = 'the picture';
  if (!isOfKnownKind(bytes)) {
    throw new WordwatchError('image-unreadable', `${name} is no JPEG, PNG or WebP`, { userInput: true });
  }
  return prepared(await decode(bytes, { name, maxPixels: MAX_SENT_PIXELS }), image);
}

/** By its first bytes: no other decoder is to see what was sent. */
function isOfKnownKind(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return (
    start.startsWith('\xff\xd8\xff') ||
    start.startsWith('\x89PNG\r\n\x1a\n') ||
    (start.startsWith('RIFF') && start.endsWith('WEBP'))
  );
}

function prepared(picture: Picture, image: ImagePreparation): Uint8Array {
  const { inputSizePx: side, fit, filter } = image;
  if (fit.kind === 'squash') return resample(picture, { widthPx: side, heightPx: side, filter }).pixels;
  return cropMiddle(resample(picture, { ...shrunkTo(fit.shortestEdgePx, picture), filter }), side);
}

async function decode(
  input: string | Uint8Array,
  { name, maxPixels }: { name: string; maxPixels: number },
): Promise<Picture> {
  try {
    const { data, info } = await sharp(input, { limitInputPixels: maxPixels, ignoreIcc: true })
      .timeout({ seconds: DECODE_TIMEOUT_S })
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, widthPx: info.width, heightPx: info.height };
  } catch (error) {
    const reason = messageOf(error);
    throw /pixel limit/i.test(reason)
      ? new WordwatchError('image-too-large', `${name}: more than ${maxPixels / 1e6} million pixels`, {
          cause: error,
          userInput: true,
        })
      : new WordwatchError('image-unreadable', `${name}: not a picture that can be read (${reason})`, {
          cause: error,
          userInput: true,
        });
  }
}

/** Size with the given shorter side; the longer one is cut down to a whole number, as in the reference. */
function shrunkTo(shortestEdgePx: number, { widthPx, heightPx }: Picture) {
  return widthPx <= heightPx
    ? { widthPx: shortestEdgePx, heightPx: Math.trunc((shortestEdgePx * heightPx) / widthPx) }
    : { widthPx: Math.trunc((shortestEdgePx * widthPx) / heightPx), heightPx: shortestEdgePx };
}

/** The square in the middle; where the picture is smaller than the square, black is around it. */
function cropMiddle({ pixels, widthPx, heightPx }: Picture, sidePx: number): Uint8Array {
  const out = new Uint8Array(sidePx * sidePx * 3);
  const left = Math.floor((widthPx - sidePx) / 2);
  const top = Math.floor((heightPx - sidePx) / 2);
  const firstColumn = Math.max(0, left);
  const columns = Math.min(widthPx, left + sidePx) - firstColumn;
  for (let row = 0; row < sidePx; row++) {
    const y = top + row;
    if (y < 0 || y >= heightPx) continue;
    const from = (y * widthPx + firstColumn) * 3;
    out.set(pixels.subarray(from, from + columns * 3), (row * sidePx + firstColumn - left) * 3);
  }
  return out;
}
