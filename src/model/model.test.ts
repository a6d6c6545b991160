import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { cgroupCpuLimit } from './cpus.js';
import { openModelDirectory } from './directory.js';
import { ModelConfig, PreprocessorConfig } from './files.js';
import { evenParts } from './onnx-images.js';
import { imagePreparationOf, textPreparationOf } from './preparation.js';
import { normalisationTables, normalisePixels } from './preprocess.js';
import { resample } from './resample.js';
import { unknownWords } from './unknown-words.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder with these files. */
function folderOf(files: Record<string, string | object>): string {
  const folder = mkdtempSync(join(tmpdir(), 'wordwatch-model-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const CLIP = {
  'config.json': { model_type: 'clip' },
  'preprocessor_config.json': {
    size: 224,
    crop_size: 224,
    do_center_crop: true,
    image_mean: [0.48, 0.46, 0.41],
    image_std: [0.27, 0.26, 0.28],
  },
  'tokenizer.json': {},
  'tokenizer_config.json': { model_max_length: 77 },
  'onnx/vision_model.onnx': 'fp32 vision',
  'onnx/text_model.onnx': 'fp32 text',
};

describe('openModelDirectory', () => {
  it('prefers int8, then the hub’s other names; a dtype picks one', async () => {
    const path = folderOf({
      ...CLIP,
      'onnx/vision_model_quantized.onnx': 'q',
      'onnx/vision_model_int8.onnx': 'i',
    });
    const byDefault = await openModelDirectory(path);
    expect(byDefault.visionPath).toBe(join(path, 'onnx/vision_model_int8.onnx'));
    expect(byDefault.textPath).toBe(join(path, 'onnx/text_model.onnx'));
    const fp32 = await openModelDirectory(path, { dtype: 'fp32' });
    expect(fp32.visionPath).toBe(join(path, 'onnx/vision_model.onnx'));
    expect(fp32.modelHash).not.toBe(byDefault.modelHash);
    await expect(openModelDirectory(path, { dtype: 'int8' })).rejects.toMatchObject({
      code: 'model-incomplete',
      message: expect.stringMatching(
        /looked for onnx\/text_model_int8\.onnx or onnx\/model_int8\.onnx, found onnx\/text_model\.onnx, onnx\/vision_model/,
      ),
    });
  });

  it('hashes the weights, also those in a second file, and nothing else', async () => {
    const hashOf = async (files: Record<string, string | object>) =>
      (await openModelDirectory(folderOf({ ...CLIP, ...files }))).modelHash;
    const plain = await hashOf({});
    expect(await hashOf({ 'README.md': 'x' })).toBe(plain);
    expect(await hashOf({ 'onnx/text_model.onnx': 'other' })).not.toBe(plain);
    expect(await hashOf({ 'onnx/text_model.onnx_data': 'more' })).not.toBe(plain);
  });

  it.each([
    ['nothing learned in the files: CLIP’s', {}, 100],
    [
      'where training began is not where it ended',
      { 'config.json': { model_type: 'clip', logit_scale_init_value: 2.66 } },
      100,
    ],
    ['a learned logarithm', { 'config.json': { model_type: 'clip', logit_scale: Math.log(50) } }, 50],
    ['SigLIP’s', { 'config.json': { model_type: 'siglip' } }, 117],
    ['the card’s', { 'wordwatch.json': { name: 'mine', logitScale: 18 } }, 18],
  ])('logit scale: %s', async (_, files, expected) => {
    const { logitScale } = await openModelDirectory(folderOf({ ...CLIP, ...files }));
    expect(logitScale).toBeCloseTo(expected, 6);
  });

  it.each([
    ['preprocessor_config.json', { size: 'large' }, /preprocessor_config\.json cannot be read: .*size/],
    ['preprocessor_config.json', { size: { height: 224, width: 336 } }, /names no square input size/],
    ['preprocessor_config.json', { size: 224 }, /no image_mean/],
    ['tokenizer.json', '', /tokenizer\.json is empty/],
    ['config.json', '{"model_type":', /config\.json cannot be read/],
    ['wordwatch.json', { demonstration: true }, /wordwatch\.json cannot be read: .*name/],
    ['onnx/text_model.onnx', '', /text_model\.onnx is empty/],
  ])('%s broken: says so', async (name, content, message) => {
    await expect(openModelDirectory(folderOf({ ...CLIP, [name]: content }))).rejects.toMatchObject({
      code: 'model-corrupt',
      userInput: true,
      message: expect.stringMatching(message),
    });
  });

  it('does not take a model that cuts pictures of any shape into patches', async () => {
    const naflex = { image_processor_type: 'Siglip2ImageProcessor', patch_size: 16, max_num_patches: 256 };
    await expect(
      openModelDirectory(folderOf({ ...CLIP, 'preprocessor_config.json': naflex })),
    ).rejects.toMatchObject({
      code: 'model-unsupported',
      userInput: true,
      message: expect.stringMatching(/wordwatch-model.*up to 256 patches/),
      hint: expect.stringContaining('fixed input size'),
    });
  });

  it('lists what it found instead of a missing file', async () => {
    const { 'tokenizer.json': _, ...rest } = CLIP;
    await expect(openModelDirectory(folderOf(rest))).rejects.toMatchObject({
      code: 'model-incomplete',
      message: expect.stringMatching(/looked for tokenizer\.json, found config\.json, onnx, preprocessor/),
    });
  });
});

describe('preparation', () => {
  const image = (preprocessor: object, config: object = {}) =>
    imagePreparationOf(
      PreprocessorConfig.parse({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], ...preprocessor }),
      ModelConfig.parse(config),
    );

  it.each([
    [
      'CLIP, old style',
      { size: 224, crop_size: 224, do_center_crop: true },
      224,
      { kind: 'crop', shortestEdgePx: 224 },
    ],
    [
      'CLIP, with room around the crop',
      { size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 }, do_center_crop: true },
      224,
      { kind: 'crop', shortestEdgePx: 256 },
    ],
    [
      'MobileCLIP, which is not normalised',
      {
        size: { shortest_edge: 256 },
        crop_size: { height: 256, width: 256 },
        do_center_crop: true,
        do_normalize: false,
        resample: 2,
        image_mean: null,
        image_std: null,
      },
      256,
      { kind: 'crop', shortestEdgePx: 256 },
    ],
    ['SigLIP', { size: { height: 384, width: 384 } }, 384, { kind: 'squash' }],
    [
      'a crop that is switched off',
      { size: 224, crop_size: 200, do_center_crop: false },
      224,
      { kind: 'squash' },
    ],
  ])('%s', (_, preprocessor, inputSizePx, fit) => {
    expect(image(preprocessor)).toMatchObject({ inputSizePx, fit });
  });

  it('falls back on the network’s own input size', () => {
    expect(image({}, { vision_config: { image_size: 160 } }).inputSizePx).toBe(160);
  });

  it('leaves pixels alone where the files say so', () => {
    const plain = image({ size: 64, do_normalize: false, do_rescale: false, resample: 2 });
    expect(plain).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1], filter: 'bilinear' });
  });

  it('SigLIP’s texts are lower case and always padded, and a tokenizer’s 1e30 is no length', () => {
    const config = { model_type: 'siglip', text_config: { pad_token_id: 1 } };
    expect(textPreparationOf(config, { model_max_length: 1e30 })).toEqual({
      contextLength: 64,
      cleaning: 'lower-case',
      padId: 1,
      alwaysPad: true,
    });
  });

  it('knows the tokenizers that clean more than they say', () => {
    const cleaning = (model_type: string, tokenizer: { tokenizer_class: string }) =>
      textPreparationOf({ model_type }, tokenizer).cleaning;
    expect(cleaning('siglip', { tokenizer_class: 'SiglipTokenizer' })).toBe('siglip');
    expect(cleaning('siglip', { tokenizer_class: 'GemmaTokenizer' })).toBe('lower-case');
    expect(cleaning('clip', { tokenizer_class: 'CLIPTokenizer' })).toBe('none');
  });
});

