import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openModelDirectory, pullModel, STARTER, selectModel } from '../../src/model/index.js';
import { Cli } from '../fixtures/cli.js';
import { CLIP_TINY } from '../fixtures/clip-tiny.js';
import { type Fault, TestHub } from '../fixtures/hub.js';

const ID = 'clip-vit-base-patch32';
const VISION = 'onnx/vision_model_quantized.onnx';
const TEXT = 'onnx/text_model_quantized.onnx';

let folder: string;
let hub: TestHub;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-hub-'));
  const source = join(folder, 'source');
  for (const name of ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    cpSync(join(CLIP_TINY, name), join(source, name));
  }
  for (const [from, to] of [
    ['vision_model', VISION],
    ['text_model', TEXT],
  ] as const) {
    cpSync(join(CLIP_TINY, `onnx/${from}.onnx`), join(source, to));
    cpSync(join(CLIP_TINY, `onnx/${from}.onnx`), join(source, `onnx/${from}.onnx`));
  }
  hub = await TestHub.start(source);
});
afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const models = () => join(folder, 'models');
const path = (...parts: string[]) => join(models(), ID, ...parts);

type Options = Partial<Parameters<typeof pullModel>[0]>;

function pull(options: Options = {}) {
  return pullModel({
    id: ID,
    modelsFolder: models(),
    hub: { url: hub.url, token: null },
    dtype: null,
    acceptLicence: false,
    update: false,
    onProgress: () => {},
    stallTimeoutMs: 200,
    signal: new AbortController().signal,
    ...options,
  });
}

/** The connection of the network for pictures ends when so many of its bytes are on the disk. */
function cutVision(afterBytes: number): { fault: Fault; onProgress: () => void } {
  const partial = join(models(), '.partial', `${ID}@${hub.commit}`, VISION);
  let resolve = () => {};
  const until = new Promise<void>((done) => {
    resolve = done;
  });
  const onProgress = () => {
    if (existsSync(partial) && statSync(partial).size >= afterBytes) resolve();
  };
  return { fault: { kind: 'cut', afterBytes, until }, onProgress };
}

/** What an error says, hint included. */
async function failure(pulling: Promise<unknown>): Promise<{ code: string; text: string }> {
  const error = await pulling.then(
    () => ({ code: 'none', message: 'no error', hint: '' }),
    (thrown) => thrown,
  );
  return { code: error.code, text: `${error.message} ${error.hint}` };
}

