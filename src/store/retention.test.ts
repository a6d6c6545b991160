import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeEvent } from '../../test/fixtures/happenings.js';
import { createLogger } from '../telemetry/logger.js';
import { openDatabase } from './database.js';
import type { DiskSpace } from './disk-space.js';
import { EventStore } from './event-store.js';
import { MomentStore } from './moment-store.js';
import { Retention, type RetentionOptions } from './retention.js';

const logger = createLogger({ level: 'silent' });
const DAY_MS = 86_400_000;
const KEEP = { eventsMs: 90 * DAY_MS, snapshotsMs: 30 * DAY_MS, vectorsMs: 7 * DAY_MS, sizeBytes: null };
const ROOM: DiskSpace = { freeBytes: 50e9, totalBytes: 100e9 };

let folder: string;
let database: DatabaseSyncInstance;
let store: EventStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-retention-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
  database.exec('PRAGMA synchronous = OFF');
  store = new EventStore(database, logger, [{ id: 'mqtt', wants: () => true }]);
  mkdirSync(join(folder, 'snapshots'));
});
afterEach(() => {
  store[Symbol.dispose]();
  database.close();
  rmSync(folder, { recursive: true });
});

function retention(given: Partial<RetentionOptions> = {}): Retention {
  return new Retention({
    ...{
      database,
      store,
      root: folder,
      keep: KEEP,
      vectors: null,
      history: { sweep: async () => {} },
      onNearlyFull: () => {},
      logger,
    },
    diskSpace: async () => ROOM,
    ...given,
  });
}

/** An event that was stored some days ago. @returns its id */
function storeEvent(daysAgo: number): string {
  const { id, seq } = store.append(makeEvent({ seq: 0 }));
  database
    .prepare('UPDATE events SET stored_at_ms = ? WHERE seq = ?')
    .run(Date.now() - daysAgo * DAY_MS, seq);
  return id;
}

/** A file among the snapshots, written some days ago. */
function picture(name: string, daysAgo: number, bytes = 10): void {
  const path = join(folder, 'snapshots', name);
  writeFileSync(path, Buffer.alloc(bytes));
  const at = new Date(Date.now() - daysAgo * DAY_MS);
  utimesSync(path, at, at);
}

/** A moment with the id of an event. */
function storeMoment(id: string): void {
  const { tile, cameraId, ruleId, modelHash } = makeEvent({ seq: 0 });
  new MomentStore(database).put({
    ...{ id, kind: 'event', peak: null, cameraId, ruleId, key: 'k', modelHash, tile },
    ...{ atMs: 1, score: 1, threshold: 1, vector: Float32Array.of(1) },
  });
}

const seqs = () => store.list({ after: 0, limit: 1e6 }).map(({ seq }) => seq);
const pictures = () => readdirSync(join(folder, 'snapshots')).sort();

