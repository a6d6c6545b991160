import { WordwatchError } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { usableCpus } from './cpus.js';
import type { ModelDirectory } from './directory.js';
import type { Embedder, ImageBatch, ModelDescription } from './embedder.js';
import { TextTokenizer } from './tokenizer.js';
import { WorkerPool } from './worker-pool.js';

/** Larger batches gain nothing on a CPU and make a frame wait for its slowest part. */
const MAX_BATCH = 8;
/** Texts whose vectors are remembered: rules are few, and the same words come again at every reload. */
const MAX_CACHED_TEXTS = 20_000;

/** What {@link createOnnxEmbedder} needs. */
export interface OnnxEmbedderOptions {
  directory: ModelDirectory;
  logger: Logger;
  /** Worker threads. Default: one a CPU. */
  workers?: number;
}

/**
 * Loads a model into worker threads of this process and tries it once.
 * @throws WordwatchError `model-corrupt` when its networks cannot be loaded or give no vectors
 */
export async function createOnnxEmbedder(options: OnnxEmbedderOptions): Promise<Embedder> {
  const embedder = new OnnxEmbedder(options);
  try {
    await embedder.open();
    return embedder;
  } catch (error) {
    await embedder[Symbol.asyncDispose]();
    const { path } = options.directory;
    throw new WordwatchError(
      'model-corrupt',
      `model ${path} cannot be used: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
        userInput: true,
        hint: 'Copy or download the model again.',
      },
    );
  }
}

class OnnxEmbedder implements Embedder {
  readonly #directory: ModelDirectory;
  readonly #workers: number;
  readonly #pool: WorkerPool;
  readonly #tokenizer: TextTokenizer;
  readonly #texts = new Map<string, Float32Array>();
  #dimension = 0;

  constructor({ directory, logger, workers = usableCpus() }: OnnxEmbedderOptions) {
    this.#directory = directory;
    this.#workers = workers;
    this.#tokenizer = new TextTokenizer(directory);
    const { visionPath, textPath, inputSizePx, preprocessor } = directory;
    const { do_rescale, rescale_factor, do_normalize, image_mean, image_std } = preprocessor;
    const settings = {
      visionPath,
      textPath,
      inputSizePx,
      rescale: do_rescale ? rescale_factor : 1,
      mean: do_normalize ? image_mean : [0, 0, 0],
      std: do_normalize ? image_std : [1, 1, 1],
      threads: 1,
    };
    this.#pool = new WorkerPool(workers, { settings, logger });
  }

  /** Every worker sees one picture: sessions are loaded before the first frame, and faults show at the start. */
  async open(): Promise<void> {
    const { inputSizePx } = this.#directory;
    const pixels = new Uint8Array(inputSizePx * inputSizePx * 3).fill(128);
    const tries = Array.from({ length: this.#workers }, () =>
      this.#pool.run({ kind: 'images', count: 1, pixels }),
    );
    const [vector] = await Promise.all(tries);
    this.#dimension = vector!.length;
    const [text] = await this.embedTexts(['a test']);
    if (text!.length !== this.#dimension) {
      throw new Error(`its pictures have ${this.#dimension} dimensions, its texts ${text!.length}`);
    }
  }

  describe(): ModelDescription {
    const { name, inputSizePx, contextLength, logitScale, modelHash, card } = this.#directory;
    return {
      name,
      dimension: this.#dimension,
      inputSizePx,
      contextLength,
      logitScale,
      modelHash,
      license: card?.license ?? null,
      demonstration: card?.demonstration ?? false,
      notice: card?.notice ?? null,
      defaultThreshold: card?.defaultThreshold ?? null,
      knownWords: card?.knownWords ?? null,
    };
  }

  async embedImages({ pixels, count }: ImageBatch): Promise<Float32Array[]> {
    if (count === 0) return [];
    const bytes = this.#directory.inputSizePx ** 2 * 3;
    // Even shares, so that the workers finish a frame together.
    const share = Math.min(MAX_BATCH, Math.ceil(count / this.#workers));
    const parts: Promise<Float32Array[]>[] = [];
    for (let from = 0; from < count; from += share) {
      const size = Math.min(share, count - from);
      const part = pixels.subarray(from * bytes, (from + size) * bytes);
      parts.push(this.#vectors({ kind: 'images', count: size, pixels: part }, size));
    }
    return (await Promise.all(parts)).flat();
  }

  async embedTexts(texts: readonly string[]): Promise<Float32Array[]> {
    const missing = [...new Set(texts)].filter((text) => !this.#texts.has(text));
    const fresh = new Map<string, Float32Array>();
    for (let from = 0; from < missing.length; from += MAX_BATCH) {
      const part = missing.slice(from, from + MAX_BATCH);
      const tokens = this.#tokenizer.encode(part);
      const vectors = await this.#vectors({ kind: 'texts', count: part.length, tokens }, part.length);
      for (const [i, text] of part.entries()) fresh.set(text, vectors[i]!);
    }
    const result = texts.map((text) => fresh.get(text) ?? this.#texts.get(text)!);
    for (const [text, vector] of fresh) this.#remember(text, vector);
    return result;
  }

  #remember(text: string, vector: Float32Array): void {
    if (this.#texts.size >= MAX_CACHED_TEXTS) this.#texts.delete(this.#texts.keys().next().value!);
    this.#texts.set(text, vector);
  }

  async #vectors(work: Parameters<WorkerPool['run']>[0], count: number): Promise<Float32Array[]> {
    const flat = await this.#pool.run(work);
    // One NaN would be the highest score of its frame, or none: better no frame than that.
    if (!flat.every(Number.isFinite)) {
      throw new WordwatchError('model-invalid-output', 'the model gave values that are no numbers', {
        retryable: true,
      });
    }
    const dimension = flat.length / count;
    return Array.from({ length: count }, (_, i) => flat.subarray(i * dimension, (i + 1) * dimension));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }
}
