import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { drawFrame } from '../../test/fixtures/pictures.js';
import { rememberedFrames } from '../../test/fixtures/remembered-frames.js';
import type { Pyramid } from '../capture/pyramid.js';
import { decodeMinute } from '../store/vectors/minute-codec.js';
import { MinutePictures } from '../store/vectors/minute-pictures.js';
import { openVectorDatabase } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import { createLogger } from '../telemetry/logger.js';
import { planTiles } from '../tiling/layout.js';
import type { CameraView } from './camera-view.js';
import type { SeenFrame } from './rule-watch.js';
import { CodedTile } from './tile-embedder.js';
import { VectorRecorder } from './vector-recorder.js';

const DIMENSION = 4096;
const FRAME = { widthPx: 1920, heightPx: 1080 };
const HOW = { cameraId: 'yard', fps: 1, motionGate: true, timed: true };
const plan = planTiles({ layout: { kind: 'auto' }, frame: FRAME, inputSizePx: 224 });
const view = { plan, frame: FRAME } as CameraView;
const model = {
  describe: () => ({ modelHash: 'abc', dimension: DIMENSION, inputSizePx: 224 }) as never,
};

/** Frames in which the first tile never changes after the first of all, and the others always do. */
function* filmed(): Generator<SeenFrame> {
  const still = new CodedTile(new Int8Array(DIMENSION).fill(7));
  for (let second = 0; ; second++) {
    const coded = plan.tiles.map((_, tile) =>
      tile === 0 ? still : new CodedTile(new Int8Array(DIMENSION).fill(1 + ((second + tile) % 100))),
    );
    yield {
      ...{ cameraId: 'yard', atMs: second * 1000, ptsMs: second * 1000, coded, unseen: false },
      ...{ light: { saturation: 0.5, brightness: 0.5 }, blindSinceMs: null },
    };
  }
}

it('a full disk costs the oldest vectors, counted; what comes after it is remembered as it was seen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  try {
    using database = openVectorDatabase(folder);
    const store = new VectorStore(database);
    const frames = filmed();
    const seen: SeenFrame[] = [];
    using recorder = new VectorRecorder({
      ...{ store, model, commonness: null, logger: createLogger({ level: 'silent' }) },
    });
    const film = (minutes: number) => {
      for (let i = 0; i < minutes * 60; i++) {
        const frame = frames.next().value as SeenFrame;
        seen.push(frame);
        recorder.keep({ view, seen: frame }, HOW);
      }
      recorder.write();
    };
    film(3);
    const before = recorder.counts;
    expect(before).toMatchObject({ lost: 0, waitingBytes: 0 });
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
    database.exec(`PRAGMA max_page_count = ${pages}`);
    film(30);
    expect(recorder.counts.written).toBe(before.written);
    expect(recorder.counts.lost).toBeGreaterThan(0);
    expect(recorder.counts.waitingBytes).toBeLessThanOrEqual(64_000_000);
    database.exec('PRAGMA max_page_count = 1000000');
    film(3);
    expect(recorder.counts.waitingBytes).toBe(0);

    const kept = [...rememberedFrames(store, { cameraId: 'yard', modelHash: 'abc', fromMs: 0, toMs: 1e12 })];
    const times = kept.map(({ seen }) => seen.atMs);
    expect(new Set(times).size).toBe(times.length);
    const lostFrames = recorder.counts.lost / (plan.tiles.length - 1);
    // The last minute is still open.
    expect(kept).toHaveLength(seen.length - lostFrames - 60);
    const bySecond = new Map(seen.map((frame) => [frame.atMs, frame]));
    for (const { seen: again } of kept) {
      expect(again.coded?.map(({ code }) => code[0])).toEqual(
        bySecond.get(again.atMs)!.coded!.map(({ code }) => code[0]),
      );
    }
    const chains = store.rows({}).map(({ id }) => decodeMinute(store.body(id)!).chain.run);
    expect(new Set(chains).size).toBe(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a camera’s last minutes go on from those before them, written before its end or after; who comes back does not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  try {
    using database = openVectorDatabase(folder);
    const store = new VectorStore(database);
    const logger = createLogger({ level: 'silent' });
    {
      using recorder = new VectorRecorder({ store, model, commonness: null, logger });
      const frames = filmed();
      const film = (seconds: number) => {
        for (let i = 0; i < seconds; i++)
          recorder.keep({ view, seen: frames.next().value as SeenFrame }, HOW);
      };
      film(90);
      recorder.write();
      film(60);
      recorder.end('yard');
      film(60);
    }
    const minutes = store.rows({}).map(({ id }) => decodeMinute(store.body(id)!));
    const first = minutes[0]!.chain.run;
    expect(minutes.map(({ chain, carried }) => [chain.run === first, chain.place, carried.length])).toEqual([
      [true, 0, 0],
      [true, 1, 0],
      [true, 2, 0],
      [false, 0, 0],
      [false, 1, 0],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('keeps one picture a minute, of the frame in which most changed, as long as the minute', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  try {
    using database = openVectorDatabase(folder);
    const store = new VectorStore(database);
    let broken = false;
    const shown: number[] = [];
    const pictureOf = async ({ capturedAtMs }: Pyramid) => {
      if (broken) throw new Error('no memory');
      shown.push(capturedAtMs / 1000);
      return Buffer.from(String(capturedAtMs));
    };
    {
      const logger = createLogger({ level: 'silent' });
      using recorder = new VectorRecorder({ store, model, commonness: null, pictureOf, logger });
      let tiles = plan.tiles.map(() => new CodedTile(new Int8Array(DIMENSION)));
      /** @param changing how many tiles do */
      const film = (second: number, changing: number) => {
        tiles = tiles.map((tile, i) => (i < changing ? new CodedTile(new Int8Array(DIMENSION)) : tile));
        const atMs = second * 1000;
        const pyramid = { ...drawFrame(() => [0, 0, 0]), capturedAtMs: atMs };
        const light = { saturation: 0.5, brightness: 0.5 };
        const seen = { cameraId: 'yard', atMs, ptsMs: atMs, coded: tiles, light, unseen: false };
        recorder.keep({ view, seen: { ...seen, blindSinceMs: null }, pyramid }, HOW);
      };
      film(0, 11); // all are new in the first frame of all
      film(60, 1);
      film(65, 9); // too soon
      film(75, 4);
      film(80, 2);
      film(100, 3);
      await Promise.resolve();
      broken = true;
      film(120, 1);
      await Promise.resolve();
    }
    expect(shown).toEqual([0, 60, 75]);
    const pictures = new MinutePictures(database);
    const nearest = (second: number) => pictures.nearest({ cameraId: 'yard', atMs: second * 1000 });
    expect([1, 59, 100, 135, 140].map(nearest)).toEqual([0, 75_000, 75_000, 75_000, null]);
    expect(Buffer.from(pictures.at({ cameraId: 'yard', atMs: 75_000 })!).toString()).toBe('75000');
    for (const place of [
      { cameraId: 'yard', atMs: 74_999 },
      { cameraId: 'gate', atMs: 75_000 },
    ])
      expect(pictures.at(place)).toBeNull();
    database.exec('DELETE FROM minutes WHERE from_ms = 60000');
    expect(nearest(100)).toBeNull();
    expect(database.prepare('SELECT COUNT(*) AS count FROM pictures').get()).toEqual({ count: 1 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
