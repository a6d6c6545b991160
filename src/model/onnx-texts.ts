import { createHash } from 'node:crypto';
import { workerEntry } from '../shared/worker-url.js';
import type { Logger } from '../telemetry/logger.js';
import type { TextModelDirectory } from './directory.js';
import type { TextHalf } from './embedder.js';
import type { Device } from './model-choice.js';
import { rowsOf } from './onnx-images.js';
import { TextVectors } from './text-vectors.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerSettings } from './worker-protocol.js';

/** Texts that a worker gets at once. It embeds them one by one; this only saves messages. */
const TEXTS_PER_TASK = 32;
/** Texts whose vectors are remembered: rules are few, and the same words come again at every reload. */
const CACHED_TEXTS = 20_000;
/** Rules load at the start and when they are edited; in between, the text network's memory is better given back. */
const TEXT_IDLE_TIMEOUT_MS = 20_000;

/** Changes whenever texts are prepared otherwise: vectors from before are not used then. */
const TEXT_RECIPE = 2;

/** What {@link OnnxTexts} needs. */
export interface OnnxTextsOptions {
  directory: TextModelDirectory;
  logger: Logger;
  /** The text network as made for this machine (`optimise/`), where it was. */
  optimisedPath?: string | null;
  device: Device;
  threads: number;
  /** Database of text vectors that outlives the process. Default: none. */
  textVectorsPath?: string | null;
  /** Texts whose vectors are remembered. */
  cachedTexts?: number;
  /** The network's memory is given back when no new text came for so long. */
  textIdleTimeoutMs?: number;
}

/** A text network in a worker thread of this process, and the vectors that it gave. */
export class OnnxTexts implements TextHalf {
  readonly #pool: WorkerPool;
  readonly #vectors: TextVectors;

  constructor(options: OnnxTextsOptions) {
    const { directory, logger, optimisedPath = null, device, threads } = options;
    const { path: directoryPath, textPath: path, text, image } = directory;
    this.#vectors = new TextVectors({
      path: options.textVectorsPath ?? null,
      model: createHash('sha256')
        .update(JSON.stringify([TEXT_RECIPE, directory.modelHash, directory.tokenizerHash, text]))
        .digest('hex'),
      limit: options.cachedTexts ?? CACHED_TEXTS,
      logger,
    });
    const workerData: WorkerSettings = {
      texts: { directoryPath, path, optimisedPath, text, sidePx: image.inputSizePx, device, threads },
    };
    this.#pool = new WorkerPool({
      entry: workerEntry('onnx-worker', import.meta.url),
      workerData,
      logger,
      size: 1,
      idleTimeoutMs: options.textIdleTimeoutMs ?? TEXT_IDLE_TIMEOUT_MS,
    });
  }

  /**
   * Tries it once.
   * @returns the length of its vectors
   */
  async open(): Promise<number> {
    return (await this.embedTexts(['a test']))[0]!.length;
  }

  async embedTexts(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors = new Map<string, Float32Array>();
    const missing: string[] = [];
    for (const text of new Set(texts)) {
      const known = this.#vectors.get(text);
      if (known) vectors.set(text, known);
      else missing.push(text);
    }
    for (let from = 0; from < missing.length; from += TEXTS_PER_TASK) {
      const part = missing.slice(from, from + TEXTS_PER_TASK);
      const fresh = rowsOf(await this.#pool.run({ kind: 'texts', texts: part }), part.length);
      const found = new Map(part.map((text, i) => [text, fresh[i]!]));
      for (const [text, vector] of found) vectors.set(text, vector);
      this.#vectors.set(found);
    }
    // Copies: what a caller does to its vectors must not reach the next caller.
    return texts.map((text) => vectors.get(text)!.slice());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
    this.#vectors[Symbol.dispose]();
  }
}