describe('pixels', () => {
  it('become planes of normalised values', () => {
    const tables = normalisationTables({ scale: 1 / 255, mean: [0, 0.5, 1], std: [1, 0.5, 0.25] });
    const out = new Float32Array(12);
    const pixels = Uint8Array.from([0, 0, 0, 255, 255, 255, 255, 0, 255, 0, 255, 0]);
    normalisePixels({ pixels, count: 1, sidePx: 2, tables, out });
    expect([...out]).toEqual([0, 1, 1, 0, -1, 1, -1, 1, -4, 0, 0, -4]);
  });

  it('a picture of one colour keeps it, whatever the sizes and the filter', () => {
    const side = fc.integer({ min: 1, max: 40 });
    const filter = fc.constantFrom('nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming');
    const colour = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        filter,
        colour,
        (width, height, widthPx, heightPx, filter, value) => {
          const pixels = new Uint8Array(width * height * 3).fill(value);
          const result = resample(
            { pixels, widthPx: width, heightPx: height },
            { widthPx, heightPx, filter },
          );
          expect(result.pixels).toEqual(new Uint8Array(widthPx * heightPx * 3).fill(value));
        },
      ),
    );
  });
});

describe('evenParts', () => {
  it('covers every picture once, in order, in shares as even as can be, none over 8', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 16 }), (count, workers) => {
        const parts = evenParts(count, { workers });
        const all = parts.flatMap(({ from, size }) => Array.from({ length: size }, (_, i) => from + i));
        expect(all).toEqual(Array.from({ length: count }, (_, i) => i));
        const sizes = parts.map(({ size }) => size);
        if (count > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(sizes.every((size) => size >= 1 && size <= 8)).toBe(true);
        expect(parts.length).toBeGreaterThanOrEqual(Math.min(workers, Math.floor(count / 4)));
      }),
    );
  });
});

describe('cgroupCpuLimit', () => {
  it.each([
    ['a container', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
    [
      'the tightest of the groups around',
      {
        'proc/self/cgroup': '0::/a/b\n',
        'sys/fs/cgroup/a/b/cpu.max': 'max 100000\n',
        'sys/fs/cgroup/a/cpu.max': '200000 100000\n',
      },
      2,
    ],
    [
      'version 1',
      {
        'proc/self/cgroup': '4:memory:/x\n3:cpu,cpuacct:/x\n',
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '400000\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      4,
    ],
    [
      'version 1 without a limit',
      {
        'proc/self/cgroup': '3:cpu:/\n',
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      Number.POSITIVE_INFINITY,
    ],
    ['no groups', {}, Number.POSITIVE_INFINITY],
  ])('%s', (_, files, expected) => expect(cgroupCpuLimit(folderOf(files))).toBe(expected));
});

describe('unknownWords', () => {
  it('names each unknown word once, in order', () => {
    const known = ['a', 'fire', 'in', 'the', 'yard'];
    expect(unknownWords(['a Fire in the barn', 'the barn, the zeppelin'], known)).toEqual([
      'barn',
      'zeppelin',
    ]);
  });

  it('takes words of other scripts as a whole', () => {
    expect(unknownWords(['आग लगी है'], ['है'])).toEqual(['आग', 'लगी']);
  });
});
