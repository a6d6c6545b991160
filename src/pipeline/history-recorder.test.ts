import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScore, makeStatus } from '../../test/fixtures/happenings.js';
import { type Bus, createBus } from '../bus.js';
import type { Score } from '../rules/score.js';
import {
  historyDatabasePath,
  openHistoryDatabase,
  openHistoryOrSetAside,
} from '../store/history/history-database.js';
import { HistoryStore } from '../store/history/history-store.js';
import type { ScoreMinute } from '../store/history/minute-scores.js';
import { createLogger } from '../telemetry/logger.js';
import { HistoryRecorder } from './history-recorder.js';

const MINUTE_MS = 60_000;
const ALWAYS = { cameraId: 'yard', fromMs: 0, toMs: 1e12 };

let folder: string;
let database: DatabaseSyncInstance;
let store: HistoryStore;
let bus: Bus;
let nowMs: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'));
  database = openHistoryDatabase(folder);
  store = new HistoryStore(database);
  bus = createBus();
  nowMs = 0;
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function record(): HistoryRecorder {
  const logger = createLogger({ level: 'silent' });
  const clock = { nowMs: () => nowMs };
  const recorder = new HistoryRecorder({ store, cameraIds: ['yard', 'door'], bus, logger, clock });
  recorder.start();
  return recorder;
}

/** A frame of the yard, at a time. */
function show(recorder: HistoryRecorder, atMs: number, scores: Partial<Score>[], brightness = 0.5): void {
  nowMs = Math.max(nowMs, atMs);
  const light = { saturation: 0.5, brightness };
  const seen = { cameraId: 'yard', atMs, ptsMs: 0, light, coded: null, unseen: false, blindSinceMs: null };
  recorder.keep({ seen, scores: scores.map((score) => makeScore({ ...score, atMs })) }, 'yard');
}

async function minutes(cameraId = 'yard'): Promise<ScoreMinute[]> {
  const all: ScoreMinute[] = [];
  for await (const portion of store.minutes({ ...ALWAYS, cameraId })) all.push(...portion);
  return all;
}

describe('the history of scores', () => {
  it('keeps the highest of each minute and what it was measured against, beyond a restart within the minute', async () => {
    {
      using recorder = record();
      show(recorder, 1_000, [{ score: 1 }, { ruleId: 'dog', score: Number.NaN }]);
      show(recorder, 2_000, [{ score: 3, threshold: 4.5, thresholdState: 'certified' }], 0.1);
      show(recorder, 3_000, [{ score: 2 }]);
    }
    {
      using recorder = record();
      show(recorder, 30_000, [{ score: 2.5 }, { ruleId: 'dog', score: -1 }], 0.5);
      show(recorder, MINUTE_MS, []);
      // A minute that no frame ends is over, too.
      nowMs = 2 * MINUTE_MS;
      recorder.write();
      expect((await minutes()).at(-1)).toEqual({
        minute: 1,
        light: { regime: 'day', brightness: 0.5 },
        scores: [],
      });
    }
    const [first] = await minutes();
    expect(first).toMatchObject({ minute: 0, light: { regime: 'day' } });
    expect(first!.scores).toEqual([
      { ruleId: 'fire', score: 3, threshold: 4.5, state: 'certified' },
      { ruleId: 'dog', score: -1, threshold: 4, state: 'fixed' },
    ]);
  });

  it('waits for a disk that refuses it, and loses nothing meanwhile', async () => {
    using recorder = record();
    // Somebody else writes and does not come to an end.
    const other = new DatabaseSync(historyDatabasePath(folder));
    database.exec('PRAGMA busy_timeout = 1');
    other.exec('BEGIN IMMEDIATE');
    for (const minute of [0, 1, 2]) show(recorder, minute * MINUTE_MS, [{ score: minute }]);
    recorder.write();
    expect(await minutes()).toEqual([]);
    other.exec('COMMIT');
    other.close();
    recorder.write();
    expect((await minutes()).map(({ scores }) => scores[0]!.score)).toEqual([0, 1]);
  });

  it('begins anew beside a file that is none, which is kept', async () => {
    database.close();
    for (const end of ['-wal', '-shm']) rmSync(`${historyDatabasePath(folder)}${end}`, { force: true });
    writeFileSync(historyDatabasePath(folder), 'no database'.repeat(1_000));
    database = openHistoryOrSetAside(folder, { nowMs: 0, logger: createLogger({ level: 'silent' }) });
    store = new HistoryStore(database);
    expect(await minutes()).toEqual([]);
    expect(readdirSync(folder).some((name) => name.startsWith('history.db.corrupt-'))).toBe(true);
  });

  it('leaves out what is damaged, and goes when it is too old', async () => {
    {
      using recorder = record();
      for (let minute = 0; minute < 2_000; minute++) show(recorder, minute * MINUTE_MS, [{ score: 1 }]);
    }
    database.exec("UPDATE minutes SET body = x'01' WHERE minute = 7");
    expect(await minutes()).toHaveLength(1_999);
    await store.sweep(1_500 * MINUTE_MS);
    expect((await minutes())[0]!.minute).toBe(1_500);
    expect(await minutes()).toHaveLength(500);
    store.rename('yard', 'garden');
    expect(await minutes()).toEqual([]);
    expect(await minutes('garden')).toHaveLength(500);
  });
});

describe('the history of health', () => {
  const health = (fromMs = 0, limit = 9) =>
    store.health({ ...ALWAYS, fromMs, limit }).map(({ atMs, state, health }) => [atMs, state, health]);
  const tell = async (atMs: number, status: Parameters<typeof makeStatus>[0]) => {
    nowMs = atMs;
    bus.emit('camera', makeStatus(status));
    await turn();
  };

  it('keeps each change once, since when it was, and what was in force before a stretch of time', async () => {
    {
      using _ = record();
      await tell(10, { state: 'connecting' });
      await tell(20, {});
      await tell(25, { missedPart: 0.5 });
      await tell(90, { health: { kind: 'black', sinceMs: 50 } });
      await tell(100, { state: 'offline', reason: 'refused' });
      await tell(110, { state: 'connecting' });
      await tell(120, { state: 'offline', reason: 'refused' });
      await tell(130, {});
      expect(health()).toEqual([
        [10, 'connecting', null],
        [20, 'online', null],
        [50, 'online', 'black'],
        [100, 'offline', null],
        [130, 'online', null],
      ]);
      expect(health(60)).toEqual([
        [50, 'online', 'black'],
        [100, 'offline', null],
        [130, 'online', null],
      ]);
      expect(health(0, 2)).toEqual([
        [100, 'offline', null],
        [130, 'online', null],
      ]);
      nowMs = 200;
    }
    expect(health(150)).toEqual([
      [130, 'online', null],
      [200, 'stopped', null],
    ]);
    await store.sweep(150);
    expect(health()).toEqual([
      [130, 'online', null],
      [200, 'stopped', null],
    ]);
  });

  it('says afterwards that a program was killed, and when it was last heard of', async () => {
    const killed = record();
    await tell(10, {});
    show(killed, 5 * MINUTE_MS, []);
    show(killed, 6 * MINUTE_MS, []);
    killed.write();
    bus.removeAllListeners();
    nowMs = 60 * MINUTE_MS;
    using _ = record();
    await tell(nowMs, {});
    expect(health()).toEqual([
      [10, 'online', null],
      [6 * MINUTE_MS, 'stopped', null],
      [60 * MINUTE_MS, 'online', null],
    ]);
  });
});
