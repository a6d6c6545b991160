import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Embedder,
  openModelDirectory,
  openTextModelDirectory,
  type RemoteChoice,
  withHealth,
} from '../../src/model/index.js';
import { createRemoteEmbedder } from '../../src/model/remote/remote-embedder.js';
import { dot } from '../../src/rules/vectors.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { CLIP_TINY, copyClipTiny, readReference } from '../fixtures/clip-tiny.js';
import { type KserveFault, type KserveOptions, KserveServer } from '../fixtures/kserve.js';

const reference = readReference();
const bytes = 32 * 32 * 3;
const TOKEN = 'tok-en+secret/==';
const BINARY = ['binary_tensor_data', 'model_configuration'];

let folder: string;
/** A model without a vision network. */
let half: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-remote-'));
  half = copyClipTiny(join(folder, 'half'));
  rmSync(join(half, 'onnx/vision_model.onnx'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part[Symbol.asyncDispose]();
});

async function serve(options: Partial<KserveOptions> = {}): Promise<KserveServer> {
  const path = join(CLIP_TINY, 'onnx/vision_model.onnx');
  const server = await KserveServer.start({ path, sidePx: 32, extensions: BINARY, ...options });
  open.push(server);
  return server;
}

/** A clock that stands still until it is moved. */
class Hands {
  ms = 1_000_000;
  nowMs = () => this.ms;
}

interface Opening extends Partial<RemoteChoice> {
  path?: string;
  unreachable?: 'throw' | 'wait';
  clock?: Hands;
  signal?: AbortSignal;
}

async function openRemote(url: string, opening: Opening = {}) {
  const { path = half, unreachable = 'throw', clock, signal, ...choice } = opening;
  const opened = await createRemoteEmbedder({
    directory: await openTextModelDirectory(path),
    choice: { url, token: null, timeoutMs: 20_000, concurrency: 4, batch: 32, format: 'auto', ...choice },
    // With the vectors of texts on disk, no test needs the text network but the first.
    textVectorsPath: join(folder, 'texts.db'),
    ...{ device: 'cpu', optimisedTextPath: null, unreachable },
    logger: createLogger({ level: 'silent' }),
    ...(clock ? { clock } : {}),
    ...(signal ? { signal } : {}),
  });
  open.push(opened.embedder);
  return opened;
}

/** `count` pictures: the reference's seven, again and again. */
function pictures(count: number) {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * bytes));
  for (let i = 0; i < count; i++)
    pixels.set(reference.pixels.subarray((i % 7) * bytes, ((i % 7) + 1) * bytes), i * bytes);
  return { pixels, count };
}

function expectInOrder(vectors: readonly Float32Array[], count: number, above = 0.9999): void {
  expect(vectors).toHaveLength(count);
  for (const [i, vector] of vectors.entries()) {
    expect(Math.hypot(...vector)).toBeCloseTo(1);
    expect(dot(vector, Float32Array.from(reference.pixelVectors[i % 7]!)), `${i}`).toBeGreaterThan(above);
  }
}

const failing = (embedder: Embedder) => embedder.embedImages(pictures(1)).catch((error) => error);

