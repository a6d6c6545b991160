import { z } from 'zod';

// What is read of a model directory's files. Hub files hold much more; unknown keys are none of our business.

/** `config.json` */
export const ModelConfig = z.object({
  model_type: z.string().optional(),
  logit_scale_init_value: z.number().optional(),
  text_config: z.object({ max_position_embeddings: z.int().positive().optional() }).optional(),
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

/** `preprocessor_config.json` */
export const PreprocessorConfig = z.object({
  size: Size.optional(),
  crop_size: Size.optional(),
  do_resize: z.boolean().default(true),
  do_center_crop: z.boolean().optional(),
  do_rescale: z.boolean().default(true),
  do_normalize: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  resample: z.int().default(3).describe('PIL: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic'),
  image_mean: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
  image_std: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
});
export type PreprocessorConfig = z.infer<typeof PreprocessorConfig>;

/** `tokenizer_config.json` */
export const TokenizerConfig = z.object({
  model_max_length: z.number().optional(),
  pad_token: z.union([z.string(), z.object({ content: z.string() })]).nullish(),
  do_lower_case: z.boolean().optional(),
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
