import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runExportEvents } from '../../src/commands/export/export-events.js';
import { runExportVectors } from '../../src/commands/export/export-vectors.js';
import { decodeImage } from '../../src/shared/dots/codes.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { EventStore } from '../../src/store/event-store.js';
import { MomentStore } from '../../src/store/moment-store.js';
import { ALL_EVENTS, type PastEventFilter } from '../../src/store/past-events.js';
import { openVectorDatabase } from '../../src/store/vectors/vector-database.js';
import { VectorStore, type VectorStream } from '../../src/store/vectors/vector-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { wordwatch } from '../fixtures/cli.js';
import { makeEvent } from '../fixtures/happenings.js';

const T0 = Date.UTC(2026, 4, 1, 20);
const DIMENSION = 4;
const BOXES = [
  { x: 0, y: 0, w: 1, h: 1 },
  { x: 0.5, y: 0.25, w: 0.5, h: 0.5 },
];
const level = { crop: BOXES[0]!, widthPx: 64, heightPx: 64 };
const STREAM: VectorStream = {
  ...{ cameraId: 'yard', modelHash: 'abc123', dimension: DIMENSION, inputSizePx: 64 },
  ...{ frame: { widthPx: 64, heightPx: 64 }, tiles: BOXES.map((box) => ({ box, level })) },
  ...{ fps: 1, motionGate: true, timed: true, captions: null },
};
const ids = { fire: '11111111-1111-4111-8111-111111111111', dog: '22222222-2222-4222-8222-222222222222' };

let folder: string;
let store: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  store = join(folder, 'data');
  await writeEvents();
  writeVectors();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (atMs: number) => ({ atMs, startedAtMs: atMs });

/** A fire, updated and over, judged true, with a picture; a dog that goes on; and what the program says of itself. */
async function writeEvents(): Promise<void> {
  mkdirSync(join(store, 'snapshots'), { recursive: true });
  using database = openDatabase(databasePath(store));
  using events = new EventStore(database, createLogger({ level: 'silent' }));
  const snapshot = `snapshots/${ids.fire}.jpg`;
  const tile = { index: 1, level: 0, box: BOXES[1]! };
  const fire = { id: ids.fire, seq: 0, startedAtMs: T0, snapshot, tile };
  events.append(makeEvent({ ...fire, atMs: T0, score: 5 }));
  const elsewhere = { ...fire, tile: { ...tile, box: BOXES[0]! } };
  events.append(makeEvent({ ...elsewhere, atMs: T0 + 5_000, phase: 'update', score: 7, peakScore: 7 }));
  const { snapshot: _, ...ended } = fire;
  events.append(
    makeEvent({ ...ended, atMs: T0 + 9_500, phase: 'end', endedAtMs: T0 + 9_000, score: 1, peakScore: 7 }),
  );
  events.append(makeEvent({ id: ids.dog, seq: 0, cameraId: 'gate', ruleId: 'dog', ...at(T0 + 60_000) }));
  events.append(makeEvent({ seq: 0, ruleId: 'camera-blind', health: 'black', ...at(T0), snapshot }));
  const picture = { width: 640, height: 360, channels: 3 as const, background: 'red' };
  await sharp({ create: picture }).jpeg().toFile(join(store, snapshot));
  const moments = new MomentStore(database);
  moments.put({
    ...{
      id: ids.fire,
      kind: 'event',
      peak: null,
      cameraId: 'yard',
      ruleId: 'fire',
      key: '',
      modelHash: 'abc',
    },
    ...{ atMs: T0, score: 5, threshold: 4, tile, vector: new Float32Array(4) },
  });
  moments.review(ids.fire, 'true', T0);
}

/** Two rows: three frames of two tiles, the second tile of which does not always change; one frame that is carried on. */
function writeVectors(): void {
  using database = openVectorDatabase(store);
  const frame = { ptsMs: 0, light: { saturation: 0, brightness: 0 }, scored: true, unseen: false };
  const frames = [[0, 1], [0], [0]].map((fresh, i) => ({
    ...{ ...frame, atMs: T0 + i * 1000, blindSinceMs: null, fresh },
  }));
  const minute = { dimension: DIMENSION, tiles: 2, commonness: new Float32Array() };
  const [codes, later] = [
    Int8Array.from({ length: 16 }, (_, i) => i - 8),
    Int8Array.of(9, 9, 9, 9, 1, 2, 3, 4),
  ];
  const next = [{ ...frame, atMs: T0 + 60_000, blindSinceMs: null, fresh: [0] }];
  new VectorStore(database).write(
    [
      { stream: STREAM, minute: { ...minute, chain: { run: 1, place: 0 }, frames, carried: [], codes } },
      {
        stream: { ...STREAM, cameraId: 'gate' },
        minute: { ...minute, chain: { run: 2, place: 0 }, frames: next, carried: [1], codes: later },
      },
    ],
    { storedAtMs: T0 },
  );
}