describe('pictures that a server embeds', () => {
  it.each<[string, Partial<KserveOptions>, Opening, number]>([
    ['as bytes', {}, {}, 0.9999],
    ['as JSON where the server can no better', { extensions: [] }, {}, 0.9999],
    ['as JSON where that is wanted', {}, { format: 'json' }, 0.9999],
    ['as bytes where that is wanted', { extensions: [] }, { format: 'binary' }, 0.9999],
    ['with 16 bits', { input: { datatype: 'FP16' }, output: { datatype: 'FP16' } }, {}, 0.999],
    ['with 16 bits in', { input: { datatype: 'FP16' } }, {}, 0.999],
    ['with 16 bits in JSON', { input: { datatype: 'FP16' }, extensions: [] }, {}, 0.999],
    ['with sizes left open', { input: { shape: [-1, -1, -1, -1] } }, {}, 0.9999],
    ['under other names', { input: { name: 'x' }, output: { name: 'y' } }, {}, 0.9999],
    ['at a version', {}, { url: '/versions/3' }, 0.9999],
  ])('are those of the local network, %s', async (_, options, { url = '', ...opening }, above) => {
    const server = await serve(options);
    const { embedder, unready } = await openRemote(server.url + url, opening);
    expect(unready).toBeNull();
    expectInOrder(await embedder.embedImages(pictures(11)), 11, above);
    const wantsBinary = (opening.format ?? 'auto') === 'binary' || (options.extensions ?? BINARY).length > 0;
    expect(server.inferences.at(-1)!.isBinary).toBe(wantsBinary && opening.format !== 'json');
    expect(server.inferences.at(-1)!.path).toContain(`clip-image${url}/infer`);
  });

  it.each<[string, Partial<KserveOptions>, Opening, number]>([
    ['the configuration', {}, { batch: 5 }, 5],
    ['the server', { maxBatchSize: 3 }, {}, 3],
  ])('travel in no larger batches than %s says', async (_, options, opening, most) => {
    const server = await serve(options);
    const { embedder } = await openRemote(server.url, opening);
    expectInOrder(await embedder.embedImages(pictures(22)), 22);
    expect(Math.max(...server.inferences.map(({ batch }) => batch!))).toBe(most);
  });

  it('fill the batch of a network that takes so many and no other number', async () => {
    const server = await serve({ input: { shape: [4, 3, 32, 32] } });
    const { embedder } = await openRemote(server.url);
    expectInOrder(await embedder.embedImages(pictures(9)), 9);
    expect(new Set(server.inferences.map(({ batch }) => batch))).toEqual(new Set([4]));
  });

  it('keep their order over many calls at once, and come no faster than allowed', async () => {
    const server = await serve();
    const { embedder } = await openRemote(server.url, { concurrency: 3, batch: 4 });
    const counts = Array.from({ length: 40 }, (_, i) => 1 + (i % 9));
    const results = await Promise.all(counts.map((count) => embedder.embedImages(pictures(count))));
    for (const [i, count] of counts.entries()) expectInOrder(results[i]!, count);
    expect(server.mostAtOnce).toBeLessThanOrEqual(3);
  });

  it('must be as many as said', async () => {
    const { embedder } = await openRemote((await serve()).url);
    const wrong = embedder.embedImages({ pixels: new Uint8Array(bytes), count: 2 });
    await expect(wrong).rejects.toMatchObject({ code: 'model-invalid-input' });
    expectInOrder(await embedder.embedImages(pictures(1)), 1);
  });

  it('need no local vision network, and their weights are told apart from local ones and from each other', async () => {
    await expect(openModelDirectory(half)).rejects.toMatchObject({ code: 'model-incomplete' });
    const hashOf = async (options: Partial<KserveOptions>, opening: Opening, url = '') =>
      (await openRemote((await serve(options)).url + url, opening)).embedder.describe().modelHash;
    const hashes = [
      (await openModelDirectory(CLIP_TINY)).modelHash,
      await hashOf({}, {}),
      await hashOf({}, { path: CLIP_TINY }),
      await hashOf({ versions: ['2'] }, {}),
      await hashOf({ input: { datatype: 'FP16' } }, {}),
      await hashOf({}, {}, '/versions/1'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(await hashOf({}, {})).toBe(hashes[1]);
  });

  it('leave the texts where they were', async () => {
    const server = await serve();
    const { embedder } = await openRemote(server.url);
    const before = server.requests.length;
    const [vector] = await embedder.embedTexts([reference.texts[0]!]);
    expect(dot(vector!, Float32Array.from(reference.textVectors[0]!))).toBeGreaterThan(0.9999);
    expect(server.requests).toHaveLength(before);
  });
});

describe('a server with another model', () => {
  it.each<[string, Partial<KserveOptions>, string, RegExp]>([
    [
      'takes other pictures',
      { sidePx: 64 },
      'remote-unsuitable',
      /1? ?input of N × 3 × 32 × 32, found pixel_values \(-1 × 3 × 64/,
    ],
    ['takes other numbers', { input: { datatype: 'INT8' } }, 'remote-unsuitable', /pixel_values is INT8/],
    [
      'gives other vectors',
      { path: join(CLIP_TINY, 'variants/vision-nan.onnx') },
      'model-invalid-output',
      /vector of length NaN/,
    ],
  ])('%s', async (_, options, code, message) => {
    const { url } = await serve(options);
    await expect(openRemote(url)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused at the start, with what does not fit', async () => {
    const server = await serve();
    const path = CLIP_TINY;
    await openRemote(server.url, { path });
    server.isOther = true;
    for (const unreachable of ['throw', 'wait'] as const) {
      await expect(openRemote(server.url, { path, unreachable })).rejects.toMatchObject({
        code: 'remote-mismatch',
        message: expect.stringMatching(/serves another model than .*clip-tiny: .* cosine of -?0\.\d\d/),
        userInput: true,
      });
    }
  });

  it.each([
    ['other weights', { isOther: true }],
    ['another version', { version: '2' }],
  ])('in the place of the right one is refused when it comes back with %s', async (_, change) => {
    const server = await serve();
    const clock = new Hands();
    const { embedder } = await openRemote(server.url, { clock });
    server.faults.push({ kind: 'status', status: 500 });
    expect(await failing(embedder)).toMatchObject({ code: 'remote-failed' });
    Object.assign(server, change);
    clock.ms += 60_000;
    expect(await failing(embedder)).toMatchObject(CHANGED);
    Object.assign(server, { isOther: false, version: '1' });
    clock.ms += 60_000;
    expectInOrder(await embedder.embedImages(pictures(1)), 1);
  });

  it('in the place of the right one is seen by its version, also when it was never away', async () => {
    const server = await serve();
    const { embedder } = await openRemote(server.url);
    server.version = '2';
    expect(await failing(embedder)).toMatchObject(CHANGED);
  });
});

const CHANGED = {
  code: 'remote-mismatch',
  message: expect.stringContaining('another model than it did at the start'),
};

describe('a server that fails', () => {
  it.each<[KserveFault, number]>([
    [{ kind: 'status', status: 503 }, 1],
    [{ kind: 'status', status: 429, retryAfter: '0' }, 1],
    [{ kind: 'status', status: 502 }, 2],
    [{ kind: 'reset' }, 1],
  ])('is asked again after %o', async (fault, times) => {
    const server = await serve();
    const { embedder } = await openRemote(server.url);
    const before = server.inferences.length;
    for (let i = 0; i < times; i++) server.faults.push(fault);
    expectInOrder(await embedder.embedImages(pictures(3)), 3);
    expect(server.inferences.length - before).toBe(1 + times);
  });

  it.each<[KserveFault, string, RegExp, Opening, number]>([
    [
      { kind: 'status', status: 500, error: 'out\nof memory' },
      'remote-failed',
      /answers 500: out of memory$/,
      {},
      1,
    ],
    [{ kind: 'status', status: 503 }, 'remote-failed', /answers 503: out of order/, {}, 3],
    [{ kind: 'status', status: 503, retryAfter: '3600' }, 'remote-failed', /503/, {}, 1],
    [{ kind: 'status', status: 401 }, 'remote-refused', /answers 401/, {}, 1],
    [{ kind: 'status', status: 413 }, 'remote-failed', /answers 413/, {}, 1],
    [
      { kind: 'redirect', to: 'http://u:hunter2@127.0.0.1/x' },
      'remote-failed',
      /307, a redirect to http:\/\/\*\*\*@/,
      {},
      1,
    ],
    [{ kind: 'reset' }, 'remote-unreachable', /cannot reach .*: /, {}, 3],
    [{ kind: 'silent' }, 'remote-unreachable', /no answer within 1.5 s/, { timeoutMs: 1500 }, 2],
    [{ kind: 'truncated' }, 'remote-invalid-answer', /announces \d+ bytes and sends \d+/, {}, 1],
    [
      { kind: 'truncated' },
      'remote-invalid-answer',
      /other data than the 1 × \d+ numbers/,
      { format: 'json' },
      1,
    ],
    [{ kind: 'shape' }, 'remote-invalid-answer', /FP32 of 0 × .*expected FP32 of 1 ×/, {}, 1],
    [{ kind: 'datatype' }, 'remote-invalid-answer', /INT32 of 1 × .*expected FP32 of 1 ×/, {}, 1],
    [{ kind: 'nan' }, 'model-invalid-output', /vector of length NaN/, {}, 1],
    [{ kind: 'nan' }, 'model-invalid-output', /vector of length NaN/, { format: 'json' }, 1],
    [{ kind: 'huge' }, 'remote-invalid-answer', /more than \d+ bytes/, {}, 1],
    [{ kind: 'not-json' }, 'remote-invalid-answer', /cannot be read/, {}, 1],
  ])('gives no vectors at %o', async (outage, code, message, opening, requests) => {
    const server = await serve();
    const clock = new Hands();
    const { embedder } = await openRemote(server.url, { ...opening, clock });
    const watched = withHealth(embedder);
    const before = server.inferences.length;
    server.outage = outage;
    const error = await failing(watched.embedder);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).not.toContain('hunter2');
    expect(server.inferences.length - before).toBe(requests);
    expect(watched.health.reason()).toBe(error.message);
    server.outage = null;
    clock.ms += 120_000;
    expectInOrder(await watched.embedder.embedImages(pictures(3)), 3);
    expect(watched.health.reason()).toBeNull();
  });

  it('is left alone in between, by however many cameras', async () => {
    const server = await serve();
    const clock = new Hands();
    const { embedder } = await openRemote(server.url, { clock });
    server.outage = { kind: 'status', status: 503 };
    const before = server.requests.length;
    const crowd = async () => {
      const calls = Array.from({ length: 50 }, () => failing(embedder));
      for (const error of await Promise.all(calls)) expect(error.message).toMatch(/answers 503/);
    };
    await crowd();
    const first = server.requests.length - before;
    expect(first).toBeLessThanOrEqual(4 * 3);
    for (let i = 0; i < 5; i++) await crowd();
    expect(server.requests.length - before).toBe(first);
    clock.ms += 60_000;
    await crowd();
    // One probe, which reads what the server says of itself and is refused an inference.
    expect(server.requests.slice(before + first).filter(({ path }) => path.endsWith('/infer'))).toHaveLength(
      1,
    );
    server.outage = null;
    clock.ms += 60_000;
    expectInOrder(await embedder.embedImages(pictures(2)), 2);
    await Promise.all(Array.from({ length: 20 }, () => embedder.embedImages(pictures(2))));
  });

  it('may be gone, and is used again when it is back', async () => {
    const server = await serve();
    const clock = new Hands();
    const { embedder } = await openRemote(server.url, { clock });
    const { modelHash } = embedder.describe();
    await server.stop();
    expect(await failing(embedder)).toMatchObject({
      code: 'remote-unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await server.restart();
    expect(await failing(embedder)).toMatchObject({ code: 'remote-unreachable' }); // not asked yet
    clock.ms += 60_000;
    expectInOrder(await embedder.embedImages(pictures(2)), 2);
    expect(embedder.describe().modelHash).toBe(modelHash);
  });

  it('does not hold up the end', async () => {
    const server = await serve();
    const { embedder } = await openRemote(server.url);
    server.outage = { kind: 'silent' };
    const calls = Array.from({ length: 9 }, () => failing(embedder));
    await expect.poll(() => server.inferences.length).toBe(1 + 4);
    await embedder[Symbol.asyncDispose]();
    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'model-closed' });
    expect(await failing(embedder)).toMatchObject({ code: 'model-closed' });
  });
});

describe('a server that is not there at the start', () => {
  it.each(['remote-unreachable', 'remote-not-ready'])('is an error (%s), or waited for', async (code) => {
    const server = await serve();
    const clock = new Hands();
    if (code === 'remote-unreachable') await server.stop();
    else server.readyStatus = 400;
    await expect(openRemote(server.url)).rejects.toMatchObject({ code, hint: expect.any(String) });
    const { embedder, unready } = await openRemote(server.url, { unreachable: 'wait', clock });
    const watched = withHealth(embedder, unready);
    expect(watched.health.reason()).toContain(server.url);
    expect(await failing(watched.embedder)).toMatchObject({ code });
    const early = embedder.describe().modelHash;
    if (code === 'remote-unreachable') await server.restart();
    else server.readyStatus = 200;
    clock.ms += 60_000;
    expectInOrder(await watched.embedder.embedImages(pictures(2)), 2);
    expect(watched.health.reason()).toBeNull();
    expect(embedder.describe().modelHash).not.toBe(early);
  });

  it('and does not know the model is an error in any case', async () => {
    const server = await serve();
    const url = server.url.replace('clip-image', 'clop-image');
    for (const unreachable of ['throw', 'wait'] as const) {
      await expect(openRemote(url, { unreachable })).rejects.toMatchObject({
        code: 'remote-not-found',
        message: expect.stringMatching(/404: Request for unknown model/),
        userInput: true,
      });
    }
  });

  it('is not waited for by who wants to end', async () => {
    const server = await serve();
    const signal = AbortSignal.abort();
    await expect(openRemote(server.url, { unreachable: 'wait', signal })).rejects.toMatchObject({
      code: 'model-closed',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a token', () => {
  it('is sent with every request, and shown nowhere', async () => {
    const server = await serve({ token: TOKEN });
    const { embedder } = await openRemote(server.url, { token: TOKEN });
    expectInOrder(await embedder.embedImages(pictures(2)), 2);
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${TOKEN}`]),
    );
    await expect(openRemote(server.url)).rejects.toMatchObject({
      code: 'remote-refused',
      hint: expect.stringContaining('set model.remote.token'),
    });
    const wrong = await openRemote(server.url, { token: 'wrong-one' }).catch((error) => error);
    expect(wrong.message).toMatch(/answers 401: unknown token Bearer \*\*\*$/);
  });
});
