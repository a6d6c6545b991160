import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createOnnxEmbedder,
  type Embedder,
  type ModelDirectory,
  openModelDirectory,
  readImageFile,
} from '../../src/model/index.js';
import { openTokenizer, type TextTokenizer } from '../../src/model/tokenizer.js';
import { dot } from '../../src/rules/vectors.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { CLIP_TINY, readReference } from '../fixtures/clip-tiny.js';

const reference = readReference();
const cosine = (a: Float32Array, b: readonly number[]) => dot(a, Float32Array.from(b));

let directory: ModelDirectory;
let embedder: Embedder;
let tokenizer: TextTokenizer;
beforeAll(async () => {
  directory = await openModelDirectory(CLIP_TINY);
  embedder = await createOnnxEmbedder({ directory, workers: 1, logger: createLogger({ level: 'silent' }) });
  tokenizer = await openTokenizer(CLIP_TINY, directory.text);
});
afterAll(() => embedder?.[Symbol.asyncDispose]());

describe('texts, against the reference', () => {
  it('makes the same ids of strings in many scripts', () => {
    const different = reference.texts.filter(
      (text, i) => JSON.stringify(tokenizer.encode(text)) !== JSON.stringify(reference.ids[i]),
    );
    expect(different).toEqual([]);
    expect(reference.texts.length).toBeGreaterThan(500);
  });

  it('cuts a text that is longer than the context and keeps its end token', () => {
    const ids = tokenizer.encode('fire '.repeat(300));
    expect(ids).toHaveLength(77);
    expect(ids.at(-1)).toBe(reference.endId);
    expect(ids.at(-2)).not.toBe(reference.endId);
  });

  it('names the padding of the model’s files', () => expect(tokenizer.padId).toBe(reference.endId));

  it('makes the same vectors', async () => {
    const texts = reference.texts.slice(0, reference.textVectors.length);
    const vectors = await embedder.embedTexts(texts);
    for (const [i, expected] of reference.textVectors.entries()) {
      expect(cosine(vectors[i]!, expected), texts[i]!).toBeGreaterThan(0.9999);
    }
  });
});

describe('pictures, against the reference', () => {
  it('makes the same vectors of the same pixels', async () => {
    const vectors = await embedder.embedImages({ pixels: reference.pixels, count: 7 });
    for (const [i, expected] of reference.pixelVectors.entries()) {
      expect(cosine(vectors[i]!, expected)).toBeGreaterThan(0.9999);
    }
  });

  it.each(reference.pictures.map((picture) => [picture.name, picture] as const))(
    '%s',
    async (name, picture) => {
      const file = join(CLIP_TINY, 'pictures', name);
      const cropped = await readImageFile(file, directory);
      expect(meanDifference(cropped, picture.crop)).toBeLessThan(0.1);
      const [vector] = await embedder.embedImages({ pixels: cropped, count: 1 });
      expect(cosine(vector!, picture.vector)).toBeGreaterThan(0.999);
      const squash = { ...directory.image, fit: { kind: 'squash' }, filter: 'bilinear' } as const;
      expect(meanDifference(await readImageFile(file, { image: squash }), picture.squash)).toBeLessThan(0.1);
    },
  );
});

/** Levels of 0…255. */
function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}
