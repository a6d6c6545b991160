import sharp from 'sharp';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { ModelDirectory } from './directory.js';

/** A picture with more pixels is an attack or a mistake: 16K is 142 million. */
const MAX_PIXELS = 150_000_000;
/** PIL's numbers of its resampling filters, and sharp's names. */
const KERNELS: Record<number, 'nearest' | 'lanczos3' | 'linear' | 'cubic'> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'linear',
  3: 'cubic',
};

/**
 * A picture file as the model's own preprocessing sees it: resized, and cropped or squashed, to S × S.
 * @returns S × S × 3 bytes, RGB
 * @throws WordwatchError `image-unreadable`
 */
export async function readImageFile(
  file: string,
  directory: Pick<ModelDirectory, 'preprocessor' | 'inputSizePx'>,
): Promise<Uint8Array> {
  const { preprocessor, inputSizePx: side } = directory;
  const { do_center_crop, size, resample } = preprocessor;
  const kernel = KERNELS[resample] ?? 'cubic';
  try {
    const image = sharp(file, { limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .flatten()
      .toColourspace('srgb')
      .removeAlpha();
    const crops =
      do_center_crop ?? (size !== undefined && typeof size === 'object' && 'shortest_edge' in size);
    const fitted = image.resize(side, side, { fit: crops ? 'cover' : 'fill', position: 'centre', kernel });
    return await fitted.raw().toBuffer();
  } catch (error) {
    throw new WordwatchError(
      'image-unreadable',
      `${file}: not a picture that can be read (${messageOf(error)})`,
      {
        cause: error,
        userInput: true,
      },
    );
  }
}