describe('Retention', () => {
  it('deletes old events with what of them waits, and lets numbers go on', async () => {
    for (const daysAgo of [95, 91, 89]) storeEvent(daysAgo);
    await retention().sweep();
    expect(seqs()).toEqual([3]);
    expect(database.prepare('SELECT seq FROM outbox').all()).toEqual([{ seq: 3 }]);
    database.exec('UPDATE events SET stored_at_ms = 0');
    await retention().sweep();
    expect(seqs()).toEqual([3]);
    expect(new EventStore(database, logger).append(makeEvent({ seq: 0 })).seq).toBe(4);
  });

  it('deletes many in small steps, between which others get their turn', async () => {
    database.exec('PRAGMA query_only = ON');
    for (let i = 0; i < 3_000; i++) store.append(makeEvent({ seq: 0 }));
    database.exec('PRAGMA query_only = OFF');
    store.flush();
    database.exec('UPDATE events SET stored_at_ms = 0');
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await retention().sweep();
    clearInterval(timer);
    expect(seqs()).toEqual([3_000]);
    expect(turns).toBeGreaterThan(2);
  });

  it('deletes old pictures unless reviewed, orphans and what is half written, and nothing else', async () => {
    const [old, reviewed, fresh] = [storeEvent(31), storeEvent(31), storeEvent(1)];
    const [moment, orphan, newborn] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
    storeMoment(reviewed);
    storeMoment(moment);
    new MomentStore(database).review(reviewed, 'true', 1);
    picture(`${old}.jpg`, 31);
    picture(`${reviewed}.jpg`, 31);
    for (const id of [fresh, moment, orphan]) picture(`${id}.jpg`, 1);
    picture(`${newborn}.jpg`, 0);
    picture(`${orphan}.jpg.part`, 1);
    picture(`${newborn}.jpg.part`, 0);
    picture('holiday.jpg', 99);
    await retention().sweep();
    expect(pictures()).toEqual(
      [
        ...[reviewed, fresh, moment, newborn].map((id) => `${id}.jpg`),
        `${newborn}.jpg.part`,
        'holiday.jpg',
      ].sort(),
    );
  });

  it('leaves a picture alone whose event waits for the disk', async () => {
    database.exec('PRAGMA query_only = ON');
    const { id } = store.append(makeEvent({ seq: 0 }));
    picture(`${id}.jpg`, 1);
    await retention().sweep();
    expect(pictures()).toEqual([`${id}.jpg`]);
    database.exec('PRAGMA query_only = OFF');
  });

  it('keeps to a size: oldest pictures go first, reviewed ones after them, events last', async () => {
    const ids = [3, 2, 1].map((daysAgo) => storeEvent(daysAgo));
    storeMoment(ids[0]!);
    new MomentStore(database).review(ids[0]!, 'true', 1);
    for (const [index, id] of ids.entries()) picture(`${id}.jpg`, 3 - index, 1e6);
    const sweep = (sizeBytes: number) => retention({ keep: { ...KEEP, sizeBytes } }).sweep();
    await sweep(2.5e6);
    expect(pictures()).toEqual([`${ids[0]}.jpg`, `${ids[2]}.jpg`].sort());
    await sweep(1.5e6);
    expect(pictures()).toEqual([`${ids[0]}.jpg`]);
    expect(seqs()).toEqual([1, 2, 3]);
    await sweep(1_000);
    expect(pictures()).toEqual([]);
    expect(seqs()).toEqual([3]);
  });

  it('makes room on a disk that is nearly full, says so once, and again when it is over', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => storeEvent(20 - index / 10));
    for (const [index, id] of ids.entries()) picture(`${id}.jpg`, 20 - index / 10);
    picture(`${storeEvent(0)}.jpg`, 0);
    let otherBytes = 99.6e9;
    const told: boolean[] = [];
    const part = retention({
      diskSpace: async () => ({ totalBytes: 100e9, freeBytes: 100e9 - otherBytes - pictures().length * 1e7 }),
      onNearlyFull: (isNearlyFull) => told.push(isNearlyFull),
    });
    otherBytes = 97.2e9; // room again as soon as 50 are gone
    await part.sweep();
    expect(pictures()).toHaveLength(71);
    expect(existsSync(join(folder, 'snapshots', `${ids[0]}.jpg`))).toBe(false);
    expect(existsSync(join(folder, 'snapshots', `${ids[119]}.jpg`))).toBe(true);
    expect(seqs()).toHaveLength(121);
    expect(part.nearlyFull).toMatch(/only 1590 MB/);
    await part.sweep();
    expect(part.nearlyFull).toBeNull();
    otherBytes = 99.9e9; // and whatever is deleted, there is none
    await part.sweep();
    await part.sweep();
    expect(pictures()).toHaveLength(1);
    expect(seqs()).toEqual([121]);
    expect(told).toEqual([true, false, true]);
  });

  it('sweeps at the start, goes on after a failure, and stops', async () => {
    storeEvent(95);
    storeEvent(1);
    const part = retention({ diskSpace: async () => Promise.reject(new Error('no such disk')) });
    part.start();
    await vi.waitFor(() => expect(seqs()).toEqual([2]));
    await part[Symbol.asyncDispose]();
  });
});
