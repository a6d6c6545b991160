import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import { messageOf, WordwatchError } from '../../shared/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import { describeModel, type TextModelDirectory } from '../directory.js';
import type { Embedder, ImageBatch, ModelDescription } from '../embedder.js';
import type { Device, RemoteChoice } from '../model-choice.js';
import { unusable } from '../onnx-embedder.js';
import { OnnxImages } from '../onnx-images.js';
import { OnnxTexts } from '../onnx-texts.js';
import { RemoteImages } from './remote-images.js';

/** What {@link createRemoteEmbedder} needs. */
export interface RemoteEmbedderOptions {
  /** Tokenizer, text network and preparation of pictures. */
  directory: TextModelDirectory;
  /** The server of the other half. */
  choice: RemoteChoice;
  /** What the text network runs on. */
  device: Device;
  /** The text network as made for this CPU, where it was. */
  optimisedTextPath: string | null;
  /** Database of text vectors that outlives the process; null: none. */
  textVectorsPath: string | null;
  /** A server that does not work yet: an error, or reached by a later call. */
  unreachable: 'throw' | 'wait';
  logger: Logger;
  /** Ends the attempt to reach the server. */
  signal?: AbortSignal;
  clock?: Clock;
}

/**
 * A model whose texts are embedded in this process and whose pictures at a server.
 * @returns also why the server does not work yet, where it need not; null: it works
 * @throws WordwatchError as `createOnnxEmbedder` does for the text half, RemoteFailure for the other
 */
export async function createRemoteEmbedder(
  options: RemoteEmbedderOptions,
): Promise<{ embedder: Embedder; unready: string | null }> {
  const { directory, unreachable, logger, signal } = options;
  const texts = new OnnxTexts({ ...options, optimisedPath: options.optimisedTextPath, threads: 1 });
  let images: RemoteImages | undefined;
  const stop = () => images?.stop();
  try {
    const dimension = await texts.open().catch((error) => {
      throw unusable(directory, error);
    });
    images = new RemoteImages({
      ...options,
      image: directory.image,
      dimension,
      localPath: directory.path,
      embedHere: (pictures) => embedHere(pictures, options),
    });
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    const unready = await images.connect().then(
      () => null,
      (error) => {
        const mayWork = error instanceof WordwatchError && error.shouldRetry();
        if (unreachable === 'throw' || !mayWork) throw error;
        const reason = messageOf(error);
        logger.warn({ reason }, 'the model server does not work yet: nothing is detected until it does');
        return reason;
      },
    );
    return { embedder: new RemoteEmbedder({ directory, dimension, texts, images }), unready };
  } catch (error) {
    await Promise.all([texts[Symbol.asyncDispose](), images?.[Symbol.asyncDispose]()]);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** What the local vision network makes of pictures; it is loaded for them alone. null: there is none. */
async function embedHere(
  pictures: ImageBatch,
  { directory, device, logger }: RemoteEmbedderOptions,
): Promise<Float32Array[] | null> {
  if (directory.visionPath === null) return null;
  await using images = new OnnxImages({
    path: directory.visionPath,
    image: directory.image,
    ...{ workers: 1, threads: 1, device, logger },
  });
  return await images.embedImages(pictures).catch((error) => {
    throw unusable(directory, error);
  });
}

interface Parts {
  directory: TextModelDirectory;
  dimension: number;
  texts: OnnxTexts;
  images: RemoteImages;
}

class RemoteEmbedder implements Embedder {
  readonly #parts: Parts;
  /** Stands for weights that are not known yet: what is kept under it by mistake is never found again. */
  readonly #unreached = randomUUID();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * `modelHash` is right from the first vector of a picture on; before the server was reached it is another one at
   * every start, so ask for it when something is to be kept, and not once for all.
   */
  describe(): ModelDescription {
    const { directory, dimension, images } = this.#parts;
    // Other weights may lie at the server than here: what was measured with the ones does not hold for the others.
    const modelHash = createHash('sha256')
      .update(JSON.stringify([directory.modelHash, images.identity ?? this.#unreached]))
      .digest('hex');
    return { ...describeModel(directory, dimension), modelHash };
  }

  embedImages(batch: ImageBatch): Promise<Float32Array[]> {
    return this.#parts.images.embedImages(batch);
  }

  embedTexts(texts: readonly string[]): Promise<Float32Array[]> {
    return this.#parts.texts.embedTexts(texts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { texts, images } = this.#parts;
    await Promise.all([texts[Symbol.asyncDispose](), images[Symbol.asyncDispose]()]);
  }
}
