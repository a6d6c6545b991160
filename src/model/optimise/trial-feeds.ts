import type * as ort from 'onnxruntime-node';
import { MASK, PIXELS } from '../network.js';
import { dimsOf, tensorOf } from '../network-inputs.js';

/** Sizes that a network leaves free. */
export interface TrialSizes {
  pictures: number;
  sidePx: number;
  contextLength: number;
}

/**
 * Something to run a network with: pictures that are nothing in particular, with values from −2 to 2 as prepared pixels
 * have them; token ids that every vocabulary has, in one text; every mask 1 throughout.
 */
export function trialFeeds(
  inputs: readonly ort.InferenceSession.ValueMetadata[],
  { pictures, sidePx, contextLength }: TrialSizes,
): Record<string, ort.Tensor> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const input of inputs) {
    if (!input.isTensor) continue;
    const { name, type } = input;
    const dims = dimsOf(input, name === PIXELS ? [pictures, 3, sidePx, sidePx] : [1, contextLength]);
    const value =
      name === PIXELS
        ? (i: number) => 2 * Math.sin(i * 0.37 + (i / 1000) ** 2)
        : (i: number) => (name === MASK ? 1 : 2 + ((i * 37) % 90));
    const values = Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => value(i));
    feeds[name] = tensorOf(type, values, dims);
  }
  return feeds;
}
