import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createSource } from '../../src/capture/index.js';
import { stillFrame } from '../../src/capture/still.js';
import { type SearchCommand, searchCommand } from '../../src/commands/search/command.js';
import { pastTime } from '../../src/commands/time-range.js';
import type { Embedder, ImagePreparation } from '../../src/model/index.js';
import { VectorRecorder } from '../../src/pipeline/vector-recorder.js';
import { dot } from '../../src/rules/vectors.js';
import { Commonness } from '../../src/search/commonness.js';
import { embedQuery } from '../../src/search/query.js';
import { searchMemory } from '../../src/search/search-memory.js';
import { SearchService, type ServiceResult } from '../../src/search/search-service.js';
import { Searcher } from '../../src/search/searcher.js';
import type { SearchInfo, SearchInput } from '../../src/server/api/search-schemas.js';
import { decodeImage } from '../../src/shared/dots/codes.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { MomentStore } from '../../src/store/moment-store.js';
import { SnapshotFolder } from '../../src/store/snapshots.js';
import { decodeMinute } from '../../src/store/vectors/minute-codec.js';
import { openVectorDatabase } from '../../src/store/vectors/vector-database.js';
import { VectorStore } from '../../src/store/vectors/vector-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { wordwatch } from '../fixtures/cli.js';
import { openTestModel } from '../fixtures/open-model.js';
import { rememberAgain, rememberVideo } from '../fixtures/remember.js';

interface Video {
  file: string;
  camera: string;
  events: { rule: string; fromS: number; toS: number }[];
}

const videos = (
  JSON.parse(readFileSync('samples/ground-truth.json', 'utf8')) as { videos: Video[] }
).videos.filter(({ events }) => events.length > 0);
const rules = parse(readFileSync('rules/example.yaml', 'utf8')).rules as { id: string; when: string[] }[];

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-05-01T00:00:00Z');
/** Of each quiet video; longer, and the dog comes by. One is longer: it is to have usual days. */
const QUIET_S = 60;
const USUAL = { camera: 'carpark-truck', quietS: 300 };
const quietOf = (camera: string) => (camera === USUAL.camera ? USUAL.quietS : QUIET_S);
/** Of each camera: six of them make a day of footage. */
const CAMERA_MS = DAY_MS / videos.length;
const HIDDEN_MS = START_MS + CAMERA_MS / 2;

const MOMENT = {
  ...{
    kind: 'event' as const,
    peak: null,
    ruleId: 'truck',
    key: '',
    modelHash: 'abc',
    score: 5,
    threshold: 4,
  },
  ...{ tile: { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } }, vector: new Float32Array(4) },
};

