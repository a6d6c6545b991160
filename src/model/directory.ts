import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import { ModelCard, ModelConfig, PreprocessorConfig, TokenizerConfig } from './files.js';

/** Weights by preference where the user asks for none: the smallest that are still faithful first. */
const DTYPE_SUFFIXES = {
  int8: '_int8',
  uint8: '_uint8',
  quantized: '_quantized',
  fp32: '',
  fp16: '_fp16',
  q4: '_q4',
};
export type Dtype = keyof typeof DTYPE_SUFFIXES;

/**
 * CLIP's learned scale: training holds it at 100, where it ends up. The exports do not carry the learned scale (and
 * `logit_scale_init_value` is where training began), so models without a card of ours get CLIP's.
 */
const CLIP_LOGIT_SCALE = 100;

/** A model in the hub's layout, read and checked, its weights not yet loaded. */
export interface ModelDirectory {
  path: string;
  name: string;
  /** The two networks. */
  visionPath: string;
  textPath: string;
  /** `tokenizer.json` and `tokenizer_config.json`. */
  tokenizer: object;
  tokenizerConfig: TokenizerConfig;
  preprocessor: PreprocessorConfig;
  inputSizePx: number;
  contextLength: number;
  logitScale: number;
  /** sha256 over both networks. */
  modelHash: string;
  card: ModelCard | null;
  /** For warnings about words that a demonstration never saw; null: not known. */
  knownWords: readonly string[] | null;
}

/**
 * Reads a model directory in the hub's layout: `config.json`, `preprocessor_config.json`, `tokenizer.json`,
 * `tokenizer_config.json`, `onnx/vision_model*.onnx`, `onnx/text_model*.onnx`, and optionally `wordwatch.json`. All
 * sizes, means and lengths come from these files.
 * @throws WordwatchError `model-missing`, `model-incomplete`, `model-corrupt`
 */
export async function openModelDirectory(
  path: string,
  { dtype }: { dtype?: Dtype } = {},
): Promise<ModelDirectory> {
  const config = await readJson(path, 'config.json', ModelConfig);
  const preprocessor = await readJson(path, 'preprocessor_config.json', PreprocessorConfig);
  const tokenizerConfig = await readJson(path, 'tokenizer_config.json', TokenizerConfig);
  const tokenizer = await readJson(path, 'tokenizer.json', null);
  const card = await readJson(path, 'wordwatch.json', ModelCard, { optional: true });
  const visionPath = await findNetwork(path, 'vision_model', dtype);
  const textPath = await findNetwork(path, 'text_model', dtype);
  return {
    path,
    name: card?.name ?? basename(path),
    visionPath,
    textPath,
    tokenizer: tokenizer as object,
    tokenizerConfig,
    preprocessor,
    inputSizePx: inputSizeOf(path, preprocessor, config),
    contextLength: contextLengthOf(config, tokenizerConfig),
    logitScale: card?.logitScale ?? CLIP_LOGIT_SCALE,
    modelHash: await hashOf([visionPath, textPath]),
    card,
    knownWords: card?.knownWords ?? null,
  };
}

async function readJson<S extends z.ZodType | null>(
  path: string,
  name: string,
  schema: S,
  options?: { optional: false },
): Promise<S extends z.ZodType ? z.output<S> : unknown>;
async function readJson<S extends z.ZodType>(
  path: string,
  name: string,
  schema: S,
  options: { optional: true },
): Promise<z.output<S> | null>;
async function readJson(
  path: string,
  name: string,
  schema: z.ZodType | null,
  { optional = false } = {},
): Promise<unknown> {
  const file = join(path, name);
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return schema ? schema.parse(value) : value;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') {
      throw new WordwatchError(
        'model-corrupt',
        `model ${path}: ${name} cannot be read: ${messageOf(error).split('\n')[0]}`,
        {
          cause: error,
          userInput: true,
          hint: 'Copy or download the model again.',
        },
      );
    }
    if (optional) return null;
    throw await incomplete(path, name);
  }
}

async function incomplete(path: string, wanted: string): Promise<WordwatchError> {
  const found = await readdir(path).catch(() => null);
  if (found === null) {
    return new WordwatchError('model-missing', `model ${path}: no such directory`, {
      userInput: true,
      hint: 'Set "model:" to a directory in the hub’s layout, or to auto for the shipped starter.',
    });
  }
  const listed = found.length === 0 ? 'nothing' : found.slice(0, 12).join(', ');
  return new WordwatchError('model-incomplete', `model ${path}: looked for ${wanted}, found ${listed}`, {
    userInput: true,
    hint: 'A model directory holds config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json, onnx/vision_model*.onnx and onnx/text_model*.onnx.',
  });
}

async function findNetwork(path: string, stem: string, dtype?: Dtype): Promise<string> {
  const names = await readdir(join(path, 'onnx')).catch(() => [] as string[]);
  const suffixes = dtype ? [DTYPE_SUFFIXES[dtype]] : Object.values(DTYPE_SUFFIXES);
  const name = suffixes
    .map((suffix) => `${stem}${suffix}.onnx`)
    .find((candidate) => names.includes(candidate));
  if (name) return join(path, 'onnx', name);
  throw await incomplete(path, `onnx/${stem}${dtype ? DTYPE_SUFFIXES[dtype] : '*'}.onnx`);
}

function inputSizeOf(
  path: string,
  { crop_size, do_center_crop, size }: PreprocessorConfig,
  config: ModelConfig,
): number {
  const image = config.vision_config?.image_size;
  const given =
    (do_center_crop === false ? undefined : crop_size) ?? size ?? (Array.isArray(image) ? image[0] : image);
  if (typeof given === 'number') return given;
  if (given && 'shortest_edge' in given) return given.shortest_edge;
  if (given && given.height === given.width) return given.height;
  throw new WordwatchError(
    'model-corrupt',
    `model ${path}: preprocessor_config.json names no square input size`,
    { userInput: true },
  );
}

function contextLengthOf(config: ModelConfig, tokenizer: TokenizerConfig): number {
  // Tokenizers without a limit say 1e30.
  const ofTokenizer = tokenizer.model_max_length ?? Number.POSITIVE_INFINITY;
  return (
    config.text_config?.max_position_embeddings ??
    (ofTokenizer < 1e5 ? ofTokenizer : isSiglip(config) ? 64 : 77)
  );
}

function isSiglip({ model_type }: ModelConfig): boolean {
  return model_type?.startsWith('siglip') ?? false;
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
