import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeEvent } from '../../test/fixtures/happenings.js';
import { openDatabase } from './database.js';
import { EventStore } from './event-store.js';
import { openOrSetAside } from './recover-database.js';

let folder: string;
let path: string;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-recover-'));
  path = join(folder, 'wordwatch.db');
  log = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function logger() {
  const write = (line: unknown, _encoding: unknown, done: () => void) => {
    log.push(String(line));
    done();
  };
  return pino({ level: 'info' }, new Writable({ write }));
}

function recover() {
  return openOrSetAside(path, { nowMs: Date.UTC(2026, 10, 25, 12, 30), logger: logger() });
}

/** A database of many pages, closed, which it would not be if any statement were left. */
function fill(): void {
  const database = openDatabase(path);
  database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO events (seq, id, camera_id, rule_id, at_ms, json)
      SELECT i, 'some-id', 'yard', 'fire', 1, printf('%0500d', i) FROM n`);
  database.close();
  expect(readdirSync(folder)).toEqual(['wordwatch.db']);
}

function scribble(offset: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, offset);
  closeSync(file);
}

/** Files below the folder that this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

describe('openOrSetAside', () => {
  it('leaves a sound database alone', () => {
    fill();
    using opened = recover();
    expect(opened.setAside).toBeNull();
    expect(new EventStore(opened.database, logger()).lastSeq).toBe(500);
    expect(log).toEqual([]);
  });

  it.each([
    ['is no database', () => writeFileSync(path, 'something else'.repeat(500))],
    ['is damaged in its first page', () => scribble(0)],
    ['is damaged somewhere inside', () => scribble(20 * 4096)],
    ['is cut off', () => truncateSync(path, 30 * 4096)],
  ])('puts one aside that %s, says so, and begins a new one', (_, damage) => {
    fill();
    damage();
    {
      using opened = recover();
      expect(opened.setAside).toBe(`${path}.corrupt-2026-11-25T12-30-00.000Z`);
      const store = new EventStore(opened.database, logger());
      expect(store.append(makeEvent({ seq: 0 })).seq).toBe(1);
      expect(store.waiting).toBe(0);
    }
    expect(readdirSync(folder)).toContain('wordwatch.db.corrupt-2026-11-25T12-30-00.000Z');
    expect(openFiles().filter((file) => file.includes('.corrupt-'))).toEqual([]);
    expect(log.join()).toContain('database corrupt: put aside');
    using again = recover();
    expect(again.setAside).toBeNull();
  });

  it('is for the service alone: a command leaves the file where it is', () => {
    writeFileSync(path, 'something else'.repeat(500));
    expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: 'store-corrupt' }));
    expect(readdirSync(folder)).toEqual(['wordwatch.db']);
  });

  it('does not mistake a newer format for a damage', () => {
    const database = openDatabase(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(recover).toThrow(/newer wordwatch/);
    expect(readdirSync(folder)).toEqual(['wordwatch.db']);
  });
});
