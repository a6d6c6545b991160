import { z } from 'zod';

// What is read of a model directory's files. Hub files hold much more; unknown keys are none of our business.

/** `config.json` */
export const ModelConfig = z.object({
  model_type: z.string().optional(),
  logit_scale: z.number().positive().optional().describe('The learned scale; few exports say it'),
  text_config: z
    .object({
      max_position_embeddings: z.int().positive().optional(),
      pad_token_id: z.int().nonnegative().nullish(),
    })
    .optional(),
  vision_config: z
    .object({ image_size: z.union([z.int().positive(), z.array(z.int())]).optional() })
    .optional(),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

const Size = z.union([
  z.int().positive(),
  z.object({ height: z.int().positive(), width: z.int().positive() }),
  z.object({ shortest_edge: z.int().positive() }),
]);
const Triple = z.tuple([z.number(), z.number(), z.number()]);

const Preprocessor = z.object({
  size: Size.optional(),
  crop_size: Size.optional(),
  do_center_crop: z.boolean().optional(),
  do_rescale: z.boolean().default(true),
  do_normalize: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  resample: z
    .int()
    .min(0)
    .max(5)
    .default(3)
    .describe('PIL: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming'),
  image_mean: Triple.optional(),
  image_std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).optional(),
  max_num_patches: z.int().optional().describe('Only where pictures of any shape are cut into patches'),
});

/** `preprocessor_config.json` */
export const PreprocessorConfig = z.preprocess(withoutNulls, Preprocessor);
export type PreprocessorConfig = z.infer<typeof PreprocessorConfig>;

/** `processor_config.json`, where newer files keep the same. */
export const ProcessorConfig = z.object({ image_processor: PreprocessorConfig });

/** To those who write these files, null and nothing are the same. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null));
}

/** `tokenizer_config.json`. The tokenizer library reads further keys of its own. */
export const TokenizerConfig = z.looseObject({
  model_max_length: z.number().positive().optional(),
  pad_token: z.union([z.string(), z.object({ content: z.string() })]).nullish(),
  do_lower_case: z.boolean().optional(),
  tokenizer_class: z.string().nullish(),
});
export type TokenizerConfig = z.infer<typeof TokenizerConfig>;

/** `wordwatch.json`, which only models made for wordwatch have. */
export const ModelCard = z.object({
  name: z.string(),
  demonstration: z.boolean().default(false),
  notice: z.string().optional().describe('What a demonstration model does understand'),
  license: z.string().optional(),
  logitScale: z.number().positive().optional(),
  defaultThreshold: z.number().optional().describe('A margin that its makers measured'),
  knownWords: z.array(z.string()).optional().describe('Lower-case words seen in training'),
});
export type ModelCard = z.infer<typeof ModelCard>;