describe('a pull', () => {
  it('brings a model that can be opened, its card, and pins of its files', async () => {
    const seen: number[] = [];
    let total = 0;
    const { brought, pins } = await pull({
      onProgress: ({ doneBytes, totalBytes }) => {
        seen.push(doneBytes);
        total = totalBytes;
      },
    });
    expect(brought).toHaveLength(6);
    expect(pins.revision).toBe(hub.commit);
    expect(Object.keys(pins.files).sort()).toEqual([...brought].sort());
    expect(seen.at(-1)).toBe(total);
    expect(total).toBe(brought.reduce((sum, name) => sum + statSync(path(name)).size, 0));
    const directory = await openModelDirectory(path());
    expect(directory.card).toMatchObject({ name: ID, license: 'MIT' });
    expect(readdirSync(join(models(), '.partial'))).toEqual([]);
    expect(selectModel({ name: 'auto', baseFolder: folder }, { modelsFolder: models() })).toBe(path());
    expect(selectModel({ name: ID, baseFolder: folder }, { modelsFolder: models() })).toBe(path());
  });

  it('brings nothing twice, other weights beside those that are there, and mends a file that was changed', async () => {
    await pull();
    expect((await pull()).brought).toEqual([]);
    expect((await pull({ dtype: 'fp32' })).brought).toEqual([
      'onnx/vision_model.onnx',
      'onnx/text_model.onnx',
    ]);
    expect(existsSync(path(VISION))).toBe(true);
    writeFileSync(path('config.json'), '{}');
    expect((await pull()).brought).toEqual(['config.json']);
    expect(readFileSync(path('config.json'), 'utf8')).toContain('vision_config');
  });

  it('brings a model that has both halves in one file, and its processor_config.json', async () => {
    const source = join(folder, 'single');
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      cpSync(join(CLIP_TINY, name), join(source, name));
    }
    const preprocessor = JSON.parse(readFileSync(join(CLIP_TINY, 'preprocessor_config.json'), 'utf8'));
    writeFileSync(join(source, 'processor_config.json'), JSON.stringify({ image_processor: preprocessor }));
    const single = 'onnx/model_fp16.onnx';
    cpSync(join(CLIP_TINY, 'variants/model_fp16.onnx'), join(source, single));
    await using other = await TestHub.start(source);
    const hub = { url: other.url, token: null };
    expect(await failure(pull({ hub }))).toMatchObject({
      code: 'model-incomplete',
      text: expect.stringMatching(
        /vision_model_quantized\.onnx or onnx\/model_quantized\.onnx.*weights are onnx\/model_fp16/,
      ),
    });
    expect((await pull({ hub, dtype: 'fp16' })).brought).toHaveLength(5);
    expect(await openModelDirectory(path())).toMatchObject({
      visionPath: path(single),
      textPath: path(single),
    });
  });

  it('goes on where a cut, stalled or failing answer ended, without bringing a byte twice', async () => {
    const { fault, onProgress } = cutVision(10_000);
    hub.faults.set(VISION, [fault, { kind: 'status', status: 503 }, { kind: 'stall', afterBytes: 5_000 }]);
    await pull({ onProgress });
    const ranges = hub.requests
      .filter((request) => request.path === `/store/${VISION}`)
      .map(({ range }) => range);
    expect(ranges).toEqual([null, 'bytes=10000-', 'bytes=10000-', 'bytes=15000-']);
  });

  it('goes on where an earlier pull was stopped', async () => {
    const stopping = new AbortController();
    hub.faults.set(VISION, [{ kind: 'stall', afterBytes: 10_000 }]);
    let doneBytes = 0;
    const stopped = pull({
      stallTimeoutMs: 60_000,
      signal: stopping.signal,
      onProgress: (progress) => {
        doneBytes = progress.doneBytes;
        const rest = progress.totalBytes - statOf(VISION) + 10_000;
        if (doneBytes === rest) stopping.abort();
      },
    });
    expect(await failure(stopped)).toMatchObject({ code: 'stopped' });
    expect(existsSync(path())).toBe(false);
    const before = hub.requests.length;
    let firstDone = -1;
    await pull({ onProgress: (progress) => (firstDone = firstDone < 0 ? progress.doneBytes : firstDone) });
    const later = hub.requests.slice(before).filter((request) => request.path.startsWith('/store/'));
    expect(later).toEqual([expect.objectContaining({ path: `/store/${VISION}`, range: 'bytes=10000-' })]);
    expect(firstDone).toBeGreaterThan(0);

    function statOf(name: string): number {
      return statSync(join(folder, 'source', name)).size;
    }
  });

  it('takes the whole file from a server that knows no ranges', async () => {
    const { fault, onProgress } = cutVision(10_000);
    hub.faults.set(VISION, [fault, { kind: 'no-range' }]);
    await pull({ onProgress });
    expect(readFileSync(path(VISION))).toEqual(readFileSync(join(folder, 'source', VISION)));
  });

  it.each([
    ['a large file', VISION],
    ['a small file', 'config.json'],
  ])('throws away %s that is not what the hub declares', async (_, name) => {
    hub.faults.set(name, [{ kind: 'altered' }]);
    const { code, text } = await failure(pull());
    expect(code).toBe('download-corrupt');
    expect(text).toContain(name);
    expect(existsSync(path())).toBe(false);
    expect((await pull()).brought).toHaveLength(6);
  });

  it('stops reading a file that is longer than declared', async () => {
    hub.faults.set(VISION, [{ kind: 'longer' }]);
    expect(await failure(pull())).toMatchObject({ code: 'download-corrupt' });
  });

  it('says after some attempts that the hub fails, and keeps what it has', async () => {
    hub.faults.set(VISION, Array(9).fill({ kind: 'status', status: 500 }));
    // On a busy machine other files may stall for longer than the 200 ms that all others here are given.
    const patient = { stallTimeoutMs: 10_000 };
    const failed = await failure(pull(patient));
    expect(failed).toMatchObject({ code: 'hub-failed', text: expect.stringContaining('500') });
    hub.faults.clear();
    expect((await pull(patient)).brought).toHaveLength(6);
    expect(hub.downloads().filter((name) => name === TEXT)).toHaveLength(1);
  }, 20_000);

  it('sends the token to the hub and not to where the hub redirects', async () => {
    hub.token = 'hf_secret';
    const refused = await failure(pull());
    expect(refused).toMatchObject({ code: 'hub-refused', text: expect.stringContaining('HF_TOKEN') });
    await pull({ hub: { url: hub.url, token: 'hf_secret' } });
    const stored = hub.requests.filter((request) => request.path.startsWith('/store/'));
    expect(stored.every(({ authorization }) => authorization === null)).toBe(true);
    expect(stored.length).toBe(6);
    const wrong = await failure(pull({ hub: { url: hub.url, token: 'hf_wrong' } }));
    expect(wrong.text).not.toContain('hf_wrong');
  });

  it('says what is wrong when there is no hub, no such weights, no room or no such model', async () => {
    const offline = await failure(pull({ hub: { url: 'http://127.0.0.1:1', token: null } }));
    expect(offline).toMatchObject({ code: 'hub-unreachable', text: expect.stringContaining('HF_ENDPOINT') });
    const q4 = await failure(pull({ dtype: 'q4' }));
    expect(q4).toMatchObject({ code: 'model-incomplete', text: expect.stringContaining(VISION) });
    expect(await failure(pull({ id: 'clip-vit' }))).toMatchObject({ code: 'unknown-model' });
    hub.declaredSizes.set(VISION, 1e15);
    expect(await failure(pull())).toMatchObject({
      code: 'disk-full',
      text: expect.stringMatching(/needs 100000000\d MB/),
    });
    expect(hub.downloads()).toEqual([]);
  });

  it('asks for a licence that restricts use to be accepted', async () => {
    const refused = await failure(pull({ id: 'mobileclip-s0' }));
    expect(refused).toMatchObject({
      code: 'licence-not-accepted',
      text: expect.stringMatching(/research only.*https:.*--accept-license/),
    });
    expect(hub.requests).toEqual([]);
    expect((await pull({ id: 'mobileclip-s0', acceptLicence: true })).brought).toHaveLength(6);
  });

  it('stays with the commit it first found, and refuses another content of it, until told to update', async () => {
    await pull();
    rmSync(path(), { recursive: true });
    hub.write(VISION, 'another network');
    const changed = await failure(pull());
    expect(changed).toMatchObject({ code: 'model-changed', text: expect.stringContaining('--update') });
    expect(existsSync(path())).toBe(false);
    hub.commit = 'b'.repeat(40);
    expect(await failure(pull())).toMatchObject({ code: 'hub-not-found' });
    const { pins } = await pull({ update: true });
    expect(pins.revision).toBe(hub.commit);
    expect(readFileSync(path(VISION), 'utf8')).toBe('another network');
  });

  it('lets only one process at a time work on a model', async () => {
    let open = () => {};
    hub.gate = new Promise((resolve) => {
      open = resolve;
    });
    let begun = () => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = pull({ stallTimeoutMs: 60_000, onProgress: begun });
    await beginning;
    expect(await failure(pull())).toMatchObject({ code: 'model-busy' });
    open();
    expect((await first).brought).toHaveLength(6);
    // What a killed process leaves behind does not count: no process has such a number.
    writeFileSync(join(models(), '.partial', `${ID}.pid`), '99999999\n');
    expect((await pull()).brought).toEqual([]);
  });
});

