import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeEvent } from '../../test/fixtures/happenings.js';
import { createLogger } from '../telemetry/logger.js';
import { databasePath, openDatabase } from './database.js';
import { EventStore } from './event-store.js';
import { MomentStore } from './moment-store.js';
import { ALL_EVENTS, PastEvents } from './past-events.js';

const T0 = Date.UTC(2026, 4, 1);
const idOf = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;

let folder: string;
let database: DatabaseSyncInstance;
let events: EventStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'past-'));
  database = openDatabase(databasePath(folder));
  events = new EventStore(database, createLogger({ level: 'silent' }));
});
afterEach(() => {
  events[Symbol.dispose]();
  database.close();
  rmSync(folder, { recursive: true });
});

/** Ten events, a minute apart: even ones of fire in the yard, odd ones of a dog at the gate; the first five are over. */
function raiseTen(): void {
  for (let i = 0; i < 10; i++) {
    const startedAtMs = T0 + i * 60_000;
    const whose = i % 2 === 0 ? { cameraId: 'yard', ruleId: 'fire' } : { cameraId: 'gate', ruleId: 'dog' };
    const about = {
      ...whose,
      id: idOf(i),
      seq: 0,
      startedAtMs,
      severity: i === 3 ? 'info' : 'critical',
    } as const;
    events.append(makeEvent({ ...about, atMs: startedAtMs, snapshot: `snapshots/${i}.jpg`, score: 5 }));
    if (i < 5)
      events.append(makeEvent({ ...about, atMs: startedAtMs + 9_000, phase: 'end', endedAtMs: startedAtMs }));
    const { tile, atMs, modelHash } = makeEvent(about);
    new MomentStore(database).put({
      ...{ id: idOf(i), kind: 'event', peak: null, key: '', modelHash, ...whose },
      ...{ atMs, score: 5, threshold: 4, tile, vector: new Float32Array(4) },
    });
  }
}

const shown = (past: PastEvents, filter: Partial<typeof ALL_EVENTS>) =>
  past
    .page({ ...ALL_EVENTS, ...filter }, { before: null, limit: 100 })
    .events.map(({ event }) => Number(event.id.slice(-4)));

describe('events of the past', () => {
  it('are listed newest first, by what is asked for, page by page, and next to each other', () => {
    raiseTen();
    const moments = new MomentStore(database);
    moments.review(idOf(2), 'true', T0);
    moments.review(idOf(4), 'false', T0);
    moments.review(idOf(4), null, T0);
    const past = new PastEvents(database);
    expect(shown(past, {})).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(shown(past, { cameraId: 'yard' })).toEqual([8, 6, 4, 2, 0]);
    expect(shown(past, { ruleId: 'dog', state: 'open' })).toEqual([9, 7, 5]);
    expect(shown(past, { state: 'over' })).toEqual([4, 3, 2, 1, 0]);
    expect(shown(past, { severity: 'info' })).toEqual([3]);
    expect(shown(past, { verdict: 'true' })).toEqual([2]);
    expect(shown(past, { verdict: 'none', cameraId: 'yard' })).toEqual([8, 6, 4, 0]);
    expect(shown(past, { fromMs: T0 + 60_000, toMs: T0 + 3 * 60_000 })).toEqual([2, 1]);
    expect(past.count({ ...ALL_EVENTS, state: 'over', cameraId: 'yard' })).toBe(3);

    const first = past.page(ALL_EVENTS, { before: null, limit: 6 });
    const second = past.page(ALL_EVENTS, { before: first.next, limit: 4 });
    expect(second.events.map(({ event }) => event.id)).toEqual([3, 2, 1, 0].map(idOf));
    expect(second.next).toBeNull();

    const yard = { ...ALL_EVENTS, cameraId: 'yard' };
    expect(past.neighbours(idOf(4), yard)).toEqual({ newer: idOf(6), older: idOf(2) });
    expect(past.neighbours(idOf(9), yard)).toEqual({ newer: null, older: idOf(8) });
    expect(past.neighbours(idOf(0), ALL_EVENTS)).toEqual({ newer: idOf(1), older: null });
    // As they stand last, with the picture of the first phase.
    const { event: open } = past.get(idOf(9))!;
    events.append(makeEvent({ ...open, phase: 'update', atMs: open.atMs + 9_000, score: 7 }));
    const { event, picture, verdict } = past.get(idOf(2))!;
    expect([event.phase, picture?.path, verdict]).toEqual(['end', 'snapshots/2.jpg', 'true']);
    expect(past.get(idOf(9))).toMatchObject({ event: { phase: 'update', score: 7 }, picture: { score: 5 } });
    expect(past.get(idOf(77))).toBeNull();
  });

  it('are gone when their last phase is deleted, and none is told of too early', () => {
    raiseTen();
    database.exec('DELETE FROM events WHERE seq <= 3'); // both phases of 0, the start of 1
    const past = new PastEvents(database, { lastSeq: () => 14 });
    // Sequence number 15 is the last event's start.
    expect(shown(past, {})).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(past.get(idOf(9))).toBeNull();
    expect([...past.all({ ...ALL_EVENTS, state: 'over' })].map(({ event }) => event.id)).toEqual(
      [1, 2, 3, 4].map(idOf),
    );
  });

  it('of a data folder from before the list are in it, but for those that cannot be read', () => {
    raiseTen();
    new MomentStore(database).review(idOf(2), 'true', T0);
    database.exec(`DROP TABLE event_list; DROP TRIGGER event_phase_added; DROP TRIGGER event_phase_deleted;
      DROP TRIGGER event_judged; ALTER TABLE moments DROP COLUMN reached; UPDATE events SET json = '{' WHERE seq = 15; PRAGMA user_version = 6;`);
    using again = openDatabase(databasePath(folder));
    const past = new PastEvents(again);
    expect(shown(past, {})).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(shown(past, { verdict: 'true', state: 'over' })).toEqual([2]);
  });
});
