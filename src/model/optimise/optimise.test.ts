import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../telemetry/logger.js';
import { openNetwork } from '../network.js';
import { SESSION_OPTIONS } from '../session-options.js';
import { onlyFor } from './one-half.js';
import { type OptimiseOptions, optimisedNetwork } from './optimised-network.js';
import { withSignedWeights } from './signed-weights.js';
import { trialFeeds } from './trial-feeds.js';

// The vision network of clip-tiny as the hub's `_quantized` files are: unsigned weights (make-model-fixtures.py).
const QUANTISED = fileURLToPath(new URL('../../../test/fixtures/quantised-vision.onnx', import.meta.url));
const WHOLE = fileURLToPath(
  new URL('../../../test/fixtures/clip-tiny/onnx/vision_model.onnx', import.meta.url),
);
const VARIANTS = fileURLToPath(new URL('../../../test/fixtures/clip-tiny/variants', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-optimise-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function pictures(seed: number): Record<string, ort.Tensor> {
  const values = Float32Array.from({ length: 3 * 3 * 32 * 32 }, (_, i) => 2 * Math.sin(seed + i * 0.7));
  return { pixel_values: new ort.Tensor('float32', values, [3, 3, 32, 32]) };
}

function bytesOf(outputs: ort.InferenceSession.ReturnType): Buffer {
  const { buffer, byteOffset, byteLength } = outputs.image_embeds!.data as Float32Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

describe('unsigned weights made signed', () => {
  it('give the same vectors, bit for bit', async () => {
    const before = readFileSync(QUANTISED);
    const after = withSignedWeights(before)!;
    const sessions = await Promise.all(
      [before, after].map((network) => ort.InferenceSession.create(network, SESSION_OPTIONS)),
    );
    for (let seed = 0; seed < 20; seed++) {
      const [one, other] = await Promise.all(sessions.map((session) => session.run(pictures(seed))));
      expect(Buffer.compare(bytesOf(one!), bytesOf(other!)), `seed ${seed}`).toBe(0);
    }
    // Nothing unsigned is left to do.
    expect(withSignedWeights(after)).toBeNull();
  });

  it('are not looked for in a network that is not quantised, nor in what is no network', () => {
    expect(withSignedWeights(readFileSync(WHOLE))).toBeNull();
    expect(() => withSignedWeights(Buffer.from('<!doctype html> not a model'))).toThrow();
  });
});

describe('an optimised network', () => {
  function optimise(path: string, options: Partial<OptimiseOptions> = {}) {
    const logger = createLogger({ level: 'silent' });
    const trial = () => pictures(1);
    return optimisedNetwork(path, { hash: 'a', folder, trial, worthwhileBytes: 0, logger, ...options });
  }

  it('is made once, gives the same vectors, and goes when the weights are others', async () => {
    const { path, reason } = await optimise(QUANTISED);
    expect(reason).toBeNull();
    const madeMs = statSync(path!).mtimeMs;
    expect((await optimise(QUANTISED)).path).toBe(path);
    expect(statSync(path!).mtimeMs).toBe(madeMs);

    const original = await ort.InferenceSession.create(QUANTISED);
    const optimised = await ort.InferenceSession.create(path!, { graphOptimizationLevel: 'disabled' });
    const vectors = (await original.run(pictures(7))).image_embeds!.data;
    expect((await optimised.run(pictures(7))).image_embeds!.data).toEqual(vectors);

    const other = await optimise(QUANTISED, { hash: 'b' });
    expect(existsSync(path!)).toBe(false);
    expect(readdirSync(folder)).toHaveLength(2);
    rmSync(other.path!);
    await optimise(QUANTISED, { hash: 'b' });
    expect(existsSync(other.path!)).toBe(true);
  });

  it('is made of either half of a file that holds both', async () => {
    const sizes = { pictures: 2, sidePx: 32, contextLength: 9 };
    const trial: OptimiseOptions['trial'] = (inputs) => trialFeeds(inputs, sizes);
    const single = join(VARIANTS, 'model_fp16.onnx');
    const halves = { image_embeds: ['pixel_values'], text_embeds: ['input_ids', 'attention_mask'] };
    for (const [output, inputs] of Object.entries(halves)) {
      const { path, reason } = await optimise(single, { trial, output });
      expect(reason).toBeNull();
      const { inputNames, outputNames } = await ort.InferenceSession.create(path!);
      expect({ inputNames, outputNames }).toEqual({ inputNames: inputs, outputNames: [output] });
    }
    // One half does not take the other's place: two files and what was found of each.
    expect(readdirSync(folder)).toHaveLength(4);
  });

  it('is cut down to what an output needs, if there is anything else', () => {
    const both = readFileSync(join(VARIANTS, 'model_fp16.onnx'));
    const half = onlyFor('image_embeds', both)!;
    expect(half.length).toBeLessThan(both.length / 2);
    expect(onlyFor('image_embeds', half)).toBeNull();
    expect(() => onlyFor('image_embeds', Buffer.from('<!doctype html> not a model'))).toThrow();
  });

  it('is not made of small networks, of broken ones, or where nothing can be written', async () => {
    expect(await optimise(QUANTISED, { worthwhileBytes: 1e9 })).toMatchObject({ path: null });
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, readFileSync(QUANTISED).subarray(0, 10_000));
    expect(await optimise(broken)).toMatchObject({ path: null, reason: expect.stringMatching(/./) });
    const noFolder = join(broken, 'below-a-file');
    expect(await optimise(QUANTISED, { folder: noFolder })).toMatchObject({
      path: null,
      reason: expect.stringContaining('ENOTDIR'),
    });
  });

  it('may be lost or damaged: the original serves', async () => {
    const damaged = join(folder, 'damaged.onnx');
    writeFileSync(damaged, 'not a network');
    for (const optimisedPath of [damaged, join(folder, 'gone.onnx')]) {
      const options = { device: 'cpu', threads: 1, outputNames: ['image_embeds'] } as const;
      const { session } = await openNetwork(QUANTISED, { ...options, optimisedPath });
      expect(session.inputNames).toEqual(['pixel_values']);
    }
  });
});
