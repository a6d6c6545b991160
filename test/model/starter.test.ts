import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createOnnxEmbedder,
  type Embedder,
  type ModelDirectory,
  openModelDirectory,
  readImageFile,
  STARTER,
} from '../../src/model/index.js';
import { openTokenizer } from '../../src/model/tokenizer.js';
import { dot } from '../../src/rules/vectors.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { openTestModel } from '../fixtures/open-model.js';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
// Made by models/starter/training/reference.py.
const reference = JSON.parse(readFileSync(fixture('starter-reference.json'), 'utf8'));
const logger = createLogger({ level: 'silent' });

let directory: ModelDirectory;
let embedder: Embedder;
beforeAll(async () => {
  ({ directory, embedder } = await openTestModel(STARTER, { workers: 2 }));
});
afterAll(() => embedder[Symbol.asyncDispose]());

const cosine = (a: Float32Array, b: readonly number[]) => dot(a, Float32Array.from(b));

/** The pictures of reference.py: value i of picture p is (i·31 + p·101 + i²) mod 256, i counting through all. */
function seededPictures(): Uint8Array {
  const bytes = directory.image.inputSizePx ** 2 * 3;
  return Uint8Array.from({ length: 3 * bytes }, (_, i) => {
    const picture = Math.floor(i / bytes);
    return (((i * 31) % 256) + picture * 101 + (i % 256) * (i % 256)) % 256;
  });
}

describe('the starter, against its reference', () => {
  it('makes the same token ids of every text', async () => {
    const tokenizer = await openTokenizer(directory.path, directory.text);
    for (const { text, ids } of reference.texts) expect(tokenizer.encode(text), text).toEqual(ids);
  });

  it('makes the same vectors of texts', async () => {
    const vectors = await embedder.embedTexts(reference.texts.map(({ text }: { text: string }) => text));
    for (const [i, { vector, text }] of reference.texts.entries())
      expect(cosine(vectors[i]!, vector), text).toBeGreaterThan(0.9999);
  });

  it('makes the same vectors of the same pixels', async () => {
    const vectors = await embedder.embedImages({ pixels: seededPictures(), count: 3 });
    for (const [i, vector] of reference.seeded.entries())
      expect(cosine(vectors[i]!, vector)).toBeGreaterThan(0.9999);
  });

  it('reads a picture file as PIL does', async () => {
    const pixels = await readImageFile(fixture('yard.png'), directory);
    const side = directory.image.inputSizePx;
    const sampled: number[] = [];
    for (let y = 0; y < side; y += 16)
      for (let x = 0; x < side; x += 16)
        sampled.push(...pixels.subarray((y * side + x) * 3, (y * side + x) * 3 + 3));
    const difference =
      sampled.reduce((sum, value, i) => sum + Math.abs(value - reference.image.pixels[i]), 0) /
      sampled.length;
    expect(difference).toBeLessThan(2);
    const [vector] = await embedder.embedImages({ pixels, count: 1 });
    expect(cosine(vector!, reference.image.vector)).toBeGreaterThan(0.999);
  });
});

describe('the embedder', () => {
  it('keeps the order of many pictures over several workers', async () => {
    const bytes = directory.image.inputSizePx ** 2 * 3;
    const one = seededPictures();
    const pixels = new Uint8Array(new SharedArrayBuffer(30 * bytes));
    for (let i = 0; i < 30; i++) pixels.set(one.subarray((i % 3) * bytes, ((i % 3) + 1) * bytes), i * bytes);
    const vectors = await embedder.embedImages({ pixels, count: 30 });
    for (const [i, vector] of vectors.entries())
      expect(cosine(vector, reference.seeded[i % 3])).toBeGreaterThan(0.9999);
  });

  it('describes itself as a demonstration', () => {
    expect(embedder.describe()).toMatchObject({
      name: 'starter',
      demonstration: true,
      inputSizePx: 128,
      contextLength: 77,
      license: 'Apache-2.0',
    });
    expect(embedder.describe().notice).toMatch(/rendered/);
    expect(embedder.describe().modelHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives no vectors for no pictures, and none after it is closed', async () => {
    expect(await embedder.embedImages({ pixels: new Uint8Array(0), count: 0 })).toEqual([]);
    const other = await createOnnxEmbedder({ directory, workers: 1, logger });
    await other[Symbol.asyncDispose]();
    await expect(other.embedTexts(['x'])).rejects.toMatchObject({ code: 'model-closed' });
  });
});

describe('a damaged model directory', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wordwatch-model-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const copy = (name: string) => {
    const path = join(folder, name);
    cpSync(STARTER, path, { recursive: true, filter: (source) => !source.includes('training') });
    return path;
  };

  it('without its network: says what was looked for', async () => {
    const path = copy('no-vision');
    rmSync(join(path, 'onnx/vision_model_int8.onnx'));
    await expect(openModelDirectory(path)).rejects.toMatchObject({
      code: 'model-incomplete',
      message: expect.stringMatching(/onnx\/vision_model/),
    });
  });

  it('with a cut network: says which directory', async () => {
    const path = copy('cut');
    truncateSync(join(path, 'onnx/vision_model_int8.onnx'), 1000);
    const cut = await openModelDirectory(path);
    await expect(createOnnxEmbedder({ directory: cut, workers: 1, logger })).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining(path),
    });
  });

  it('with broken JSON: names the file', async () => {
    const path = copy('json');
    truncateSync(join(path, 'config.json'), 20);
    await expect(openModelDirectory(path)).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/config\.json/),
    });
  });
});
