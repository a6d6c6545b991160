import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DetectionEvent } from '../detect/event.js';
import { createLogger } from '../telemetry/logger.js';
import { openDatabase } from './database.js';
import { EventStore } from './event-store.js';
import { SnapshotFolder } from './snapshots.js';

const logger = createLogger({ level: 'silent' });
const ID = '0b0e7d9c-6a0e-4c6e-9a57-0c1a5a3b9f01';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function event(phase: DetectionEvent['phase'], id = ID): Omit<DetectionEvent, 'seq'> {
  return {
    id,
    cameraId: 'yard',
    ruleId: 'fire',
    phase,
    severity: 'critical',
    atMs: 2,
    startedAtMs: 1,
    startedPtsMs: 1,
    score: 3,
    peakScore: 3,
    threshold: 1,
    thresholdState: 'fixed',
    expectedFalseAlarmsPerDay: null,
    tile: { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } },
    modelHash: 'abc',
  };
}

describe('EventStore', () => {
  it('numbers events without gaps and goes on where it stopped', () => {
    const path = join(folder, 'a', 'wordwatch.db');
    const first = openDatabase(path);
    const store = new EventStore(first, logger);
    expect([store.append(event('start')).seq, store.append(event('update')).seq]).toEqual([1, 2]);
    first.close();
    const second = openDatabase(path);
    const again = new EventStore(second, logger);
    expect(again.append(event('end')).seq).toBe(3);
    expect(again.list({ after: 1, limit: 10 }).map(({ phase }) => phase)).toEqual(['update', 'end']);
    expect(again.get(ID)?.phase).toBe('end');
    expect(again.get('00000000-0000-4000-8000-000000000000')).toBeNull();
    second.close();
  });

  it('tells nobody of events that are not on the disk yet, and waits for it once for all that come meanwhile', async () => {
    const path = join(folder, 'wordwatch.db');
    const database = openDatabase(path);
    const store = new EventStore(database, logger, [{ id: 'mqtt', wants: () => true }]);
    const exec = vi.spyOn(database, 'exec');
    const commits = () => exec.mock.calls.filter(([sql]) => sql === 'COMMIT').length;
    const told = () => [store.lastSeq, store.list({ after: 0, limit: 99 }).length];
    store.add(event('start'));
    const first = store.settled();
    await Promise.resolve();
    await Promise.resolve();
    // The wait for the first is under way; these come meanwhile, from three cameras.
    const others = [1, 2, 3].map(() => {
      store.add(event('update'));
      return store.settled();
    });
    expect([...told(), store.outbox('mqtt').size, store.outbox('mqtt').next()]).toEqual([0, 0, 4, null]);
    await first;
    expect([...told(), store.outbox('mqtt').next()?.seq, store.outbox('mqtt').next()]).toEqual([
      1,
      1,
      1,
      null,
    ]);
    await Promise.all(others);
    expect([...told(), store.outbox('mqtt').next()?.seq, commits()]).toEqual([4, 4, 2, 2]);
    await store.settled();
    expect(commits()).toBe(2);
    // Whoever writes something else still waits for the disk with every transaction.
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });

    database.exec('PRAGMA query_only = ON'); // as a disk that has become read-only
    store.add(event('end'));
    await store.settled();
    expect([...told(), store.waiting]).toEqual([5, 5, 1]);
    database.exec('PRAGMA query_only = OFF');
    store[Symbol.dispose]();
    database.close();
    using again = openDatabase(path);
    expect(new EventStore(again, logger).lastSeq).toBe(5);
  });

  it('keeps events that the disk refuses, shows them, and writes them when it can', () => {
    const path = join(folder, 'wordwatch.db');
    const database = openDatabase(path);
    const store = new EventStore(database, logger);
    database.exec('PRAGMA query_only = ON'); // as a disk that has become read-only
    store.append(event('start'));
    expect(store.waiting).toBe(1);
    expect(store.list({ after: 0, limit: 10 })).toHaveLength(1);
    expect(store.get(ID)?.phase).toBe('start');
    database.exec('PRAGMA query_only = OFF');
    store.append(event('end'));
    expect(store.waiting).toBe(0);
    expect(store.list({ after: 0, limit: 10 }).map(({ seq }) => seq)).toEqual([1, 2]);
    database.close();
  });
});

describe('openDatabase', () => {
  it('says so when the file is no database', () => {
    const path = join(folder, 'wordwatch.db');
    writeFileSync(path, 'not a database, but long enough to be taken for one'.repeat(50));
    expect(() => openDatabase(path)).toThrow(/wordwatch\.db: cannot open the database/);
  });

  it('refuses a newer format instead of misreading it', () => {
    const path = join(folder, 'wordwatch.db');
    const database = openDatabase(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openDatabase(path)).toThrow(/newer wordwatch/);
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder is read-only', () => {
    chmodSync(folder, 0o500);
    expect(() => openDatabase(join(folder, 'wordwatch.db'))).toThrow(/cannot open the database/);
  });
});

describe('SnapshotFolder', () => {
  it('gives back what was written, and null for what was not', async () => {
    const snapshots = new SnapshotFolder(folder);
    const path = await snapshots.write(ID, Uint8Array.of(1, 2, 3));
    expect(path).toBe(`snapshots/${ID}.jpg`);
    expect([...(await snapshots.read(ID))!]).toEqual([1, 2, 3]);
    expect(await snapshots.read('00000000-0000-4000-8000-000000000000')).toBeNull();
  });

  it('makes no path of anything but an id', async () => {
    await expect(new SnapshotFolder(folder).read('../../etc/passwd')).rejects.toThrow();
  });
});
