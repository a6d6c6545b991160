import { once } from 'node:events';
import { appendFileSync, cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxEmbedder, type Embedder, openModelDirectory, withHealth } from '../../src/model/index.js';
import type { OnnxEmbedderOptions } from '../../src/model/onnx-embedder.js';
import { dot } from '../../src/rules/vectors.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { CLIP_TINY, copyClipTiny, readReference } from '../fixtures/clip-tiny.js';

const reference = readReference();
const bytes = 32 * 32 * 3;
const cosine = (a: Float32Array, b: readonly number[]) => dot(a, Float32Array.from(b));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-embedder-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const open: Embedder[] = [];
afterEach(async () => {
  for (const embedder of open.splice(0)) await embedder[Symbol.asyncDispose]();
});

async function openEmbedder(path = CLIP_TINY, options: Partial<OnnxEmbedderOptions> = {}): Promise<Embedder> {
  const directory = await openModelDirectory(path);
  const logger = createLogger({ level: 'silent' });
  const embedder = await createOnnxEmbedder({ directory, logger, workers: 2, ...options });
  open.push(embedder);
  return embedder;
}

let copies = 0;
const variant = (replaced: Record<string, string> = {}) =>
  copyClipTiny(join(folder, `${copies++}`), replaced);

/** `count` pictures: the reference's seven, again and again. */
function pictures(count: number): Uint8Array {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * bytes));
  for (let i = 0; i < count; i++)
    pixels.set(reference.pixels.subarray((i % 7) * bytes, ((i % 7) + 1) * bytes), i * bytes);
  return pixels;
}

function expectInOrder(vectors: readonly Float32Array[], count: number): void {
  expect(vectors).toHaveLength(count);
  for (const [i, vector] of vectors.entries()) {
    expect(cosine(vector, reference.pixelVectors[i % 7]!), `picture ${i}`).toBeGreaterThan(0.9999);
  }
}

/** Threads that start while `act` runs, and when each ends. */
async function threadsOf(act: () => Promise<unknown>): Promise<{ worker: Worker; exit: Promise<unknown> }[]> {
  const started: { worker: Worker; exit: Promise<unknown> }[] = [];
  const note = (worker: Worker) => void started.push({ worker, exit: once(worker, 'exit') });
  process.on('worker', note);
  await act();
  process.off('worker', note);
  return started;
}

describe('pictures', () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await openEmbedder();
    open.length = 0; // all tests of this block use it
  });
  afterAll(() => embedder[Symbol.asyncDispose]());

  it('come back in order, however many and from however many calls at once', async () => {
    const counts = [1, 2, 3, 11, 64];
    const results = await Promise.all(
      counts.map((count) => embedder.embedImages({ pixels: pictures(count), count })),
    );
    for (const [i, count] of counts.entries()) expectInOrder(results[i]!, count);
  });

  it('need not lie in shared memory', async () => {
    const pixels = Uint8Array.from(pictures(9)).subarray(bytes * 2);
    const vectors = await embedder.embedImages({ pixels, count: 7 });
    expect(cosine(vectors[0]!, reference.pixelVectors[2]!)).toBeGreaterThan(0.9999);
    expect(pixels.length).toBe(7 * bytes); // not taken away
  });

  it('must be as many as said', async () => {
    const wrong = embedder.embedImages({ pixels: new Uint8Array(bytes), count: 2 });
    await expect(wrong).rejects.toMatchObject({ code: 'model-invalid-input' });
  });

  it('go through a network that takes one at a time', async () => {
    const embedder = await openEmbedder(
      variant({ 'onnx/vision_model.onnx': 'variants/vision-fixed-batch.onnx' }),
    );
    expectInOrder(await embedder.embedImages({ pixels: pictures(11), count: 11 }), 11);
  });
});

describe('workers that are killed', () => {
  // What is killed is idle: a thread that is killed inside onnxruntime takes the process with it.
  it('are replaced, and no picture is lost', async () => {
    let embedder: Embedder | undefined;
    const workers = await threadsOf(async () => {
      embedder = await openEmbedder();
    });
    expect(workers).toHaveLength(3); // two for pictures, one for texts
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
    const replacements = await threadsOf(async () => {
      const calls = [5, 16].map((count) => embedder!.embedImages({ pixels: pictures(count), count }));
      expectInOrder(await calls[0]!, 5);
      expectInOrder(await calls[1]!, 16);
      expect(await embedder!.embedTexts(['a word that comes after'])).toHaveLength(1);
    });
    expect(replacements).toHaveLength(3);
  });

  it('cannot be replaced while the model’s files are gone: an error, told as long as it lasts, and no vectors', async () => {
    const path = variant();
    let embedder: Embedder | undefined;
    const workers = await threadsOf(async () => {
      embedder = await openEmbedder(path, { workers: 1 });
    });
    rmSync(join(path, 'onnx'), { recursive: true });
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
    const watched = withHealth(embedder!);
    const embed = () => watched.embedder.embedImages({ pixels: pictures(1), count: 1 });
    await expect(embed()).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringContaining('vision_model.onnx'),
    });
    expect(watched.health.reason()).toContain('vision_model.onnx');
    cpSync(join(CLIP_TINY, 'onnx'), join(path, 'onnx'), { recursive: true });
    expectInOrder(await embed(), 1);
    expect(watched.health.reason()).toBeNull();
  });

  it('end with the embedder, also in the middle of their work', async () => {
    const embedder = await openEmbedder();
    const outcomes = Promise.allSettled(
      Array.from({ length: 50 }, () => embedder.embedImages({ pixels: pictures(32), count: 32 })),
    );
    await embedder[Symbol.asyncDispose]();
    for (const outcome of await outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'model-closed' });
    }
    await expect(embedder.embedTexts(['x'])).rejects.toMatchObject({ code: 'model-closed' });
  });
});

