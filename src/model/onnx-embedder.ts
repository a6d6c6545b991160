import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { usableCpus } from './cpus.js';
import { describeModel, type ModelDirectory } from './directory.js';
import type { Embedder, ImageBatch, ModelDescription } from './embedder.js';
import type { Device } from './model-choice.js';
import { OnnxImages } from './onnx-images.js';
import { OnnxTexts } from './onnx-texts.js';
import type { OptimisedModel } from './optimise/optimise-model.js';

/** What {@link createOnnxEmbedder} needs. */
export interface OnnxEmbedderOptions {
  directory: ModelDirectory;
  logger: Logger;
  /** A worker thread for pictures ended that nobody asked to; another one takes its place. */
  onWorkerDeath?: (() => void) | undefined;
  /** What was made of the networks for this CPU. Default: nothing. */
  optimised?: OptimisedModel | null;
  /** What the networks run on. Default: the CPU. */
  device?: Device;
  /** Worker threads for pictures. Default: one a CPU; one for any other device, which has its own way of being busy. */
  workers?: number;
  /** Threads of each worker's session. */
  threadsPerWorker?: number;
  /** Database of text vectors that outlives the process. Default: none. */
  textVectorsPath?: string | null;
  /** Texts whose vectors are remembered. */
  cachedTexts?: number;
  /** The text network's memory is given back when no new text came for so long. */
  textIdleTimeoutMs?: number;
}

/**
 * Loads a model into worker threads of this process and tries both halves once, so that faults show at the start and
 * the first frame need not wait.
 * @throws WordwatchError `model-corrupt` when its networks or its tokenizer cannot be used;
 *   `model-invalid-output` when they give no vectors
 */
export async function createOnnxEmbedder(options: OnnxEmbedderOptions): Promise<Embedder> {
  const embedder = new OnnxEmbedder(options);
  try {
    await embedder.open();
    return embedder;
  } catch (error) {
    await embedder[Symbol.asyncDispose]();
    throw unusable(options.directory, error);
  }
}

/** Why a model directory cannot be used. */
export function unusable({ path }: Pick<ModelDirectory, 'path'>, error: unknown): WordwatchError {
  const message = `model ${path} cannot be used: ${messageOf(error)}`;
  return new WordwatchError(codeOf(error) ?? 'model-corrupt', message, {
    cause: error,
    userInput: true,
    hint: (error instanceof WordwatchError && error.hint) || 'Copy or download the model again.',
  });
}

class OnnxEmbedder implements Embedder {
  readonly #directory: ModelDirectory;
  readonly #images: OnnxImages;
  readonly #texts: OnnxTexts;
  #dimension = 0;

  constructor(options: OnnxEmbedderOptions) {
    const { directory, logger, optimised, device = 'cpu', threadsPerWorker: threads = 1 } = options;
    this.#directory = directory;
    this.#images = new OnnxImages({
      path: directory.visionPath,
      optimisedPath: optimised?.vision.path ?? null,
      image: directory.image,
      workers: options.workers ?? (device === 'cpu' ? usableCpus() : 1),
      ...{ device, threads, logger, onWorkerDeath: options.onWorkerDeath },
    });
    const optimisedPath = optimised?.text.path ?? null;
    this.#texts = new OnnxTexts({ ...options, optimisedPath, device, threads });
  }

  async open(): Promise<void> {
    const [images, texts] = await Promise.all([this.#images.open(), this.#texts.open()]);
    this.#dimension = images;
    if (images === texts) return;
    throw new WordwatchError('model-corrupt', `its pictures have ${images} dimensions, its texts ${texts}`);
  }

  describe(): ModelDescription {
    return describeModel(this.#directory, this.#dimension);
  }

  embedImages(batch: ImageBatch): Promise<Float32Array[]> {
    return this.#images.embedImages(batch);
  }

  embedTexts(texts: readonly string[]): Promise<Float32Array[]> {
    return this.#texts.embedTexts(texts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#images[Symbol.asyncDispose](), this.#texts[Symbol.asyncDispose]()]);
  }
}