let folder: string;
let database: DatabaseSyncInstance;
let store: VectorStore;
let embedder: Embedder;
let commonness: Commonness;
let image: ImagePreparation;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'search-'));
  const model = await openTestModel('models/starter', { workers: 2 });
  ({ embedder } = model);
  ({ image } = model.directory);
  commonness = await Commonness.open(embedder);
  using once = openVectorDatabase(join(folder, 'once'));
  const from = new VectorStore(once);
  {
    const logger = createLogger({ level: 'silent' });
    using recorder = new VectorRecorder({ store: from, model: embedder, commonness, logger });
    for (const { file, camera } of videos) {
      await rememberVideo(`samples/${file}`, { cameraId: camera, embedder, recorder });
      const quiet = { cameraId: `quiet-${camera}`, embedder, recorder, untilS: quietOf(camera) };
      await rememberVideo(`samples/quiet/${file}`, quiet);
    }
  }
  database = openVectorDatabase(folder);
  store = new VectorStore(database);
  const stores = { from, into: store };
  for (const { camera } of videos) {
    // The same quiet minutes again and again.
    const quietMs = quietOf(camera) * 1000;
    for (let atMs = START_MS; atMs < START_MS + CAMERA_MS; atMs += quietMs)
      if (atMs + quietMs < HIDDEN_MS || atMs > HIDDEN_MS + 60_000)
        rememberAgain(stores, { cameraId: `quiet-${camera}`, as: camera, atMs });
    rememberAgain(stores, { cameraId: camera, as: camera, atMs: HIDDEN_MS });
  }
});
afterAll(async () => {
  database.close();
  await embedder[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const open = (in_ = folder, { exactUpTo = Infinity, likeliest = 2000 } = {}) =>
  new Searcher({
    ...{ folder: in_, model: embedder.describe(), commonness, budgetBytes: 1e9, threads: 2 },
    ...{ exactUpTo, likeliest },
  });
const ALL = { cameraIds: null, fromMs: -Infinity, toMs: Infinity, limit: 10 };
const asked = (words: string) => embedQuery({ words, unwanted: [], picture: null }, embedder);

it('finds every event of the samples among the first three, by the words of its rule, in a day of footage', async () => {
  await using searcher = open();
  const places: Record<string, number> = {};
  for (const { camera, events } of videos) {
    for (const { rule, fromS, toS } of events) {
      for (const words of rules.find(({ id }) => id === rule)!.when) {
        const { moments } = await searcher.search(await asked(words), ALL);
        places[words] = moments.findIndex(
          ({ cameraId, atMs }) =>
            cameraId === camera && atMs >= HIDDEN_MS + fromS * 1000 && atMs <= HIDDEN_MS + (toS + 1) * 1000,
        );
      }
    }
  }
  expect(places).toEqual(
    Object.fromEntries(Object.keys(places).map((words) => [words, expect.toBeOneOf([0, 1, 2])])),
  );
  expect(Object.keys(places).length).toBe(13);
});

it('says whether anything stands out, makes one hit of neighbouring frames, and keeps to cameras and times', async () => {
  await using searcher = open();
  const usual = { ...ALL, cameraIds: [USUAL.camera] };
  const truck = await searcher.search(await asked('a truck'), usual);
  expect(truck).toMatchObject({ standsOut: true, lostRows: 0, skipped: [] });
  const [first, ...others] = truck.moments;
  // It is there for 33 seconds.
  expect(first!.toMs - first!.fromMs).toBeGreaterThan(25_000);
  expect(first!.toMs - first!.fromMs).toBeLessThan(45_000);
  for (const { fromMs, toMs } of others)
    expect(fromMs > first!.toMs + 40_000 || toMs < first!.fromMs - 40_000).toBe(true);
  // Not there at all, and there all the time.
  for (const words of ['a ladder against a wall', 'water on the floor', 'a parked car'])
    expect(await searcher.search(await asked(words), usual)).toMatchObject({ standsOut: false });
  const cameraIds = ['fire-yard', 'gate-dog'];
  const elsewhere = await searcher.search(await asked('a truck'), { ...ALL, cameraIds, toMs: HIDDEN_MS });
  expect(elsewhere.moments.length).toBeGreaterThan(0);
  for (const { cameraId, toMs } of elsewhere.moments)
    expect([cameraIds.includes(cameraId), toMs < HIDDEN_MS]).toEqual([true, true]);
});

it('scores as a plain scan of floating-point numbers does', async () => {
  const query = await embedQuery({ words: 'a dog', unwanted: ['a cat', 'a car'], picture: null }, embedder);
  await using searcher = open();
  const { moments } = await searcher.search(query, ALL);
  let best = { score: -Infinity, rowFromMs: 0 };
  for (const { id, fromMs } of store.rows({})) {
    const { codes, dimension, commonness: common } = decodeMinute(store.body(id)!);
    for (const [i, commonness] of common.entries()) {
      const vector = decodeImage(codes.subarray(i * dimension, (i + 1) * dimension));
      const unwanted = Math.max(...query.unwanted.map((phrase) => dot(vector, phrase)));
      const score = dot(vector, query.wanted) - 0.75 * commonness - 0.5 * unwanted;
      if (score > best.score) best = { score, rowFromMs: fromMs };
    }
  }
  expect(moments[0]!.score).toBeCloseTo(best.score, 4);
  expect(Math.abs(moments[0]!.atMs - best.rowFromMs)).toBeLessThanOrEqual(60_000);
});

it('outlives the deletion of what it looks at, and leaves out and counts what another model saw', async () => {
  const own = join(folder, 'own');
  using small = openVectorDatabase(own);
  const few = new VectorStore(small);
  rememberAgain({ from: store, into: few }, { cameraId: 'gate-dog', as: 'gate', atMs: 0 });
  const [row] = few.rows({});
  const minute = decodeMinute(few.body(row!.id)!);
  const stream = { ...few.streams().get(row!.streamId)!, modelHash: 'another' };
  few.write([{ stream, minute }], { storedAtMs: 0 });
  const rows = few.rows({}).length - 1;
  const skipped = [{ modelHash: 'another', vectors: row!.vectors }];
  {
    await using searcher = open(own);
    const found = await searcher.search(await asked('a dog'), ALL);
    expect(found).toMatchObject({ scanned: { rows }, lostRows: 0, skipped });
    expect(found.moments).not.toEqual([]);
    small.exec('DELETE FROM minutes WHERE id % 2 = 0');
    expect((await searcher.search(await asked('a dog'), ALL)).lostRows).toBe(0);
  }
  await using searcher = open(own);
  const query = await asked('a dog');
  const searching = searcher.search(query, ALL);
  // The threads are still starting.
  await Promise.resolve();
  await Promise.resolve();
  small.exec('DELETE FROM minutes');
  const { moments, lostRows, scanned } = await searching;
  expect([moments, lostRows]).toEqual([[], scanned.rows]);
  expect(scanned.rows).toBeGreaterThan(100);
  expect(await searcher.search(query, ALL)).toMatchObject({ moments: [], scanned: { rows: 0 } });
});

it('finds by sketches what an exact search finds, and the same stands out, whatever is added and deleted', async () => {
  const own = join(folder, 'sketches');
  using large = openVectorDatabase(own);
  const stores = { from: store, into: new VectorStore(large) };
  for (const { camera } of videos) rememberAgain(stores, { cameraId: camera, as: camera, atMs: 0 });
  const [row] = store.rows({});
  const stream = { ...store.streams().get(row!.streamId)!, modelHash: 'another' };
  stores.into.write([{ stream, minute: decodeMinute(store.body(row!.id)!) }], { storedAtMs: 0 });
  await using rough = open(own, { exactUpTo: 0, likeliest: 120 });
  const compare = async (texts: string[]) => {
    await using exact = open(own);
    let [found, all] = [0, 0];
    for (const words of texts) {
      const query = await embedQuery({ words, unwanted: ['a parked car'], picture: null }, embedder);
      const [one, other] = [await exact.search(query, ALL), await rough.search(query, ALL)];
      const { scanned, skipped, standsOut, ordinary } = one;
      expect(other).toMatchObject({ scanned, skipped, standsOut, lostRows: 0 });
      expect(other.ordinary!.median).toBeCloseTo(ordinary!.median, 2);
      expect(Math.abs(other.ordinary!.highest / ordinary!.highest - 1)).toBeLessThan(0.15);
      // The same minutes come again and again: of moments that score the same, any will do.
      for (const [place, { score }] of one.moments.entries()) {
        all++;
        if (Math.abs((other.moments[place]?.score ?? Number.NaN) - score) < 1e-9) found++;
      }
    }
    expect(all).toBeGreaterThan(9 * texts.length);
    expect(found / all).toBeGreaterThanOrEqual(0.95);
  };
  await compare(rules.flatMap(({ when }) => when));
  large.exec('DELETE FROM minutes WHERE id % 3 = 0');
  rememberAgain(stores, { cameraId: USUAL.camera, as: 'another', atMs: 7 * DAY_MS });
  await compare(['a truck', 'a dog']);
});

it('finds for the service what was added since, with pictures of events, and refuses too many at once', async () => {
  const own = join(folder, 'service');
  using database = openDatabase(databasePath(own));
  using memory = openVectorDatabase(own);
  const stores = { from: store, into: new VectorStore(memory) };
  rememberAgain(stores, { cameraId: 'gate-dog', as: 'gate', atMs: 0 });
  const moments = new MomentStore(database);
  await using service = new SearchService({ folder: own, embedder, image, commonness, moments });
  const query = { words: 'a truck', unwanted: ['a parked car'], picture: null, like: null, ...ALL };
  const { signal } = new AbortController();
  const before = await service.search(query, signal);
  expect(before).toMatchObject({
    hits: [{ cameraId: 'gate', pictureId: null }, ...Array(9).fill({ cameraId: 'gate' })],
  });
  rememberAgain(stores, { cameraId: USUAL.camera, as: 'carpark', atMs: 0 });
  const id = randomUUID();
  const { atMs } = ((await service.search(query, signal)) as ServiceResult).hits[0]!;
  moments.put({ ...MOMENT, id, cameraId: 'carpark', atMs: atMs + 2000 });
  await new SnapshotFolder(own).write(id, Buffer.from('picture'));
  const gone = AbortSignal.abort(new Error('gone'));
  const [left, found, ...more] = await Promise.all([
    service.search(query, gone).catch((error: Error) => error.message),
    ...Array.from({ length: 9 }, () => service.search(query, signal)),
  ]);
  expect(left).toBe('gone');
  expect((found as ServiceResult).hits[0]).toMatchObject({ cameraId: 'carpark', pictureId: id });
  expect(more.filter((result) => result === 'busy').length).toBe(2);

  // Where nothing happened, the picture that is kept of the minute shows it.
  const [row] = stores.into.rows({ cameraId: 'gate' });
  const minute = decodeMinute(stores.into.body(row!.id)!);
  const stream = { ...stores.into.streams().get(row!.streamId)!, cameraId: 'door' };
  const taken = { atMs: minute.frames[7]!.atMs, jpeg: Buffer.from('small') };
  stores.into.write([{ stream, minute, picture: taken }], { storedAtMs: 0 });
  const door = { ...query, cameraIds: ['door'] };
  const seen = async () => ((await service.search(door, signal)) as ServiceResult).hits[0]!;
  const of = { cameraId: 'door', recorded: false };
  expect(await seen()).toMatchObject({ ...of, pictureId: null, pictureAtMs: taken.atMs });
  const still = await service.still({ cameraId: 'door', atMs: taken.atMs }, signal);
  expect(Buffer.from(still as Uint8Array).toString()).toBe('small');
  // An event's own is larger.
  const doorId = randomUUID();
  moments.put({ ...MOMENT, id: doorId, cameraId: 'door', atMs: (await seen()).atMs + 3000 });
  await new SnapshotFolder(own).write(doorId, Buffer.from('picture'));
  expect(await seen()).toMatchObject({ ...of, pictureId: doorId, pictureAtMs: null });
});

it('finds by a picture and by a tile of the past, and says what is wrong with either', async () => {
  const moments = new MomentStore(openDatabase(databasePath(join(folder, 'pictures'))));
  await using service = new SearchService({ folder, embedder, image, commonness, moments });
  const ask = (given: Partial<SearchInput>) =>
    searchMemory(
      service,
      { not: [], limit: 3, cameras: [USUAL.camera], ...given },
      new AbortController().signal,
    );
  const { file, events } = videos.find(({ camera }) => camera === USUAL.camera)!;
  const [truck] = events;
  const shownMs = HIDDEN_MS + ((truck!.fromS + truck!.toS) / 2) * 1000;
  const jpeg = await stillFrame(
    createSource({ cameraId: 'any', location: `samples/${file}` }),
    shownMs - HIDDEN_MS,
  );
  const byPicture = (await ask({ image: jpeg!.toString('base64') })) as SearchInfo;
  expect(byPicture.standsOut).toBe(true);
  const [best] = byPicture.hits;
  expect(best!.fromMs - 1000).toBeLessThanOrEqual(shownMs);
  expect(best!.toMs + 1000).toBeGreaterThanOrEqual(shownMs);
  const { cameraId, atMs, tile } = best!;
  const like = { cameraId, atMs, tile: tile.index };
  // A second later the tile is as it was, or has a vector of its own; either way it is the truck.
  for (const laterMs of [0, 1000]) {
    const more = (await ask({ like: { ...like, atMs: atMs + laterMs } })) as SearchInfo;
    expect(more).toMatchObject({ standsOut: true, hits: [{ cameraId, tile }, {}, {}] });
    expect(Math.abs(more.hits[0]!.atMs - atMs)).toBeLessThan(40_000);
  }
  const refused = async (given: Partial<SearchInput>) =>
    ((await ask(given)) as { refused: { code: string; message: string } }).refused;
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  for (const bad of [svg, jpeg!.subarray(0, jpeg!.length / 2)])
    expect(await refused({ image: bad.toString('base64') })).toMatchObject({ code: 'image-unreadable' });
  for (const unknown of [{ cameraId: 'nowhere' }, { atMs: START_MS - 3_600_000 }, { tile: 999 }])
    expect(await refused({ like: { ...like, ...unknown } })).toMatchObject({ code: 'tile-unknown' });
});

it('answers on the command line, with a page that shows what is kept', async () => {
  const args = [
    '--store',
    folder,
    '--model',
    'models/starter',
    '--since',
    '2026-05-01',
    '--limit',
    '2',
    '--json',
  ];
  const [row] = store.rows({ cameraId: USUAL.camera, fromMs: HIDDEN_MS, toMs: HIDDEN_MS + 60_000 });
  const green = { width: 320, height: 180, channels: 3 as const, background: '#3a7' };
  database
    .prepare('INSERT INTO pictures (minute, at_ms, jpeg) VALUES (?, ?, ?)')
    .run(row!.id, row!.fromMs, await sharp({ create: green }).jpeg().toBuffer());
  const html = join(folder, 'found.html');
  const { stdout, exitCode } = await wordwatch(
    'search',
    'a',
    'truck',
    '--camera',
    USUAL.camera,
    ...args,
    '--html',
    html,
  );
  expect(exitCode).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { kind: 'hit', rank: 1, cameraId: USUAL.camera, standsOut: true, timed: true, picture: null },
    { kind: 'hit', rank: 2 },
    { kind: 'summary', hits: 2, standsOut: true, skipped: [] },
  ]);
  const page = readFileSync(html, 'utf8');
  expect(page.match(/src="data:image\/jpeg/g)).toHaveLength(1);
  expect(page.match(/no picture of this moment is kept/g)).toHaveLength(1);
});

it('says what is wrong with a query', async () => {
  const newer = join(folder, 'newer');
  openVectorDatabase(newer).exec('PRAGMA user_version = 99');
  const choice = {
    name: 'models/starter',
    baseFolder: '.',
    dtype: null,
    device: 'cpu',
    remote: null,
  } as const;
  const search = (given: Partial<SearchCommand>) =>
    searchCommand({
      ...{
        words: ['a truck'],
        not: [],
        image: null,
        cameras: [],
        since: undefined,
        until: undefined,
        limit: 10,
      },
      ...{ html: null, configPath: undefined, storePath: folder, choice, defaultChoice: choice },
      ...{ modelsFolder: join(folder, 'models'), env: {} },
      output: { stdout: () => {}, stderr: () => {}, json: false, isTerminal: false },
      signal: new AbortController().signal,
      ...given,
    }).catch(({ message, userInput }) => `${message}${userInput ? '' : ' (no user input)'}`);
  const told = [];
  for (const given of [
    { words: ['', ' '] },
    { words: ['a'.repeat(10_000)] },
    { words: ['a\ntruck'] },
    { not: Array(8).fill('a car') },
    { image: 'README.md' },
    { since: pastTime('2999-01-01') },
    { since: pastTime('2026-05-02'), until: pastTime('2026-05-01') },
    { cameras: ['nowhere'] },
    { storePath: join(folder, 'nothing') },
    { storePath: newer },
  ])
    told.push(await search(given));
  expect(told).toEqual([
    'nothing to search for',
    'the words: expected at most 500 characters',
    'the words: expected text without control characters',
    '--not: at most 7 times',
    expect.stringMatching(/^README.md: not a picture that can be read/),
    '--since 2999-01-01T00:00:00.000Z is in the future',
    '--since 2026-05-02T00:00:00.000Z is not before --until 2026-05-01T00:00:00.000Z',
    '--camera nowhere: nothing is remembered of it',
    expect.stringMatching(/nothing: nothing is remembered in this folder$/),
    expect.stringMatching(/was written by a newer wordwatch .* \(no user input\)$/),
  ]);
});