describe('texts', () => {
  it('are remembered, also when the text network has been put away', async () => {
    let embedder: Embedder | undefined;
    const workers = await threadsOf(async () => {
      embedder = await openEmbedder(CLIP_TINY, { workers: 1, cachedTexts: 3, textIdleTimeoutMs: 50 });
    });
    await Promise.any(workers.map(({ exit }) => exit));
    const [first] = await embedder!.embedTexts(['fire', 'smoke', 'fire']);
    first!.fill(0); // what one caller does to its vectors must not reach the next
    const started = await threadsOf(async () => {
      const [again] = await embedder!.embedTexts(['fire']);
      expect(Math.hypot(...again!)).toBeCloseTo(1);
    });
    expect(started).toHaveLength(0);
  });

  it('are kept on disk for the same model, and made again for another or when the disk’s are unreadable', async () => {
    const textVectorsPath = join(folder, 'texts', 'vectors.db');
    const embedOnce = async (path: string) => {
      let vector: Float32Array | undefined;
      const started = await threadsOf(async () => {
        const embedder = await openEmbedder(path, { workers: 1, textVectorsPath });
        [vector] = await embedder.embedTexts(['fire']);
        await embedder[Symbol.asyncDispose]();
      });
      return { vector: vector!, threads: started.length };
    };
    const first = await embedOnce(CLIP_TINY);
    expect(first.threads).toBe(2); // one for pictures, one for texts
    expect(await embedOnce(CLIP_TINY)).toEqual({ vector: first.vector, threads: 1 });
    const other = variant();
    appendFileSync(join(other, 'tokenizer.json'), '\n');
    expect(await embedOnce(other)).toMatchObject({ threads: 2 });
    writeFileSync(textVectorsPath, 'no database '.repeat(1000));
    expect(await embedOnce(CLIP_TINY)).toEqual({ vector: first.vector, threads: 2 });
  });

  it('are padded to the context where the network sees its padding', async () => {
    const embedder = await openEmbedder(variant({ 'onnx/text_model.onnx': 'variants/text-mean.onnx' }));
    const vectors = await embedder.embedTexts(reference.texts.slice(0, reference.meanTextVectors.length));
    for (const [i, expected] of reference.meanTextVectors.entries()) {
      expect(cosine(vectors[i]!, expected), reference.texts[i]!).toBeGreaterThan(0.9999);
    }
  });
});

describe('a model that cannot be used', () => {
  it('gives no silent garbage: vectors that are no numbers are an error', async () => {
    const path = variant({ 'onnx/vision_model.onnx': 'variants/vision-nan.onnx' });
    await expect(openEmbedder(path)).rejects.toMatchObject({
      code: 'model-invalid-output',
      message: expect.stringContaining(path),
    });
  });

  it.each([
    [
      'cut weights',
      (path: string) => truncateSync(join(path, 'onnx/text_model.onnx'), 5000),
      /text_model\.onnx cannot be loaded/,
    ],
    [
      'weights that are none',
      (path: string) => writeFileSync(join(path, 'onnx/vision_model.onnx'), 'hello'),
      /vision_model\.onnx cannot be loaded/,
    ],
    [
      'a cut tokenizer',
      (path: string) => truncateSync(join(path, 'tokenizer.json'), 1000),
      /tokenizer\.json cannot be used/,
    ],
    [
      'a tokenizer that is none',
      (path: string) => writeFileSync(join(path, 'tokenizer.json'), '{}'),
      /tokenizer\.json cannot be used/,
    ],
    [
      'the halves exchanged',
      (path: string) => copyClipTiny(path, { 'onnx/vision_model.onnx': 'onnx/text_model.onnx' }),
      /vision_model\.onnx: looked for the output image_embeds or pooler_output, found text_embeds/,
    ],
  ])('%s', async (_, damage, message) => {
    const path = variant();
    damage(path);
    const opening = openEmbedder(path, { workers: 1 });
    await expect(opening).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(message),
    });
    await expect(opening).rejects.toMatchObject({ message: expect.stringContaining(path), userInput: true });
  });
});
