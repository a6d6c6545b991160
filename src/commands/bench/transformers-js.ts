import { basename, dirname, join, resolve } from 'node:path';
import type { ModelDirectory } from '../../model/index.js';
import { messageOf } from '../../shared/errors.js';

/** As much of @huggingface/transformers as is used here: it is no dependency, who wants the comparison installs it. */
interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  RawImage: new (data: Uint8ClampedArray, width: number, height: number, channels: number) => unknown;
  pipeline(task: string, model: string, options: object): Promise<Extractor>;
}
type Extractor = ((images: unknown) => Promise<unknown>) & { dispose(): Promise<unknown> };

/** Its names of the kinds of weights, by the end of the file's name. */
const DTYPES: Record<string, string> = {
  vision_model: 'fp32',
  vision_model_quantized: 'q8',
  vision_model_int8: 'int8',
  vision_model_uint8: 'uint8',
  vision_model_fp16: 'fp16',
  vision_model_q4: 'q4',
  vision_model_q4f16: 'q4f16',
  vision_model_bnb4: 'bnb4',
};

/** Embeds so many pictures, with transformers.js and its own defaults. */
export type TransformersJs = { embed: (count: number) => Promise<void>; dispose: () => Promise<void> };

/**
 * transformers.js' image feature extraction on the same files.
 * @returns null when it is not installed, with the reason told to `say`
 */
export async function openTransformersJs(
  { path, visionPath, image }: ModelDirectory,
  say: (reason: string) => void,
): Promise<TransformersJs | null> {
  const name = '@huggingface/transformers';
  try {
    const transformers = (await import(name)) as Transformers;
    transformers.env.allowRemoteModels = false;
    transformers.env.localModelPath = join(dirname(resolve(path)), '/');
    const extractor = await transformers.pipeline('image-feature-extraction', basename(resolve(path)), {
      dtype: DTYPES[basename(visionPath, '.onnx')],
      device: 'cpu',
    });
    const side = image.inputSizePx;
    const pixels = new Uint8ClampedArray(side * side * 3).fill(127);
    const picture = () => new transformers.RawImage(pixels, side, side, 3);
    return {
      embed: async (count) =>
        void (await extractor(count === 1 ? picture() : Array.from({ length: count }, picture))),
      dispose: async () => void (await extractor.dispose()),
    };
  } catch (error) {
    say(`not compared with transformers.js: ${messageOf(error).split('\n')[0]}
  Install it beside for this once: npm install --no-save ${name}
`);
    return null;
  }
}
