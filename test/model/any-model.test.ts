import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxEmbedder, type Dtype, type Embedder, openModelDirectory } from '../../src/model/index.js';
import { openTokenizer } from '../../src/model/tokenizer.js';
import { dot } from '../../src/rules/vectors.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { CLIP_TINY, copyClipTiny, readReference } from '../fixtures/clip-tiny.js';
import { identityNetwork } from '../fixtures/identity-network.js';
import { tinyModelPath } from '../fixtures/tiny-models.js';

const reference = readReference();
const VISION = 'onnx/vision_model.onnx';
const TEXT = 'onnx/text_model.onnx';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-any-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let copies = 0;
/** A copy of the small CLIP with these of its variants as its networks, and no others. */
function withNetworks(networks: Record<string, string>): string {
  const path = join(folder, `${copies++}`);
  cpSync(CLIP_TINY, path, { recursive: true, filter: (source) => !/variants|onnx|pictures/.test(source) });
  for (const [to, from] of Object.entries(networks)) cpSync(join(CLIP_TINY, from), join(path, to));
  return path;
}

async function open(path: string, dtype: Dtype | null = null): Promise<Embedder> {
  const directory = await openModelDirectory(path, { dtype });
  return createOnnxEmbedder({ directory, workers: 1, logger: createLogger({ level: 'silent' }) });
}

/** Vectors of the reference's pixels and texts. */
async function vectorsOf(path: string, dtype: Dtype | null) {
  await using embedder = await open(path, dtype);
  const { pixels, pixelVectors, textVectors, texts } = reference;
  return {
    pictures: await embedder.embedImages({ pixels, count: pixelVectors.length }),
    texts: await embedder.embedTexts(texts.slice(0, textVectors.length)),
  };
}

/** Cosines of vectors that should be the same. */
function cosines(vectors: readonly Float32Array[], expected: readonly ArrayLike<number>[]) {
  expect(vectors.length).toBe(expected.length);
  const all = vectors.map((vector, i) => dot(vector, Float32Array.from(expected[i]!)));
  return { worst: Math.min(...all), mean: all.reduce((sum, value) => sum + value, 0) / all.length };
}

const FP16 = {
  'onnx/vision_model_fp16.onnx': 'variants/vision_model_fp16.onnx',
  'onnx/text_model_fp16.onnx': 'variants/text_model_fp16.onnx',
};
const Q4 = {
  'onnx/vision_model_q4.onnx': 'variants/vision_model_q4.onnx',
  'onnx/text_model_q4.onnx': 'variants/text_model_q4.onnx',
};
const SINGLE = { 'onnx/model_fp16.onnx': 'variants/model_fp16.onnx' };

describe('weights of other kinds, against the whole ones', () => {
  it.each<[string, Record<string, string>]>([
    ['16 bits, at their ends, too', FP16],
    ['16 bits, both halves in one file', SINGLE],
  ])('%s', async (_, networks) => {
    const vectors = await vectorsOf(withNetworks(networks), 'fp16');
    expect(cosines(vectors.pictures, reference.pixelVectors).worst).toBeGreaterThan(0.999);
    expect(cosines(vectors.texts, reference.textVectors).worst).toBeGreaterThan(0.999);
  });

  it('4 bits, which cost a vector something of its direction', async () => {
    const vectors = await vectorsOf(withNetworks(Q4), 'q4');
    expect(cosines(vectors.pictures, reference.pixelVectors).mean).toBeGreaterThan(0.98);
    expect(cosines(vectors.texts, reference.textVectors).mean).toBeGreaterThan(0.98);
  });

  it('one file gives the same as two', async () => {
    const [one, two] = [
      await vectorsOf(withNetworks(SINGLE), null),
      await vectorsOf(withNetworks(FP16), null),
    ];
    expect(cosines(one.pictures, two.pictures).worst).toBeGreaterThan(0.9999);
    expect(cosines(one.texts, two.texts).worst).toBeGreaterThan(0.9999);
  });

  it('two files are taken before one', async () => {
    const path = withNetworks({ ...SINGLE, [VISION]: VISION, [TEXT]: TEXT });
    expect(await openModelDirectory(path)).toMatchObject({
      visionPath: join(path, VISION),
      textPath: join(path, TEXT),
    });
    const single = join(path, 'onnx/model_fp16.onnx');
    const chosen = { visionPath: single, textPath: single };
    expect(await openModelDirectory(path, { dtype: 'fp16' })).toMatchObject(chosen);
  });
});