const EXPECTED = [
  { camera: 'yard', time: T0, tile: 0, code: [-8, -7, -6, -5] },
  { camera: 'yard', time: T0, tile: 1, code: [-4, -3, -2, -1] },
  { camera: 'yard', time: T0 + 1000, tile: 0, code: [0, 1, 2, 3] },
  { camera: 'yard', time: T0 + 2000, tile: 0, code: [4, 5, 6, 7] },
  { camera: 'gate', time: T0 + 60_000, tile: 1, code: [9, 9, 9, 9] },
  { camera: 'gate', time: T0 + 60_000, tile: 0, code: [1, 2, 3, 4] },
];

const output = () => {
  const written: string[] = [];
  return {
    ...{ written, json: false, isTerminal: false, stderr: () => {} },
    stdout: (text: string) => void written.push(text),
  };
};

describe('export events', () => {
  it('gives one line an event, with how long it lasted, its tile and what was said of it', async () => {
    const { stdout, exitCode } = await wordwatch('export', 'events', '--store', store);
    expect(exitCode).toBe(0);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    const rows = lines.map((line) => {
      const values = line.split(',');
      return Object.fromEntries(head!.split(',').map((name, i) => [name, values[i]]));
    });
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      ...{ id: ids.fire, camera: 'yard', rule: 'fire', started: '2026-05-01T20:00:00.000Z', duration_s: '9' },
      ...{ peak_score: '7', verdict: 'true', picture_at: '2026-05-01T20:00:00.000Z', tile_x: '0.5' },
    });
    expect(rows[1]).toMatchObject({ id: ids.dog, camera: 'gate', ended: '', duration_s: '', verdict: '' });
  });

  it('of one camera, rule, time or verdict', async () => {
    const found = async (given: Partial<PastEventFilter>) => {
      const out = output();
      const filter = { ...ALL_EVENTS, ...given };
      await runExportEvents({
        ...{ storePath: store, format: 'json', filter, out: null },
        output: out,
      });
      return out.written.map((line) => JSON.parse(line).ruleId);
    };
    expect(await found({ cameraId: 'gate' })).toEqual(['dog']);
    expect(await found({ ruleId: 'fire' })).toEqual(['fire']);
    expect(await found({ fromMs: T0 + 1 })).toEqual(['dog']);
    expect(await found({ toMs: T0 + 1 })).toEqual(['fire', 'camera-blind']);
    expect(await found({ verdict: 'true' })).toEqual(['fire']);
    expect(await found({ verdict: 'none' })).toEqual(['dog', 'camera-blind']);
  });

  it('as a data set in COCO’s format: the picture of the first phase, its tile in pixels, the verdict', async () => {
    const out = join(folder, 'coco');
    await runExportEvents({
      storePath: store,
      format: 'coco',
      filter: ALL_EVENTS,
      out,
      output: output(),
    });
    const { images, annotations, categories } = JSON.parse(
      readFileSync(join(out, 'annotations.json'), 'utf8'),
    );
    expect(categories).toEqual([{ id: 1, name: 'fire', supercategory: 'rule' }]);
    expect(images).toEqual([expect.objectContaining({ id: 1, width: 640, height: 360 })]);
    expect(existsSync(join(out, images[0].file_name))).toBe(true);
    expect(annotations).toEqual([
      {
        ...{ id: 1, image_id: 1, category_id: 1, bbox: [320, 90, 320, 180], area: 57_600, iscrowd: 0 },
        attributes: expect.objectContaining({
          event_id: ids.fire,
          verdict: 'true',
          score: 5,
          camera: 'yard',
        }),
      },
    ]);
  });
});

