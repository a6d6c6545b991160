import * as ort from 'onnxruntime-node';
import { WordwatchError } from '../shared/errors.js';
import { toHalf } from './half.js';
import type { Device } from './model-choice.js';
import { mismatch, type Network, openNetwork, PIXELS, runNetwork } from './network.js';
import { idleInputs } from './network-inputs.js';
import { FIXED_SIZE_HINT, type ImagePreparation } from './preparation.js';
import { normalisationTables, normalisePixels } from './preprocess.js';

/** What {@link ImageNetwork.open} needs. */
export interface ImageNetworkOptions {
  path: string;
  /** The same network as made for this machine (`optimise/`), where it was. */
  optimisedPath?: string | null;
  image: ImagePreparation;
  device: Device;
  threads: number;
}

/** The half of a model that turns pictures into vectors, in this thread. */
export class ImageNetwork {
  readonly #network: Network;
  readonly #sidePx: number;
  /** In half precision where the network takes that. */
  readonly #tables: (Float32Array | Uint16Array)[];
  readonly #type: 'float16' | 'float32';
  /** Pictures that the network takes at once, where it takes only so many. */
  readonly #fixedBatch: number | null;
  readonly #idle: Record<string, ort.Tensor>;
  /** Normalised pictures: kept, so that a batch allocates nothing large. */
  #planes: Float32Array | Uint16Array;

  private constructor(network: Network, { image }: ImageNetworkOptions) {
    const { shape, type } = network.inputs.get(PIXELS)!;
    const [batch, ...size] = shape;
    if (size.length !== 3) throw patches(network.path, shape);
    this.#network = network;
    this.#sidePx = image.inputSizePx;
    this.#type = type === 'float16' ? type : 'float32';
    const tables = normalisationTables(image);
    const halves = this.#type === 'float16';
    this.#tables = halves ? tables.map((table) => Uint16Array.from(table, toHalf)) : tables;
    this.#planes = halves ? new Uint16Array(0) : new Float32Array(0);
    this.#idle = idleInputs(network, { own: [PIXELS], sidePx: image.inputSizePx });
    this.#fixedBatch = typeof batch === 'number' ? batch : null;
    if (size.slice(1).some((side) => typeof side === 'number' && side !== image.inputSizePx)) {
      throw new WordwatchError(
        'model-corrupt',
        `${network.path} takes pictures of ${size.slice(1).join(' × ')} px, preprocessor_config.json says ${image.inputSizePx}`,
      );
    }
  }

  /** @throws WordwatchError `model-corrupt` */
  static async open(options: ImageNetworkOptions): Promise<ImageNetwork> {
    const { path, optimisedPath, device, threads } = options;
    const network = await openNetwork(path, {
      optimisedPath,
      device,
      threads,
      outputNames: ['image_embeds', 'pooler_output'],
    });
    if (!network.inputs.has(PIXELS)) throw mismatch(path, 'input', [PIXELS], network.inputs.keys());
    return new ImageNetwork(network, options);
  }

  /**
   * @param pixels count × S × S × 3 bytes, RGB
   * @returns count × dimension values, each vector of length 1
   * @throws WordwatchError `model-failed`, `model-invalid-output`
   */
  async embed(pixels: Uint8Array, count: number): Promise<Float32Array> {
    const batch = this.#fixedBatch;
    if (batch === null) return this.#run(pixels, count, count);
    const bytes = this.#sidePx ** 2 * 3;
    const parts: Float32Array[] = [];
    for (let from = 0; from < count; from += batch) {
      const part = Math.min(batch, count - from);
      parts.push(await this.#run(pixels.subarray(from * bytes, (from + part) * bytes), part, batch));
    }
    return concatenate(parts);
  }

  /** Embeds `count` pictures in a batch of `rows`; what is left of the batch holds any pictures. */
  async #run(pixels: Uint8Array, count: number, rows: number): Promise<Float32Array> {
    const side = this.#sidePx;
    const size = rows * 3 * side * side;
    if (this.#planes.length < size) {
      this.#planes = this.#type === 'float16' ? new Uint16Array(size) : new Float32Array(size);
    }
    const out = this.#planes.subarray(0, size);
    normalisePixels({ pixels, count, sidePx: side, tables: this.#tables, out });
    const tensor = new ort.Tensor(this.#type, out, [rows, 3, side, side]);
    const { vectors } = await runNetwork(this.#network, { ...this.#idle, [PIXELS]: tensor });
    return rows === count ? vectors : vectors.slice(0, (count * vectors.length) / rows);
  }
}

function patches(path: string, shape: readonly (number | string)[]): WordwatchError {
  return new WordwatchError(
    'model-unsupported',
    `${path} takes ${PIXELS} of ${shape.join(' × ')}, expected pictures × 3 × height × width`,
    { hint: FIXED_SIZE_HINT },
  );
}

/** Vectors of several batches, one after the other. */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}
