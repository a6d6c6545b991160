import { createHash } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ImageBatch, ImageHalf } from '../embedder.js';
import type { RemoteChoice } from '../model-choice.js';
import { bytesOf, evenParts, rowsOf } from '../onnx-images.js';
import type { ImagePreparation } from '../preparation.js';
import { unitRows } from '../unit-rows.js';
import { Circuit } from './circuit.js';
import { closed, RemoteFailure } from './failure.js';
import { KserveClient, type Trying } from './kserve-client.js';
import { type ModelMetadata, type Signature, signatureOf } from './signature.js';
import { Slots } from './slots.js';
import { decodeAnswer, type Encoder, encoderOf, JSON_LENGTH } from './tensors.js';
import { likeness, testPictures } from './test-pictures.js';

/** Mean cosine of the test pictures: the same network with other weights (8 bits here, 16 there) keeps above. */
const MIN_LIKENESS_TO_LOCAL = 0.95;
/** The same weights on the same server. */
const MIN_LIKENESS_TO_BEFORE = 0.99;

/** What {@link RemoteImages} needs. */
export interface RemoteImagesOptions {
  choice: RemoteChoice;
  image: ImagePreparation;
  /** Length of the texts' vectors. */
  dimension: number;
  /** What the local vision network makes of the test pictures; null: there is none. */
  embedHere: (pictures: ImageBatch) => Promise<Float32Array[] | null>;
  /** The local model's folder, for errors. */
  localPath: string;
  logger: Logger;
  clock?: Clock;
}

/** What was found out about the server's model. */
interface Connection {
  signature: Signature;
  encode: Encoder;
  /** Pictures in a request, at most. */
  maxBatch: number;
  /** Whatever its vectors depend on, as far as the server tells. */
  told: unknown[];
  /** What its answers give as the model's version; null: nothing; undefined: there was none yet. */
  version: string | null | undefined;
}

/**
 * The vision half of a model at a server. It connects at the first call, or at {@link connect}: reads what the model
 * takes and gives, and checks on a few pictures that it is the right one. After a failure it does so again, since
 * whoever starts a server anew may have changed its model.
 *
 * Calls of several cameras are not merged into one request: servers batch what comes at the same time by themselves
 * (Triton: `dynamic_batching`), and know better when.
 */
export class RemoteImages implements ImageHalf {
  readonly #options: RemoteImagesOptions;
  readonly #client: KserveClient;
  readonly #circuit: Circuit;
  readonly #slots: Slots;
  #connection: Connection | null = null;
  /** What the local network made of the test pictures: it is loaded once, however often the server changes. */
  #local: Float32Array[] | null | undefined;
  /** What the server made of the test pictures when it was found to serve the right model. */
  #reference: { identity: string; vectors: Float32Array[] } | null = null;

  constructor(options: RemoteImagesOptions) {
    this.#options = options;
    this.#client = new KserveClient(options.choice);
    this.#circuit = new Circuit(options);
    this.#slots = new Slots(options.choice.concurrency);
  }

  /** sha256 (hex) of what the server tells about its model; null: it was never reached. */
  get identity(): string | null {
    return this.#reference?.identity ?? null;
  }

  /** @throws RemoteFailure */
  async connect(): Promise<void> {
    await this.embedImages({ pixels: new Uint8Array(0), count: 0 });
  }

  /**
   * @throws RemoteFailure; WordwatchError `model-invalid-input`, `model-invalid-output`, `model-overloaded`, `model-closed`
   */
  async embedImages(batch: ImageBatch): Promise<Float32Array[]> {
    bytesOf(batch, this.#options.image.inputSizePx);
    if (this.#client.isClosed) throw closed();
    return this.#circuit.run(async (call) => {
      const trying = { retries: !call.isProbe || call.failures === 0, check: call.check };
      if (call.isProbe) await this.#connect(trying);
      call.works();
      return this.#embed(batch, this.#connection!, trying);
    });
  }

  /** Ends all requests under way with `model-closed`. */
  stop(): void {
    this.#client[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
  }