describe('export vectors', () => {
  const wanted = { storePath: '', range: {}, modelHash: null, signal: new AbortController().signal };
  const exported = async (name: string, given: object) => {
    const out = join(folder, name);
    await runExportVectors({
      ...{ ...wanted, storePath: store, format: 'parquet', values: 'float32', out, output: output() },
      ...given,
    });
    return out;
  };

  it('as Parquet, which another program reads', async () => {
    for (const values of ['float32', 'int8'] as const) {
      const file = await asyncBufferFromFile(await exported(`${values}.parquet`, { values }));
      const rows = await parquetReadObjects({ file, utf8: false });
      expect(
        rows.map(({ camera, time, tile }) => ({ camera, time: (time as Date).getTime(), tile })),
      ).toEqual(EXPECTED.map(({ code: _, ...rest }) => rest));
      const { x, y, w, h } = rows[1]!;
      expect({ x, y, w, h, model: rows[1]!.model }).toEqual({ ...BOXES[1], model: 'abc123' });
      for (const [i, { code }] of EXPECTED.entries()) {
        if (values === 'int8') expect([...Int8Array.from(rows[i]!.code as Uint8Array)]).toEqual(code);
        else expect(rows[i]!.vector).toEqual([...decodeImage(Int8Array.from(code))]);
      }
    }
  });

  it('as a NumPy array and a table, of the camera and time that were asked for', async () => {
    const range = { cameraId: 'yard', fromMs: T0 + 1000, toMs: T0 + 3000 };
    const out = await exported('codes.npy', { format: 'npy', values: 'int8', range });
    const bytes = readFileSync(out);
    expect(bytes.length).toBe(128 + 2 * DIMENSION);
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    expect(bytes.subarray(10, 128).toString()).toMatch(
      /^\{'descr': '\|i1', 'fortran_order': False, 'shape': \(2, 4\), \} +\n$/,
    );
    expect([...new Int8Array(bytes.subarray(128))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(readFileSync(`${out}.csv`, 'utf8').split('\n').slice(0, 2)).toEqual([
      'camera,time,tile,x,y,w,h,model',
      'yard,2026-05-01T20:00:01.000Z,0,0,0,1,1,abc123',
    ]);
    const floats = await exported('floats.npy', { format: 'npy' });
    const shown = numpy(
      `a = numpy.load('${floats}'); print(a.shape, a.dtype, abs((a*a).sum(1) - 1).max() < 1e-6)`,
    );
    if (shown !== null) expect(shown).toBe('(6, 4) float32 True\n');
  });

  it('says what there is where nothing was found, and which model is meant where there are several', async () => {
    await expect(exported('x', { range: { cameraId: 'barn' } })).rejects.toThrow(
      expect.objectContaining({ code: 'no-vectors', hint: 'Cameras: gate, yard.' }),
    );
    const { exitCode, stderr } = await wordwatch(
      ...['export', 'vectors', '--store', store, '--out', join(folder, 'no', 'such', 'folder')],
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--out .*cannot write there/);
    const other = join(folder, 'two-models');
    {
      using database = openVectorDatabase(other);
      for (const modelHash of ['abc123', 'def456'])
        new VectorStore(database).write([{ stream: { ...STREAM, modelHash }, minute: MINUTE }], {
          storedAtMs: 0,
        });
    }
    await expect(exported('y.npy', { storePath: other, format: 'npy' })).rejects.toThrow(
      expect.objectContaining({ code: 'several-models', message: expect.stringContaining('abc123, def456') }),
    );
    const one = await exported('z.npy', { storePath: other, format: 'npy', modelHash: 'def' });
    expect(readFileSync(`${one}.csv`, 'utf8')).toMatch(/def456\n$/);
  });
});

const MINUTE = {
  ...{
    dimension: DIMENSION,
    tiles: 2,
    commonness: new Float32Array(),
    chain: { run: 1, place: 0 },
    carried: [],
  },
  frames: [
    {
      ...{ atMs: T0, ptsMs: 0, light: { saturation: 0, brightness: 0 }, scored: true, unseen: false },
      ...{ blindSinceMs: null, fresh: [0] },
    },
  ],
  codes: Int8Array.of(1, 2, 3, 4),
};

/** What NumPy itself says; null where it is not on this machine. */
function numpy(code: string): string | null {
  try {
    return execFileSync('python3', ['-c', `import numpy; ${code}`], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    if (/No module named|ENOENT/.test(String(error))) return null;
    throw error;
  }
}
