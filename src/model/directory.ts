import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import type { ModelDescription } from './embedder.js';
import { hashFile, sha256Of } from './file-hash.js';
import { ModelCard, ModelConfig, PreprocessorConfig, ProcessorConfig, TokenizerConfig } from './files.js';
import { DTYPE_SUFFIXES, type Dtype } from './model-choice.js';
import {
  type ImagePreparation,
  imagePreparationOf,
  isSiglip,
  type TextPreparation,
  textPreparationOf,
} from './preparation.js';

/**
 * Training holds CLIP's learned scale at 100, where it ends up. The exports do not carry it
 * (`logit_scale_init_value` is only where training began).
 */
const CLIP_LOGIT_SCALE = 100;
/** SigLIP's has no such bound; the published base models learned values near this one. */
const SIGLIP_LOGIT_SCALE = 117;

/** A model in the hub's layout, read and checked, its weights not yet loaded. */
export interface ModelDirectory extends TextModelDirectory {
  visionPath: string;
}

/** The same where pictures are embedded elsewhere, and only the text network is needed. */
export interface TextModelDirectory {
  path: string;
  name: string;
  /** The two networks, one file where it holds both; null: there is none for pictures. */
  visionPath: string | null;
  textPath: string;
  image: ImagePreparation;
  text: TextPreparation;
  logitScale: number;
  /** sha256 (hex) over the weights of the networks that are there. */
  modelHash: string;
  /** sha256 (hex) of its `tokenizer.json`. */
  tokenizerHash: string;
  card: ModelCard | null;
  /** For warnings about words that a demonstration never saw; null: not known. */
  knownWords: readonly string[] | null;
}

/**
 * Reads a model directory in the hub's layout: `config.json`, `preprocessor_config.json` or `processor_config.json`,
 * `tokenizer.json`, `tokenizer_config.json`, `onnx/vision_model*.onnx` and `onnx/text_model*.onnx` or both in one
 * `onnx/model*.onnx`, and optionally `wordwatch.json`. All sizes, means and lengths come from these files.
 * @param dtype which weights, for example `int8` for `vision_model_int8.onnx`; default: for each network the first it
 *   has, in the order of `DTYPES`
 * @throws WordwatchError `model-missing`, `model-incomplete`, `model-corrupt`, `model-unsupported`
 */
export async function openModelDirectory(
  path: string,
  { dtype = null }: { dtype?: Dtype | null } = {},
): Promise<ModelDirectory> {
  return readDirectory(path, { dtype, findVision: () => findNetwork(path, 'vision_model', dtype) });
}

/**
 * Reads a model directory whose vision network may be missing.
 * @throws WordwatchError as {@link openModelDirectory} does
 */
export async function openTextModelDirectory(
  path: string,
  { dtype = null }: { dtype?: Dtype | null } = {},
): Promise<TextModelDirectory> {
  const findVision = () =>
    findNetwork(path, 'vision_model', dtype).catch((error) => {
      if (codeOf(error) !== 'model-incomplete') throw error;
      return null;
    });
  return readDirectory(path, { dtype, findVision });
}

async function readDirectory<V extends string | null>(
  path: string,
  { dtype, findVision }: { dtype: Dtype | null; findVision: () => Promise<V> },
): Promise<TextModelDirectory & { visionPath: V }> {
  const config = await readJson(path, 'config.json', ModelConfig);
  const preprocessor = await readPreprocessor(path);
  const tokenizerConfig = await readJson(path, 'tokenizer_config.json', TokenizerConfig);
  await requireFile(path, 'tokenizer.json');
  const card = await readJsonIfThere(path, 'wordwatch.json', ModelCard);
  const visionPath = await findVision();
  const textPath = await findNetwork(path, 'text_model', dtype);
  return {
    path,
    name: card?.name ?? basename(resolve(path)),
    visionPath,
    textPath,
    image: prepare(path, () => imagePreparationOf(preprocessor, config)),
    text: textPreparationOf(config, tokenizerConfig),
    logitScale: card?.logitScale ?? logitScaleOf(config),
    modelHash: await hashOf(new Set(visionPath === null ? [textPath] : [visionPath, textPath])),
    tokenizerHash: await sha256Of(join(path, 'tokenizer.json')),
    card,
    knownWords: card?.knownWords ?? null,
  };
}

/** What a model says of itself. @param dimension length of its vectors */
export function describeModel(
  { name, image, text, logitScale, modelHash, card, knownWords }: TextModelDirectory,
  dimension: number,
): ModelDescription {
  return {
    name,
    dimension,
    inputSizePx: image.inputSizePx,
    contextLength: text.contextLength,
    logitScale,
    modelHash,
    license: card?.license ?? null,
    demonstration: card?.demonstration ?? false,
    notice: card?.notice ?? null,
    defaultThreshold: card?.defaultThreshold ?? null,
    knownWords,
  };
}

