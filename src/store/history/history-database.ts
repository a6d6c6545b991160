import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Logger } from '../../telemetry/logger.js';
import { openDatabase } from '../database.js';
import { openOrPutAside } from '../recover-database.js';

/**
 * What was: highest scores, light and health of every minute. A file of its own, as it may lose its last seconds in a power
 * cut, is there also where no vectors are kept, and a damage to it is none to the events.
 */
const FORMAT = {
  pragmas: 'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = NORMAL;',
  migrations: [
    // One row for all rules of a camera's minute, in the order of time: a week of twenty rules is read in one go.
    `CREATE TABLE cameras (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
     CREATE TABLE rules (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
     CREATE TABLE minutes (
       camera INTEGER NOT NULL,
       minute INTEGER NOT NULL,
       body BLOB NOT NULL,
       PRIMARY KEY (camera, minute)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE health (
       id INTEGER PRIMARY KEY,
       camera INTEGER NOT NULL,
       at_ms REAL NOT NULL,
       state TEXT NOT NULL,
       health TEXT,
       reason TEXT
     ) STRICT;
     CREATE INDEX health_by_time ON health (camera, at_ms);`,
  ],
};

/** The file of the history in a data folder. */
export function historyDatabasePath(folder: string): string {
  return join(folder, 'history.db');
}

/** Opens it to write. @throws WordwatchError as `openDatabase` does */
export function openHistoryDatabase(folder: string): DatabaseSyncInstance {
  return openDatabase(historyDatabasePath(folder), FORMAT);
}

/** The same for the service: what cannot be read is put aside, never deleted, and an empty one takes its place. */
export function openHistoryOrSetAside(
  folder: string,
  { nowMs, logger }: { nowMs: number; logger: Logger },
): DatabaseSyncInstance {
  return openOrPutAside(historyDatabasePath(folder), {
    ...{ open: () => openHistoryDatabase(folder), nowMs },
    onPutAside: (fields) => logger.error(fields, 'history corrupt: put aside, a new file begins'),
  });
}
