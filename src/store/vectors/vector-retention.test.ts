import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeEvent } from '../../../test/fixtures/happenings.js';
import { createLogger } from '../../telemetry/logger.js';
import { databasePath, openDatabase } from '../database.js';
import { EventStore } from '../event-store.js';
import { openVectorDatabase, vectorDatabasePath } from './vector-database.js';
import { VectorRetention } from './vector-retention.js';
import { VectorStore, type VectorStream } from './vector-store.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STREAM: VectorStream = {
  ...{ cameraId: 'yard', modelHash: 'abc', dimension: 1000, inputSizePx: 64 },
  ...{
    frame: { widthPx: 64, heightPx: 64 },
    tiles: [],
    fps: 1,
    motionGate: true,
    timed: true,
    captions: null,
  },
};

let folder: string;
let database: DatabaseSyncInstance;
let events: DatabaseSyncInstance;
let store: VectorStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-vectors-'));
  events = openDatabase(databasePath(folder));
  database = openVectorDatabase(folder);
  store = new VectorStore(database);
});
afterEach(() => {
  events.close();
  database.close();
  rmSync(folder, { recursive: true });
});

/** A row of ten vectors at a minute, stored when it was over. */
function remember(minute: number, cameraId = 'yard'): void {
  const frame = { ptsMs: 0, light: { saturation: 0, brightness: 0 }, scored: true, unseen: false };
  const atMs = minute * MINUTE_MS;
  const frames = Array.from({ length: 10 }, (_, i) => ({
    ...{ ...frame, atMs: atMs + i, blindSinceMs: null, fresh: [0] },
  }));
  const minuteOf = { dimension: 1000, tiles: 1, chain: { run: 1, place: minute }, frames, carried: [] };
  const codes = new Int8Array(10_000).map(() => Math.random() * 100);
  store.write(
    [{ stream: { ...STREAM, cameraId }, minute: { ...minuteOf, codes, commonness: new Float32Array() } }],
    { storedAtMs: atMs + MINUTE_MS },
  );
}

const left = (cameraId = 'yard') => store.rows({ cameraId }).map(({ fromMs }) => fromMs / MINUTE_MS);

function retention(keep: { vectorsMs?: number; vectorsSizeBytes?: number } = {}): VectorRetention {
  const { signal } = new AbortController();
  return new VectorRetention({
    ...{ database, events, signal },
    keep: { vectorsMs: HOUR_MS, vectorsSizeBytes: 1e12, ...keep },
  });
}

describe('vectors', () => {
  it('go when they are too old, but those around an event stay as long as it does', async () => {
    using stored = new EventStore(events, createLogger({ level: 'silent' }));
    for (let minute = 0; minute < 10; minute++) remember(minute);
    stored.append(makeEvent({ seq: 0, cameraId: 'yard', atMs: 3 * MINUTE_MS + 5 }));
    stored.append(makeEvent({ seq: 0, cameraId: 'door', atMs: 0 }));
    await retention().sweep(HOUR_MS + 7.5 * MINUTE_MS);
    expect(left()).toEqual([2, 3, 4, 7, 8, 9]);
    events.exec('DELETE FROM events');
    await retention().sweep(HOUR_MS + 7.5 * MINUTE_MS);
    expect(left()).toEqual([7, 8, 9]);
  });

  it('go when there are too many of a camera, the oldest first, and others stay', async () => {
    for (let minute = 0; minute < 10; minute++) remember(minute);
    remember(0, 'door');
    await retention({ vectorsSizeBytes: 45_000 }).sweep(0);
    expect(left()).toEqual([6, 7, 8, 9]);
    expect(left('door')).toEqual([0]);
  });

  it('give their room back to a disk that is nearly full', async () => {
    for (let minute = 0; minute < 100; minute++) remember(minute);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const before = statSync(vectorDatabasePath(folder)).size;
    expect(await retention().makeRoom(500_000)).toBeGreaterThan(500_000);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(before - statSync(vectorDatabasePath(folder)).size).toBeGreaterThan(450_000);
    expect(left().length).toBeGreaterThan(40);
    expect(left()).not.toContain(0);
  });
});