describe('files of other shapes', () => {
  it('a processor_config.json, as newer exports have it', async () => {
    const path = copyClipTiny(join(folder, 'processor'));
    const preprocessor = JSON.parse(readFileSync(join(path, 'preprocessor_config.json'), 'utf8'));
    writeFileSync(
      join(path, 'processor_config.json'),
      JSON.stringify({ image_processor: { ...preprocessor, do_convert_rgb: null, pad_size: null } }),
    );
    const before = await openModelDirectory(path);
    rmSync(join(path, 'preprocessor_config.json'));
    expect((await openModelDirectory(path)).image).toEqual(before.image);
  });

  it.each<[string, (files: { tokenizer: Json; config: Json }) => void]>([
    [
      'merges as texts',
      ({ tokenizer }) => {
        tokenizer.model.merges = tokenizer.model.merges.map((pair: string[]) => pair.join(' '));
      },
    ],
    [
      'truncation and padding kept from training',
      ({ tokenizer }) => {
        tokenizer.truncation = { direction: 'Right', max_length: 20, strategy: 'LongestFirst', stride: 0 };
        tokenizer.padding = { strategy: { Fixed: 20 }, direction: 'Right', pad_id: 0, pad_token: '!' };
      },
    ],
    [
      'start and end put by RobertaProcessing',
      ({ tokenizer, config }) => {
        tokenizer.post_processor = {
          type: 'RobertaProcessing',
          sep: [config.eos_token, reference.endId],
          cls: [config.bos_token, reference.endId - 1],
          trim_offsets: false,
          add_prefix_space: false,
        };
      },
    ],
    ['no length', ({ config }) => delete config.model_max_length],
    [
      'tokens as objects, a length that is none',
      ({ config }) => {
        config.model_max_length = 1e30;
        config.pad_token = { content: config.pad_token, __type: 'AddedToken' };
      },
    ],
  ])('a tokenizer with %s gives the same ids', async (_, change) => {
    const path = copyClipTiny(join(folder, `tokenizer-${copies++}`));
    const read = (name: string): Json => JSON.parse(readFileSync(join(path, name), 'utf8'));
    const [tokenizer, config] = [read('tokenizer.json'), read('tokenizer_config.json')];
    change({ tokenizer, config });
    writeFileSync(join(path, 'tokenizer.json'), JSON.stringify(tokenizer));
    writeFileSync(join(path, 'tokenizer_config.json'), JSON.stringify(config));
    const opened = await openTokenizer(path, (await openModelDirectory(path)).text);
    const texts = reference.texts.slice(0, 200);
    expect(texts.map((text) => opened.encode(text))).toEqual(reference.ids.slice(0, 200));
    expect(opened.padId).toBe(reference.padId);
  });
});

describe('a model that does not fit', () => {
  it.each([
    [
      'halves with vectors of different lengths',
      (path: string) => cpSync(join(tinyModelPath('siglip-tiny'), VISION), join(path, VISION)),
      {
        code: 'model-corrupt',
        message: expect.stringContaining('its pictures have 16 dimensions, its texts 24'),
      },
    ],
    [
      'a vision network without its end',
      (path: string) =>
        writeFileSync(
          join(path, VISION),
          identityNetwork('pixel_values', 'last_hidden_state', ['batch', 3, 32, 32]),
        ),
      {
        code: 'model-corrupt',
        message: expect.stringMatching(/the output image_embeds or pooler_output, found last_hidden_state$/),
        hint: expect.stringContaining('with its projection'),
      },
    ],
    [
      'a vector a patch',
      (path: string) =>
        writeFileSync(
          join(path, VISION),
          identityNetwork('pixel_values', 'image_embeds', ['batch', 3, 32, 32]),
        ),
      {
        code: 'model-corrupt',
        message: expect.stringMatching(/image_embeds is float32 of 1 × 3 × 32 × 32, expected .*× dimension/),
      },
    ],
    [
      'patches of pictures of any shape',
      (path: string) =>
        writeFileSync(
          join(path, VISION),
          identityNetwork('pixel_values', 'image_embeds', ['batch', 256, 768]),
        ),
      {
        code: 'model-unsupported',
        message: expect.stringMatching(
          /vision_model\.onnx takes pixel_values of batch × 256 × 768, expected pictures/,
        ),
        hint: expect.stringContaining('NaFlex'),
      },
    ],
    [
      'an input that nobody knows',
      (path: string) =>
        writeFileSync(join(path, TEXT), identityNetwork('sentence', 'text_embeds', ['batch', 'sequence'])),
      {
        code: 'model-corrupt',
        message: expect.stringMatching(/the input input_ids or attention_mask, found sentence/),
      },
    ],
  ])('%s', async (_, damage, error) => {
    const path = copyClipTiny(join(folder, `misfit-${copies++}`));
    damage(path);
    const opening = open(path);
    await expect(opening).rejects.toMatchObject({ ...error, userInput: true });
    await expect(opening).rejects.toThrow(path);
  });

  it('a single file that lacks one of the halves', async () => {
    const path = withNetworks({ 'onnx/model.onnx': VISION });
    await expect(open(path)).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/model\.onnx: looked for the output text_embeds .*found image_embeds/),
    });
    renameSync(join(path, 'onnx/model.onnx'), join(path, 'onnx/decoder.onnx'));
    await expect(open(path)).rejects.toMatchObject({
      code: 'model-incomplete',
      message: expect.stringContaining(
        'looked for onnx/vision_model*.onnx or onnx/model*.onnx, found onnx/decoder.onnx',
      ),
    });
  });
});

// biome-ignore lint/suspicious/noExplicitAny: other programs' files, of many shapes.
type Json = any;
