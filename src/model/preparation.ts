import { WordwatchError } from '../shared/errors.js';
import type { ModelConfig, PreprocessorConfig, TokenizerConfig } from './files.js';

/** PIL's resampling filters, in the order of the numbers that `preprocessor_config.json` uses for them. */
export const FILTERS = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
export type Filter = (typeof FILTERS)[number];

/** How a model wants its pictures. */
export interface ImagePreparation {
  /** Side S of the square that the network takes. */
  inputSizePx: number;
  /** `squash`: to S × S whatever the aspect ratio; else the shorter side becomes `shortestEdgePx`, then S × S is cut out of the middle. */
  fit: { kind: 'squash' } | { kind: 'crop'; shortestEdgePx: number };
  filter: Filter;
  /** Colour values 0…255 become (value · scale − mean) / std, channel by channel. */
  scale: number;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/** How a model wants its texts. */
export interface TextPreparation {
  /** Tokens it can read, start and end tokens included. */
  contextLength: number;
  /** What is done to a text besides what the tokenizer's files say; `siglip`: `siglipEncoder` in their stead. */
  cleaning: 'none' | 'lower-case' | 'siglip';
  /** Id of the padding where the tokenizer's files name no padding token. */
  padId: number;
  /** True where vectors are right only for texts padded to `contextLength`; else the network itself is asked. */
  alwaysPad: boolean;
}

export const FIXED_SIZE_HINT =
  'Models that cut pictures of any shape into patches (NaFlex) are not supported. Take one with a fixed input size, such as siglip2-base-patch16-224.';

/** Whether a model belongs to the SigLIP family. */
export function isSiglip({ model_type }: ModelConfig): boolean {
  return model_type?.startsWith('siglip') ?? false;
}

/**
 * Reads `preprocessor_config.json` as transformers does.
 * @throws WordwatchError `model-corrupt` when it describes no square picture or no normalisation, `model-unsupported`
 */
export function imagePreparationOf(preprocessor: PreprocessorConfig, config: ModelConfig): ImagePreparation {
  const { size, crop_size, do_center_crop, do_rescale, do_normalize, image_mean, image_std } = preprocessor;
  if (preprocessor.max_num_patches !== undefined) {
    const message = `its pictures go in as up to ${preprocessor.max_num_patches} patches (max_num_patches)`;
    throw new WordwatchError('model-unsupported', message, { userInput: true, hint: FIXED_SIZE_HINT });
  }
  const shortestEdgePx = typeof size === 'object' && 'shortest_edge' in size ? size.shortest_edge : undefined;
  const crops = do_center_crop ?? shortestEdgePx !== undefined;
  const imageSize = config.vision_config?.image_size;
  const side = squareOf((crops ? crop_size : undefined) ?? size ?? imageSize);
  if (do_normalize && !(image_mean && image_std)) {
    throw corrupt('has do_normalize, but no image_mean and image_std');
  }
  return {
    inputSizePx: side,
    // A plain number means the shorter side where a crop follows, and a square where none does.
    fit: crops
      ? { kind: 'crop', shortestEdgePx: shortestEdgePx ?? (size === undefined ? side : squareOf(size)) }
      : { kind: 'squash' },
    filter: FILTERS[preprocessor.resample]!,
    scale: do_rescale ? preprocessor.rescale_factor : 1,
    mean: (do_normalize ? image_mean : undefined) ?? [0, 0, 0],
    std: (do_normalize ? image_std : undefined) ?? [1, 1, 1],
  };
}

/** Reads what the text network expects. */
export function textPreparationOf(config: ModelConfig, tokenizer: TokenizerConfig): TextPreparation {
  const siglip = isSiglip(config);
  const limits = [config.text_config?.max_position_embeddings, tokenizer.model_max_length]
    // Tokenizers without a limit say 1e30.
    .filter((limit): limit is number => limit !== undefined && limit < 1e5);
  return {
    contextLength: limits.length > 0 ? Math.min(...limits) : siglip ? 64 : 77,
    cleaning: cleaningOf(tokenizer, siglip),
    padId: config.text_config?.pad_token_id ?? 0,
    // SigLIP reads its vector off the last place of the context, whatever stands there.
    alwaysPad: siglip,
  };
}

function cleaningOf(
  { tokenizer_class, do_lower_case }: TokenizerConfig,
  siglip: boolean,
): TextPreparation['cleaning'] {
  if (tokenizer_class?.startsWith('SiglipTokenizer')) return 'siglip';
  // SigLIP 2 was trained on lower-case text, too; Gemma's tokenizer, which it uses, leaves that to whoever calls it.
  return siglip || do_lower_case ? 'lower-case' : 'none';
}

function squareOf(size: PreprocessorConfig['size'] | readonly number[]): number {
  if (typeof size === 'number') return size;
  if (Array.isArray(size)) {
    if (size.length > 0 && size.every((side) => side === size[0])) return size[0]!;
  } else if (size && 'shortest_edge' in size) {
    return size.shortest_edge;
  } else if (size && 'height' in size && size.height === size.width) {
    return size.height;
  }
  throw corrupt('names no square input size');
}

function corrupt(what: string): WordwatchError {
  return new WordwatchError('model-corrupt', `preprocessor_config.json ${what}`, { userInput: true });
}
