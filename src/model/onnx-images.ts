import { WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { Logger } from '../telemetry/logger.js';
import type { ImageBatch, ImageHalf } from './embedder.js';
import type { ImageNetworkOptions } from './image-network.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerSettings } from './worker-protocol.js';

/** Larger batches gain nothing on a CPU and make a frame wait for its slowest part. */
const MAX_BATCH = 8;
/** Smaller ones cost more a picture: one picture of ViT-B/32 alone 16.5 ms, in a batch of four 14.6 ms. */
const MIN_BATCH = 4;

/** What {@link OnnxImages} needs. */
export interface OnnxImagesOptions extends ImageNetworkOptions {
  /** Worker threads. */
  workers: number;
  onWorkerDeath?: (() => void) | undefined;
  logger: Logger;
}

/** A vision network in worker threads of this process. */
export class OnnxImages implements ImageHalf {
  readonly #sidePx: number;
  readonly #workers: number;
  readonly #pool: WorkerPool;

  constructor({ workers, onWorkerDeath: onDeath, logger, ...images }: OnnxImagesOptions) {
    this.#sidePx = images.image.inputSizePx;
    this.#workers = workers;
    const entry = workerEntry('onnx-worker', import.meta.url);
    const workerData: WorkerSettings = { images };
    this.#pool = new WorkerPool({ entry, workerData, onDeath, logger, size: workers });
  }

  /**
   * Loads it into every worker and tries it once.
   * @returns the length of its vectors
   */
  async open(): Promise<number> {
    const pixels = toShared(new Uint8Array(this.#sidePx ** 2 * 3).fill(128));
    const tries = Array.from({ length: this.#workers }, () =>
      this.#pool.run({ kind: 'images', count: 1, pixels }),
    );
    return (await Promise.all(tries))[0]!.length;
  }

  async embedImages(batch: ImageBatch): Promise<Float32Array[]> {
    const { count } = batch;
    const bytes = bytesOf(batch, this.#sidePx);
    const shared = toShared(batch.pixels);
    const parts = evenParts(count, { workers: this.#workers }).map(async ({ from, size }) => {
      const part = shared.subarray(from * bytes, (from + size) * bytes);
      return rowsOf(await this.#pool.run({ kind: 'images', count: size, pixels: part }), size);
    });
    return (await Promise.all(parts)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }
}

/**
 * Bytes of one picture.
 * @throws WordwatchError `model-invalid-input` when there are more or fewer pictures than said
 */
export function bytesOf({ pixels, count }: ImageBatch, sidePx: number): number {
  const bytes = sidePx ** 2 * 3;
  if (pixels.length === count * bytes) return bytes;
  const message = `${count} pictures are ${count * bytes} bytes, got ${pixels.length}`;
  throw new WordwatchError('model-invalid-input', message);
}

/**
 * Shares of a call that go to one worker each, as even as possible, so that the workers finish a frame together. They
 * depend on nothing that varies from run to run: with weights whose activations are quantised over the batch, the same
 * frame must meet the same company again, or its scores would flicker.
 */
export function evenParts(
  count: number,
  { workers, maxBatch = MAX_BATCH }: { workers: number; maxBatch?: number },
): { from: number; size: number }[] {
  const parts = Math.max(Math.ceil(count / maxBatch), Math.min(workers, Math.floor(count / MIN_BATCH)));
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

/** Vectors that stand one after the other. */
export function rowsOf(flat: Float32Array, count: number): Float32Array[] {
  const dimension = flat.length / count;
  return Array.from({ length: count }, (_, i) => flat.slice(i * dimension, (i + 1) * dimension));
}
