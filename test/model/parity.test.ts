import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedder, type ModelDirectory, readImageFile } from '../../src/model/index.js';
import { openTokenizer, type TextTokenizer } from '../../src/model/tokenizer.js';
import { dot } from '../../src/rules/vectors.js';
import { openTestModel } from '../fixtures/open-model.js';
import { PICTURES, readTinyReference, TINY_MODELS, tinyModelPath } from '../fixtures/tiny-models.js';

describe.each(TINY_MODELS)('%s, against the reference', (model) => {
  const reference = readTinyReference(model);
  const path = tinyModelPath(model);
  const cosine = (a: Float32Array, b: readonly number[]) => dot(a, Float32Array.from(b));
  let directory: ModelDirectory;
  let embedder: Embedder;
  let tokenizer: TextTokenizer;
  beforeAll(async () => {
    ({ directory, embedder } = await openTestModel(path));
    tokenizer = await openTokenizer(path, directory.text);
  });
  afterAll(() => embedder?.[Symbol.asyncDispose]());

  it('makes the same ids of strings in all scripts', () => {
    const different = reference.texts.filter(
      (text, i) => JSON.stringify(tokenizer.encode(text)) !== JSON.stringify(reference.ids[i]),
    );
    expect(different).toEqual([]);
    expect(reference.texts.length).toBeGreaterThan(2800);
  });

  it('cuts a text that is longer than the context and keeps its end token', () => {
    const ids = tokenizer.encode('fire '.repeat(300));
    expect(ids).toHaveLength(model === 'clip-tiny' ? 77 : 64);
    expect(ids.at(-1)).toBe(reference.endId);
    expect(ids.at(-2)).not.toBe(reference.endId);
  });

  it('names the padding of the model’s files', () => expect(tokenizer.padId).toBe(reference.padId));

  it('makes the same vectors of texts', async () => {
    const texts = reference.texts.slice(0, reference.textVectors.length);
    const vectors = await embedder.embedTexts(texts);
    expect(texts.length).toBeGreaterThan(35);
    for (const [i, expected] of reference.textVectors.entries()) {
      expect(cosine(vectors[i]!, expected), texts[i]!).toBeGreaterThan(0.9999);
    }
  });

  it('makes the same vectors of the same pixels', async () => {
    const count = reference.pixelVectors.length;
    const vectors = await embedder.embedImages({ pixels: reference.pixels, count });
    for (const [i, expected] of reference.pixelVectors.entries()) {
      expect(cosine(vectors[i]!, expected)).toBeGreaterThan(0.9999);
    }
  });

  it.each(reference.pictures.map((picture) => [picture.name, picture] as const))(
    '%s',
    async (name, picture) => {
      const file = join(PICTURES, name);
      const pixels = await readImageFile(file, directory);
      // The bound that a picture has to keep is 2; decoders and filters that agree to the bit keep this one.
      expect(meanDifference(pixels, picture.pixels)).toBeLessThan(0.1);
      const [vector] = await embedder.embedImages({ pixels, count: 1 });
      expect(cosine(vector!, picture.vector)).toBeGreaterThan(0.999);
      if (picture.squash) {
        const squash = { ...directory.image, fit: { kind: 'squash' }, filter: 'bilinear' } as const;
        expect(meanDifference(await readImageFile(file, { image: squash }), picture.squash)).toBeLessThan(
          0.1,
        );
      }
    },
  );
});

/** Levels of 0…255. */
function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}
