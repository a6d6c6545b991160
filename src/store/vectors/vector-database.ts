import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { WordwatchError } from '../../shared/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import { openDatabase, openFileReadOnly } from '../database.js';
import { openOrPutAside } from '../recover-database.js';

/**
 * Vectors have a file of their own: it grows to gigabytes, may lose its last seconds in a power cut, and a damage to it is
 * none to the events. Room that is freed can be given back to the disk.
 */
const FORMAT = {
  // A minute is some 50 kB: with pages of 4 kB, SQLite asks the system for it in a dozen pieces.
  pragmas: 'PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = NORMAL;',
  migrations: [
    // A stream is what rows of one camera have in common; another frame size, model or set of tiles is another stream.
    `CREATE TABLE streams (
       id INTEGER PRIMARY KEY,
       camera_id TEXT NOT NULL,
       model_hash TEXT NOT NULL,
       content TEXT NOT NULL UNIQUE
     ) STRICT;
     CREATE TABLE minutes (
       id INTEGER PRIMARY KEY,
       stream INTEGER NOT NULL REFERENCES streams (id),
       from_ms REAL NOT NULL,
       to_ms REAL NOT NULL,
       frames INTEGER NOT NULL,
       vectors INTEGER NOT NULL,
       bytes INTEGER NOT NULL,
       stored_at_ms REAL NOT NULL,
       body BLOB NOT NULL
     ) STRICT;
     CREATE INDEX minutes_by_time ON minutes (stream, from_ms, to_ms, vectors, bytes);
     CREATE INDEX minutes_by_age ON minutes (stored_at_ms);`,
    // Recordings that were indexed afterwards (`import-store.ts`): content by path, so that what is known need not be read
    // again, and what became of each content. Rows of one that was not finished are found by its id.
    `CREATE TABLE recordings (
       path TEXT PRIMARY KEY,
       bytes INTEGER NOT NULL,
       modified_ms REAL NOT NULL,
       hash TEXT NOT NULL
     ) STRICT;
     CREATE INDEX recordings_by_hash ON recordings (hash);
     CREATE TABLE imports (
       id INTEGER PRIMARY KEY,
       hash TEXT NOT NULL,
       model_hash TEXT NOT NULL,
       from_ms REAL NOT NULL,
       done INTEGER NOT NULL,
       UNIQUE (hash, model_hash)
     ) STRICT;
     ALTER TABLE minutes ADD COLUMN import INTEGER;
     CREATE INDEX minutes_by_import ON minutes (import) WHERE import IS NOT NULL;`,
    // One small picture a minute (`minute-pictures.ts`), apart from what is read by the thousand.
    `CREATE TABLE pictures (
       minute INTEGER PRIMARY KEY,
       at_ms REAL NOT NULL,
       jpeg BLOB NOT NULL
     ) STRICT;
     CREATE TRIGGER minute_gone AFTER DELETE ON minutes BEGIN
       DELETE FROM pictures WHERE minute = OLD.id;
     END;`,
  ],
};

/** The file of vectors in a data folder. */
export function vectorDatabasePath(folder: string): string {
  return join(folder, 'vectors.db');
}

/** Opens it to write. @throws WordwatchError as `openDatabase` does */
export function openVectorDatabase(folder: string): DatabaseSyncInstance {
  return openDatabase(vectorDatabasePath(folder), FORMAT);
}

/**
 * The same for the service: what cannot be read is put aside, never deleted, and an empty one takes its place. Only opening
 * finds damage: to read gigabytes at every start would take minutes, and a damaged row is skipped when it is met.
 */
export function openVectorsOrSetAside(
  folder: string,
  { nowMs, logger }: { nowMs: number; logger: Logger },
): DatabaseSyncInstance {
  return openOrPutAside(vectorDatabasePath(folder), {
    ...{ open: () => openVectorDatabase(folder), nowMs },
    onPutAside: (fields) => logger.error(fields, 'vectors corrupt: put aside, a new file begins'),
  });
}

/**
 * Opens it only to read, beside a program that writes.
 * @throws WordwatchError `vectors-missing`, and as `openFileReadOnly` does
 */
export function openVectorsReadOnly(folder: string): DatabaseSyncInstance {
  const database = openFileReadOnly(vectorDatabasePath(folder), FORMAT.migrations.length);
  if (database) return database;
  throw new WordwatchError('vectors-missing', `${folder}: nothing is remembered in this folder`, {
    userInput: true,
    hint: 'Name the data folder of "run", or index recordings first: wordwatch scan VIDEO… --remember --store FOLDER. Either brings what an earlier version has kept to today’s format.',
  });
}