const SAMPLE = fileURLToPath(new URL('../../samples/parcel-doorstep.mp4', import.meta.url));

describe('wordwatch models', () => {
  async function wordwatch(...args: string[]) {
    const env = { WORDWATCH_MODELS: models(), HF_ENDPOINT: `${hub.url}/`, HF_TOKEN: '' };
    await using cli = new Cli(args, { env });
    return await cli.ended;
  }

  it('lists, pulls, verifies and removes; other commands use what was pulled', async () => {
    const listed = await wordwatch('models', 'list');
    expect(listed.stdout).toMatch(/clip-vit-base-patch32 +– +224 px +MIT/);
    const missing = await wordwatch('embed', '--text', 'fire', '--model', ID);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain(`wordwatch models pull ${ID}`);

    const pulled = await wordwatch('models', 'pull', ID);
    expect(pulled).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('6 files brought and checked'),
    });
    expect((await wordwatch('models', 'list')).stdout).toMatch(
      /clip-vit-base-patch32 +[\d.]+ MB, auto +224 px/,
    );
    expect(pulled.stdout).toContain('vision   left as it is: it is small');
    const embedded = await wordwatch('embed', '--text', 'fire', '--model', ID, '--json');
    expect(JSON.parse(embedded.stdout)).toMatchObject({ model: ID, kind: 'text' });
    // Its weights are random: only a rule that takes anything finds something, and says which model did.
    const rules = join(folder, 'rules.yaml');
    writeFileSync(rules, 'rules:\n  - {id: anything, when: [anything], threshold: -1000}\n');
    const scanned = await wordwatch('scan', SAMPLE, '--rules', rules, '--model', ID, '--json');
    expect(scanned.exitCode, scanned.stderr).toBe(0);
    const [event] = scanned.stdout.split('\n').map((line) => JSON.parse(line || 'null'));
    expect(event).toMatchObject({
      ruleId: 'anything',
      phase: 'start',
      modelHash: (await openModelDirectory(path())).modelHash,
    });
    const config = join(folder, 'wordwatch.yaml');
    writeFileSync(
      config,
      `{cameras: [{id: yard, source: '${SAMPLE}', loop: true}], model: ${ID}, rules: [rules.yaml], mqtt: {embedded: false}, server: {port: 0}}`,
    );
    await using service = new Cli(['run', '-c', config, '--json'], { env: { WORDWATCH_MODELS: models() } });
    await vi.waitFor(() => expect(service.lines()[0]).toMatchObject({ ruleId: 'anything' }), {
      timeout: 30_000,
      interval: 100,
    });
    const other = await wordwatch('embed', '--text', 'fire', '--dtype', 'fp16');
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('vision_model_fp16.onnx') });
    const device = await wordwatch('embed', '--text', 'fire', '--device', 'cuda');
    expect(device.exitCode).toBe(2);
    expect(device.stderr).toMatch(/cannot use cuda.*\n.*device: cpu/);

    expect(await wordwatch('models', 'verify')).toMatchObject({ exitCode: 0 });
    writeFileSync(path('config.json'), '{}');
    const verified = await wordwatch('models', 'verify', ID, '--json');
    expect(verified.exitCode).toBe(1);
    const lines = verified.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ state }) => state === 'changed')).toEqual([
      { id: ID, path: 'config.json', state: 'changed' },
    ]);
    expect(await wordwatch('models', 'rm', ID)).toMatchObject({ exitCode: 0 });
    expect(existsSync(path())).toBe(false);
    expect(existsSync(join(models(), `${ID}.lock.json`))).toBe(true);
    expect(selectModel({ name: 'auto', baseFolder: folder }, { modelsFolder: models() })).toBe(STARTER);
  }, 200_000);
});
