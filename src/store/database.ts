import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';

/** Steps that bring a database of any earlier version to today's; its version is how many have run. Never edit one. */
const MIGRATIONS = [
  `CREATE TABLE events (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL,
     camera_id TEXT NOT NULL,
     rule_id TEXT NOT NULL,
     at_ms REAL NOT NULL,
     json TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_id ON events (id, seq);`,
];

/**
 * Opens the database, creating folder and tables as needed.
 * @throws WordwatchError `store-unusable` when the folder cannot be written or the file is no database of ours
 */
export function openDatabase(path: string): DatabaseSyncInstance {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path);
    // FULL: an event that a subscriber has seen must survive a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
    migrate(database, path);
    return database;
  } catch (error) {
    if (error instanceof WordwatchError) throw error;
    throw new WordwatchError('store-unusable', `${path}: cannot open the database: ${messageOf(error)}`, {
      cause: error,
      hint:
        codeOf(error) === 'EACCES' ||
        codeOf(error) === 'EROFS' ||
        /readonly|unable to open/i.test(messageOf(error))
          ? `Make the folder writable, or set "store: {path: …}" to another one.`
          : `Move the file away to start with an empty one.`,
    });
  }
}

function migrate(database: DatabaseSyncInstance, path: string): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const version = row.user_version;
  if (version > MIGRATIONS.length) {
    throw new WordwatchError('store-newer', `${path} was written by a newer wordwatch (format ${version}).`, {
      hint: 'Install that version again, or move the file away.',
    });
  }
  for (let step = version; step < MIGRATIONS.length; step++) {
    database.exec(`BEGIN; ${MIGRATIONS[step]} PRAGMA user_version = ${step + 1}; COMMIT;`);
  }
}
