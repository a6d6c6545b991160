import * as ort from 'onnxruntime-node';
import { toHalf } from './half.js';
import { IDS, MASK, mismatch, type Network, type NetworkInput, PIXELS } from './network.js';

/** Numbers in the type that a network wants them in. */
export function tensorOf(type: string, values: readonly number[], dims: readonly number[]): ort.Tensor {
  switch (type) {
    case 'int32':
      return new ort.Tensor('int32', Int32Array.from(values), dims);
    case 'int64':
      return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
    case 'float16':
      return new ort.Tensor('float16', Uint16Array.from(values, toHalf), dims);
    default:
      return new ort.Tensor('float32', Float32Array.from(values), dims);
  }
}

/**
 * What a file that holds both halves of a model has to be given for the half that is not asked: the least that it takes.
 * The runtime computes all of the file in any case; `optimise/` cuts large ones in two.
 * @param own inputs that the half gives itself
 * @param sidePx side of the pictures
 * @returns nothing for a file that holds one half
 * @throws WordwatchError `model-corrupt` when the file wants anything else
 */
export function idleInputs(
  { path, inputs }: Network,
  { own, sidePx }: { own: readonly string[]; sidePx: number },
): Record<string, ort.Tensor> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, input] of inputs) {
    if (own.includes(name)) continue;
    if (![PIXELS, IDS, MASK].includes(name)) throw mismatch(path, 'input', own, inputs.keys());
    const dims = dimsOf(input, name === PIXELS ? [1, 3, sidePx, sidePx] : [1, 1]);
    const size = dims.reduce((a, b) => a * b);
    feeds[name] = tensorOf(input.type, Array(size).fill(name === MASK ? 1 : 0), dims);
  }
  return feeds;
}

/** An input's fixed sizes, and these where it leaves them free. */
export function dimsOf({ shape }: Pick<NetworkInput, 'shape'>, free: readonly number[]): number[] {
  return free.map((size, i) => {
    const fixed = shape[i];
    return typeof fixed === 'number' ? fixed : size;
  });
}
