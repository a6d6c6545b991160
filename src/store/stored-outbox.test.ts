import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeEvent } from '../../test/fixtures/happenings.js';
import { createLogger } from '../telemetry/logger.js';
import { openDatabase } from './database.js';
import { EventStore } from './event-store.js';
import { type Destination, StoredOutbox } from './stored-outbox.js';

const logger = createLogger({ level: 'silent' });
const BOTH: Destination[] = [
  { id: 'mqtt', wants: () => true },
  { id: 'webhook/fire', wants: ({ ruleId }) => ruleId === 'fire' },
];

let folder: string;
let database: DatabaseSyncInstance;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-outbox-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const rows = () =>
  (database.prepare('SELECT destination, seq FROM outbox ORDER BY destination, seq').all() as Row[]).map(
    ({ destination, seq }) => `${destination} ${seq}`,
  );
type Row = { destination: string; seq: number };

describe('StoredOutbox', () => {
  it('holds what each destination wants, and after a restart what it has not confirmed', () => {
    const store = new EventStore(database, logger, BOTH);
    for (const ruleId of ['fire', 'dog', 'fire']) store.append(makeEvent({ seq: 0, ruleId }));
    expect(rows()).toEqual(['mqtt 1', 'mqtt 2', 'mqtt 3', 'webhook/fire 1', 'webhook/fire 3']);
    const first = store.outbox('mqtt').next()!;
    store.outbox('mqtt').next();
    store.outbox('mqtt').acknowledge(first);
    store[Symbol.dispose]();

    const again = new EventStore(database, logger, BOTH);
    expect(again.outbox('mqtt').size).toBe(2);
    expect([again.outbox('mqtt').next()?.seq, again.outbox('mqtt').next()?.seq]).toEqual([2, 3]);
    expect(again.outbox('webhook/fire').next()).toEqual(again.at(1));
  });

  it('forgets what waits for a destination that is gone, and says how much', () => {
    new EventStore(database, logger, BOTH).append(makeEvent({ seq: 0 }));
    const log: string[] = [];
    new EventStore(database, logTo(log), [BOTH[0]!]);
    expect(rows()).toEqual(['mqtt 1']);
    expect(log.join()).toMatch(/webhook\/fire.*1.*no longer configured/);
  });

  it('sends events that the disk refuses, and does not send them again once it takes them', () => {
    const store = new EventStore(database, logger, BOTH);
    database.exec('PRAGMA query_only = ON'); // as a disk that has become read-only
    store.append(makeEvent({ seq: 0, ruleId: 'dog' }));
    store.append(makeEvent({ seq: 0, ruleId: 'dog' }));
    const outbox = store.outbox('mqtt');
    outbox.acknowledge(outbox.next()!);
    database.exec('PRAGMA query_only = OFF');
    store.flush();
    expect(store.waiting).toBe(0);
    expect(rows()).toEqual(['mqtt 2']);
    expect(outbox.next()?.seq).toBe(2);
  });

  it('crosses off later what a full disk does not let it cross off now', () => {
    vi.useFakeTimers();
    try {
      const store = new EventStore(database, logger, BOTH);
      store.append(makeEvent({ seq: 0, ruleId: 'dog' }));
      database.exec('PRAGMA query_only = ON');
      const outbox = store.outbox('mqtt');
      outbox.acknowledge(outbox.next()!);
      vi.advanceTimersByTime(1_000);
      expect(rows()).toEqual(['mqtt 1']);
      database.exec('PRAGMA query_only = OFF');
      vi.advanceTimersByTime(10_000);
      expect(rows()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('writes events by itself when a full disk has room again', () => {
    vi.useFakeTimers();
    try {
      const pages = (database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
      database.exec(`PRAGMA max_page_count = ${pages}`);
      const store = new EventStore(database, logger, BOTH);
      for (let i = 0; i < 50; i++) store.append(makeEvent({ seq: 0 }));
      const refused = store.waiting;
      expect(refused).toBeGreaterThan(0);
      expect(store.outbox('mqtt').size).toBe(50);
      database.exec('PRAGMA max_page_count = 100000');
      vi.advanceTimersByTime(10_000);
      expect(store.waiting).toBe(0);
      expect(store.list({ after: 0, limit: 99 })).toHaveLength(50);
      expect(rows().filter((row) => row.startsWith('mqtt'))).toHaveLength(50);
    } finally {
      vi.useRealTimers();
    }
  });

  it('drops the oldest when it is full, and what retention took away, and says so once', () => {
    const store = new EventStore(database, logger, [BOTH[0]!]);
    for (let i = 0; i < 5; i++) store.append(makeEvent({ seq: 0 }));
    database.exec('DELETE FROM events WHERE seq = 4');
    const log: string[] = [];
    const outbox = new StoredOutbox({
      ...{ database, destination: BOTH[0]!, limit: 3, logger: logTo(log) },
      eventAt: (seq) => store.at(seq),
      isUnwritten: () => false,
      isTold: () => true,
    });
    expect([outbox.next()?.seq, outbox.next()?.seq, outbox.next()]).toEqual([3, 5, null]);
    expect([outbox.size, outbox.dropped]).toEqual([2, 3]);
    expect(log.filter((line) => line.includes('dropped unsent'))).toHaveLength(1);
    outbox[Symbol.dispose]();
    expect(rows()).toEqual(['mqtt 3', 'mqtt 5']);
  });

  it('confirms every event once and in order, whenever connections break and programs restart', () => {
    const step = fc.constantFrom('push', 'send', 'acknowledge', 'break', 'restart');
    database.exec('PRAGMA synchronous = OFF'); // hundreds of runs
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        database.exec('DELETE FROM events; DELETE FROM outbox');
        const open = () => new EventStore(database, logger, [BOTH[0]!]);
        let store = open();
        const confirmed: number[] = [];
        let underWay: { seq: number }[] = [];
        const send = () => {
          const event = store.outbox('mqtt').next();
          if (event) underWay.push(event);
        };
        const acknowledge = () => {
          const event = underWay.shift();
          if (!event) return;
          store.outbox('mqtt').acknowledge(event as ReturnType<typeof makeEvent>);
          confirmed.push(event.seq);
        };
        for (const what of steps) {
          if (what === 'push') store.append(makeEvent({ seq: 0 }));
          if (what === 'send') send();
          if (what === 'acknowledge') acknowledge();
          if (what === 'break') store.outbox('mqtt').rewind();
          if (what === 'restart') {
            store[Symbol.dispose]();
            store = open();
          }
          if (what === 'break' || what === 'restart') underWay = [];
        }
        store.outbox('mqtt').rewind();
        underWay = [];
        while (store.outbox('mqtt').size > 0) {
          send();
          acknowledge();
        }
        expect(confirmed).toEqual(Array.from({ length: store.lastSeq }, (_, n) => n + 1));
        store[Symbol.dispose]();
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

function logTo(lines: string[]) {
  const write = (line: unknown, _encoding: unknown, done: () => void) => {
    lines.push(String(line));
    done();
  };
  return pino({ level: 'info' }, new Writable({ write }));
}