/** The scale of a model that has no card of ours. */
function logitScaleOf(config: ModelConfig): number {
  const given = config.logit_scale;
  // The weight of that name is a logarithm, and so is most of what is written; e¹⁰ would be far past any model.
  if (given !== undefined) return given < 10 ? Math.exp(given) : given;
  return isSiglip(config) ? SIGLIP_LOGIT_SCALE : CLIP_LOGIT_SCALE;
}

async function readPreprocessor(path: string): Promise<PreprocessorConfig> {
  const alone = await readJsonIfThere(path, 'preprocessor_config.json', PreprocessorConfig);
  if (alone) return alone;
  const shared = await readJsonIfThere(path, 'processor_config.json', ProcessorConfig);
  if (shared) return shared.image_processor;
  throw await incomplete(path, 'preprocessor_config.json or processor_config.json');
}

async function readJson<S extends z.ZodType>(path: string, name: string, schema: S): Promise<z.output<S>> {
  const value = await readJsonIfThere(path, name, schema);
  if (value === null) throw await incomplete(path, name);
  return value;
}

async function readJsonIfThere<S extends z.ZodType>(
  path: string,
  name: string,
  schema: S,
): Promise<z.output<S> | null> {
  try {
    return schema.parse(JSON.parse(await readFile(join(path, name), 'utf8')));
  } catch (error) {
    if (isMissing(error)) return null;
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : messageOf(error);
    throw corrupt(path, `${name} cannot be read: ${reason}`, error);
  }
}

async function requireFile(path: string, name: string): Promise<void> {
  const file = await stat(join(path, name)).catch(() => null);
  if (!file?.isFile()) throw await incomplete(path, name);
  if (file.size === 0) throw corrupt(path, `${name} is empty`);
}

/** One half of a model: a file of its own, else the one that holds both. */
async function findNetwork(path: string, stem: string, dtype: Dtype | null): Promise<string> {
  const names = await readdir(join(path, 'onnx')).catch(() => [] as string[]);
  const suffixes = dtype ? [DTYPE_SUFFIXES[dtype]] : Object.values(DTYPE_SUFFIXES);
  const candidates = [stem, 'model'].flatMap((start) => suffixes.map((suffix) => `${start}${suffix}.onnx`));
  const name = candidates.find((candidate) => names.includes(candidate));
  if (name === undefined) {
    const wanted = dtype ? candidates : [`${stem}*.onnx`, 'model*.onnx'];
    throw await incomplete(path, wanted.map((candidate) => `onnx/${candidate}`).join(' or '), 'onnx');
  }
  await requireFile(path, join('onnx', name));
  return join(path, 'onnx', name);
}

/** What was looked for and what is there instead. */
async function incomplete(path: string, wanted: string, folder = '.'): Promise<WordwatchError> {
  if ((await readdir(path).catch(() => null)) === null) {
    return new WordwatchError('model-missing', `model ${path}: no such directory`, {
      userInput: true,
      hint: 'Set "model:" to a directory in the hub’s layout, or to auto for the shipped starter.',
    });
  }
  const found = await readdir(join(path, folder)).catch(() => [] as string[]);
  const place = folder === '.' ? '' : `${folder}/`;
  const listed = found.slice(0, 12).map((name) => place + name);
  if (found.length > listed.length) listed.push('…');
  const message = `model ${path}: looked for ${wanted}, found ${listed.join(', ') || 'nothing'}`;
  return new WordwatchError('model-incomplete', message, {
    userInput: true,
    hint: 'A model directory holds config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json, and onnx/vision_model*.onnx and onnx/text_model*.onnx or one onnx/model*.onnx.',
  });
}

function corrupt(path: string, what: string, cause?: unknown): WordwatchError {
  return new WordwatchError('model-corrupt', `model ${path}: ${what}`, {
    cause,
    userInput: true,
    hint: 'Copy or download the model again.',
  });
}

function prepare<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code, hint } = error instanceof WordwatchError ? error : {};
    if (code !== 'model-unsupported') throw corrupt(path, messageOf(error), error);
    const message = `model ${path}: ${messageOf(error)}`;
    throw new WordwatchError(code, message, { cause: error, userInput: true, ...(hint ? { hint } : {}) });
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

async function hashOf(networks: Iterable<string>): Promise<string> {
  const hash = createHash('sha256');
  for (const network of networks) {
    await hashFile(hash, network);
    // Networks past 2 GB keep their weights in a second file.
    await hashFile(hash, `${network}_data`).catch((error) => {
      if (!isMissing(error)) throw error;
    });
  }
  return hash.digest('hex');
}
