import { createHash } from 'node:crypto';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { Logger } from '../telemetry/logger.js';
import { usableCpus } from './cpus.js';
import type { ModelDirectory } from './directory.js';
import type { Embedder, ImageBatch, ModelDescription } from './embedder.js';
import type { Device } from './model-choice.js';
import type { OptimisedModel } from './optimise/optimise-model.js';
import { TextVectors } from './text-vectors.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerSettings } from './worker-protocol.js';

/** Larger batches gain nothing on a CPU and make a frame wait for its slowest part. */
const MAX_BATCH = 8;
/** Smaller ones cost more a picture: one picture of ViT-B/32 alone 16.5 ms, in a batch of four 14.6 ms. */
const MIN_BATCH = 4;
/** Texts that a worker gets at once. It embeds them one by one; this only saves messages. */
const TEXTS_PER_TASK = 32;
/** Texts whose vectors are remembered: rules are few, and the same words come again at every reload. */
const CACHED_TEXTS = 20_000;
/** Rules load at the start and when they are edited; in between, the text network's memory is better given back. */
const TEXT_IDLE_TIMEOUT_MS = 20_000;

/** Changes whenever texts are prepared otherwise: vectors from before are not used then. */
const TEXT_RECIPE = 2;

/** What {@link createOnnxEmbedder} needs. */
export interface OnnxEmbedderOptions {
  directory: ModelDirectory;
  logger: Logger;
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
    const message = `model ${options.directory.path} cannot be used: ${messageOf(error)}`;
    throw new WordwatchError(codeOf(error) ?? 'model-corrupt', message, {
      cause: error,
      userInput: true,
      hint: (error instanceof WordwatchError && error.hint) || 'Copy or download the model again.',
    });
  }
}

class OnnxEmbedder implements Embedder {
  readonly #directory: ModelDirectory;
  readonly #workers: number;
  readonly #images: WorkerPool;
  readonly #texts: WorkerPool;
  readonly #textVectors: TextVectors;
  #dimension = 0;

  constructor(options: OnnxEmbedderOptions) {
    const { directory, logger, device = 'cpu', threadsPerWorker = 1 } = options;
    const workers = options.workers ?? (device === 'cpu' ? usableCpus() : 1);
    this.#directory = directory;
    this.#workers = workers;
    this.#textVectors = new TextVectors({
      path: options.textVectorsPath ?? null,
      model: createHash('sha256')
        .update(JSON.stringify([TEXT_RECIPE, directory.modelHash, directory.tokenizerHash, directory.text]))
        .digest('hex'),
      limit: options.cachedTexts ?? CACHED_TEXTS,
      logger,
    });
    const { path, visionPath, textPath, image, text } = directory;
    const workerData: WorkerSettings = {
      directory: { path, visionPath, textPath, image, text },
      optimised: {
        vision: options.optimised?.vision.path ?? null,
        text: options.optimised?.text.path ?? null,
      },
      device,
      threads: threadsPerWorker,
    };
    const shared = { entry: workerEntry('onnx-worker', import.meta.url), workerData, logger };
    this.#images = new WorkerPool({ ...shared, size: workers });
    this.#texts = new WorkerPool({
      ...shared,
      size: 1,
      idleTimeoutMs: options.textIdleTimeoutMs ?? TEXT_IDLE_TIMEOUT_MS,
    });
  }

  async open(): Promise<void> {
    const picture = toShared(new Uint8Array(this.#directory.image.inputSizePx ** 2 * 3).fill(128));
    const tries = Array.from({ length: this.#workers }, () =>
      this.#images.run({ kind: 'images', count: 1, pixels: picture }),
    );
    const [[text], ...vectors] = await Promise.all([this.embedTexts(['a test']), ...tries]);
    this.#dimension = vectors[0]!.length;
    if (text!.length === this.#dimension) return;
    const message = `its pictures have ${this.#dimension} dimensions, its texts ${text!.length}`;
    throw new WordwatchError('model-corrupt', message);
  }

  describe(): ModelDescription {
    const { name, image, text, logitScale, modelHash, card, knownWords } = this.#directory;
    return {
      name,
      dimension: this.#dimension,
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

  async embedImages({ pixels, count }: ImageBatch): Promise<Float32Array[]> {
    const bytes = this.#directory.image.inputSizePx ** 2 * 3;
    if (pixels.length !== count * bytes) {
      const message = `${count} pictures are ${count * bytes} bytes, got ${pixels.length}`;
      throw new WordwatchError('model-invalid-input', message);
    }
    const shared = toShared(pixels);
    const parts = evenParts(count, { workers: this.#workers }).map(async ({ from, size }) => {
      const part = shared.subarray(from * bytes, (from + size) * bytes);
      return rows(await this.#images.run({ kind: 'images', count: size, pixels: part }), size);
    });
    return (await Promise.all(parts)).flat();
  }

  async embedTexts(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors = new Map<string, Float32Array>();
    const missing: string[] = [];
    for (const text of new Set(texts)) {
      const known = this.#textVectors.get(text);
      if (known) vectors.set(text, known);
      else missing.push(text);
    }
    for (let from = 0; from < missing.length; from += TEXTS_PER_TASK) {
      const part = missing.slice(from, from + TEXTS_PER_TASK);
      const fresh = rows(await this.#texts.run({ kind: 'texts', texts: part }), part.length);
      const found = new Map(part.map((text, i) => [text, fresh[i]!]));
      for (const [text, vector] of found) vectors.set(text, vector);
      this.#textVectors.set(found);
    }
    // Copies: what a caller does to its vectors must not reach the next caller.
    return texts.map((text) => vectors.get(text)!.slice());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#images[Symbol.asyncDispose](), this.#texts[Symbol.asyncDispose]()]);
    this.#textVectors[Symbol.dispose]();
  }
}

/**
 * Shares of a call that go to one worker each, as even as possible, so that the workers finish a frame together. They
 * depend on nothing that varies from run to run: with weights whose activations are quantised over the batch, the same
 * frame must meet the same company again, or its scores would flicker.
 */
export function evenParts(count: number, { workers }: { workers: number }): { from: number; size: number }[] {
  const parts = Math.max(Math.ceil(count / MAX_BATCH), Math.min(workers, Math.floor(count / MIN_BATCH)));
  const start = (part: number) => Math.round((part * count) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    from: start(part),
    size: start(part + 1) - start(part),
  }));
}

/** The same bytes where worker threads can read them: a message would copy the whole buffer, once a worker. */
function toShared(pixels: Uint8Array): Uint8Array {
  if (pixels.buffer instanceof SharedArrayBuffer) return pixels;
  const shared = new Uint8Array(new SharedArrayBuffer(pixels.length));
  shared.set(pixels);
  return shared;
}

function rows(flat: Float32Array, count: number): Float32Array[] {
  const dimension = flat.length / count;
  return Array.from({ length: count }, (_, i) => flat.slice(i * dimension, (i + 1) * dimension));
}