  async #connect(trying: Trying): Promise<void> {
    const { choice, image, logger } = this.#options;
    const metadata = await this.#client.metadata(trying);
    const { place } = this.#client;
    const signature = signatureOf(metadata, { sidePx: image.inputSizePx, place });
    const extensions = await this.#client.extensions(trying);
    const isBinary =
      choice.format === 'auto' ? extensions.includes('binary_tensor_data') : choice.format === 'binary';
    const told = extensions.includes('model_configuration') ? await this.#client.maxBatchSize(trying) : null;
    const connection: Connection = {
      signature,
      encode: encoderOf({ image, signature, isBinary }),
      maxBatch: Math.min(choice.batch, signature.fixedBatch ?? choice.batch, told ?? choice.batch),
      told: toldBy(metadata, signature, choice),
      version: undefined,
    };
    await this.#verify(connection, trying);
    if (this.#connection === null) {
      const { versions, platform } = metadata;
      const format = isBinary ? 'binary' : 'json';
      const about = { url: place, versions, platform, format, batch: connection.maxBatch };
      logger.info(about, 'a server embeds the pictures');
    }
    this.#connection = connection;
  }

  /** @throws RemoteFailure `remote-mismatch` when the server's network is not the local one, or not the one before */
  async #verify(connection: Connection, trying: Trying): Promise<void> {
    const { image, embedHere, localPath } = this.#options;
    const { place } = this.#client;
    const pictures = testPictures(image.inputSizePx);
    const vectors = await this.#embed(pictures, connection, trying);
    const identity = sha256([...connection.told, connection.version]);
    const before = this.#reference;
    if (before) {
      const isSame =
        before.identity === identity && likeness(vectors, before.vectors) >= MIN_LIKENESS_TO_BEFORE;
      if (!isSame) throw changed(place);
      return;
    }
    if (this.#local === undefined) this.#local = await embedHere(pictures);
    const found = this.#local && likeness(vectors, this.#local);
    if (found !== null && !(found >= MIN_LIKENESS_TO_LOCAL)) {
      throw new RemoteFailure(
        'remote-mismatch',
        `${place} serves another model than ${localPath}: their vectors of the same pictures have a cosine of ${found.toFixed(2)}`,
        {
          userInput: true,
          hint: 'model.name has to name the model that the server serves, whose texts are embedded here. If it does, and the weights here are quantised, compare with others: model.dtype.',
        },
      );
    }
    this.#reference = { identity, vectors };
  }

  async #embed(
    { pixels, count }: ImageBatch,
    connection: Connection,
    trying: Trying,
  ): Promise<Float32Array[]> {
    const bytes = this.#options.image.inputSizePx ** 2 * 3;
    const parts = evenParts(count, { workers: 1, maxBatch: connection.maxBatch }).map(({ from, size }) => {
      const part = pixels.subarray(from * bytes, (from + size) * bytes);
      return this.#slots.use(() => this.#infer({ pixels: part, count: size }, connection, trying));
    });
    return (await Promise.all(parts)).flat();
  }

  async #infer(
    { pixels, count }: ImageBatch,
    connection: Connection,
    trying: Trying,
  ): Promise<Float32Array[]> {
    trying.check();
    const { place } = this.#client;
    const { dimension } = this.#options;
    const { output, fixedBatch } = connection.signature;
    const rows = fixedBatch ?? count;
    const request = connection.encode(pixels, { count, rows });
    const { headers, body } = await this.#client.infer(request, rows, trying);
    const jsonLength = headers.get(JSON_LENGTH);
    const { values, version } = decodeAnswer(body, { jsonLength, output, rows, dimension, place });
    if (values.length !== rows * dimension) throw wrongDimension(values.length / rows, this.#options, place);
    if (connection.version === undefined) connection.version = version;
    if (version !== connection.version) throw changed(place);
    return rowsOf(unitRows(values.subarray(0, count * dimension), count, place), count);
  }
}

function toldBy(
  { name, versions, platform }: ModelMetadata,
  { input, output }: Signature,
  { url }: RemoteChoice,
): unknown[] {
  // Some servers list all versions, whichever was asked for.
  const asked = /\/versions\/([^/]+)$/.exec(url)?.[1] ?? null;
  return [name, versions ?? [], platform ?? '', input.datatype, output.datatype, asked];
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function changed(place: string): RemoteFailure {
  return new RemoteFailure('remote-mismatch', `${place} serves another model than it did at the start`, {
    hint: 'Start wordwatch again to use it: thresholds that were measured with the other one do not hold for it.',
  });
}

function wrongDimension(
  found: number,
  { dimension, localPath }: RemoteImagesOptions,
  place: string,
): RemoteFailure {
  return new RemoteFailure(
    'remote-mismatch',
    `${place} gives vectors of ${found} dimensions, the texts of ${localPath} have ${dimension}`,
    { userInput: true, hint: 'model.name has to name the model that the server serves.' },
  );
}
