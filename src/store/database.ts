import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';

/**
 * Steps that bring a database of any earlier version to today's; its version is how many have run. Never edit one. These are
 * of events and all that is learned; vectors have a file of their own (`vectors/vector-database.ts`).
 */
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
  // What calibration knows of each rule on each camera. Another key is another calibration: other words, other timing or
  // another model. \`revision\` tells a program that holds a state in memory that another one has changed it.
  `CREATE TABLE calibrations (
     camera_id TEXT NOT NULL,
     rule_id TEXT NOT NULL,
     key TEXT NOT NULL,
     model_hash TEXT NOT NULL,
     revision INTEGER NOT NULL,
     updated_at_ms REAL NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (camera_id, rule_id, key)
   ) STRICT;
   CREATE TABLE moments (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     peak INTEGER,
     camera_id TEXT NOT NULL,
     rule_id TEXT NOT NULL,
     key TEXT NOT NULL,
     model_hash TEXT NOT NULL,
     scoring TEXT NOT NULL,
     at_ms REAL NOT NULL,
     score REAL NOT NULL,
     threshold REAL NOT NULL,
     tile TEXT NOT NULL,
     vector BLOB NOT NULL,
     verdict TEXT,
     reviewed_at_ms REAL
   ) STRICT;
   CREATE INDEX moments_by_rule ON moments (rule_id, camera_id, at_ms);
   CREATE TABLE samples (
     camera_id TEXT NOT NULL,
     model_hash TEXT NOT NULL,
     slot INTEGER NOT NULL,
     at_ms REAL NOT NULL,
     tile INTEGER NOT NULL,
     vector BLOB NOT NULL,
     PRIMARY KEY (camera_id, model_hash, slot)
   ) STRICT;
   CREATE TABLE lessons (
     version INTEGER PRIMARY KEY,
     rule_id TEXT NOT NULL,
     model_hash TEXT NOT NULL,
     kind TEXT NOT NULL,
     scoring TEXT NOT NULL,
     made_at_ms REAL NOT NULL,
     active INTEGER NOT NULL,
     replaced INTEGER,
     lesson TEXT NOT NULL
   ) STRICT;
   CREATE INDEX lessons_by_rule ON lessons (rule_id, model_hash);`,
  `CREATE INDEX moments_by_peak ON moments (camera_id, rule_id, key, peak);`,
  // What each destination has not confirmed. at_ms of an event may count from the start of a file: how long an event is
  // kept needs a clock of its own.
  `CREATE TABLE outbox (
     destination TEXT NOT NULL,
     seq INTEGER NOT NULL,
     PRIMARY KEY (destination, seq)
   ) STRICT, WITHOUT ROWID;
   ALTER TABLE events ADD COLUMN stored_at_ms REAL NOT NULL DEFAULT 0;
   UPDATE events SET stored_at_ms = unixepoch() * 1000.0;`,
  `CREATE TABLE switches (
     camera_id TEXT NOT NULL,
     rule_id TEXT NOT NULL,
     enabled INTEGER NOT NULL,
     snoozed_until_ms REAL,
     budget_per_day REAL,
     rule_budget_per_day REAL,
     PRIMARY KEY (camera_id, rule_id)
   ) STRICT;
   CREATE TABLE announcements (
     topic TEXT PRIMARY KEY,
     components TEXT NOT NULL
   ) STRICT;`,
  // Vectors around an event are kept as long as the event.
  `CREATE INDEX events_by_time ON events (camera_id, at_ms);`,
  // One row an event, where \`events\` has one a phase: what people look through, newest first. Triggers keep it, so that it
  // is right whoever writes or deletes phases. What cannot be read is not in it.
  `CREATE TABLE event_list (
     first_seq INTEGER PRIMARY KEY,
     last_seq INTEGER NOT NULL,
     id TEXT NOT NULL UNIQUE,
     camera_id TEXT NOT NULL,
     rule_id TEXT NOT NULL,
     severity TEXT NOT NULL,
     started_at_ms REAL NOT NULL,
     is_open INTEGER NOT NULL,
     verdict TEXT
   ) STRICT;
   INSERT OR IGNORE INTO event_list
     SELECT first, last, id, camera_id, rule_id, json_extract(json, '$.severity'), json_extract(json, '$.startedAtMs'),
         json_extract(json, '$.phase') <> 'end', (SELECT verdict FROM moments WHERE moments.id = events.id)
       FROM (SELECT MIN(seq) AS first, MAX(seq) AS last FROM events WHERE json_valid(json) GROUP BY id)
       JOIN events ON seq = last;
   CREATE INDEX event_list_by_time ON event_list (started_at_ms);
   CREATE INDEX event_list_by_camera ON event_list (camera_id, started_at_ms);
   CREATE INDEX event_list_by_rule ON event_list (rule_id, started_at_ms);
   CREATE INDEX event_list_by_severity ON event_list (severity, started_at_ms);
   CREATE INDEX event_list_by_verdict ON event_list (verdict, started_at_ms) WHERE verdict IS NOT NULL;
   CREATE INDEX event_list_open ON event_list (started_at_ms) WHERE is_open = 1;
   CREATE TRIGGER event_phase_added AFTER INSERT ON events WHEN json_valid(NEW.json) BEGIN
     INSERT INTO event_list VALUES (NEW.seq, NEW.seq, NEW.id, NEW.camera_id, NEW.rule_id,
         json_extract(NEW.json, '$.severity'), json_extract(NEW.json, '$.startedAtMs'),
         json_extract(NEW.json, '$.phase') <> 'end', (SELECT verdict FROM moments WHERE moments.id = NEW.id))
       ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq, is_open = excluded.is_open
         WHERE excluded.last_seq > last_seq;
   END;
   CREATE TRIGGER event_phase_deleted AFTER DELETE ON events BEGIN
     DELETE FROM event_list WHERE id = OLD.id AND last_seq = OLD.seq;
   END;
   CREATE TRIGGER event_judged AFTER UPDATE OF verdict ON moments BEGIN
     UPDATE event_list SET verdict = NEW.verdict WHERE id = NEW.id;
   END;`,
  // Of peaks below a fixed threshold: the highest threshold at which an event would have started.
  `ALTER TABLE moments ADD COLUMN reached REAL;`,
];

/** What a database file is like. */
export interface DatabaseFormat {
  migrations: readonly string[];
  /** How it is to be written. */
  pragmas: string;
}

/** An event that a subscriber has seen must survive a power cut. */
const DURABLE = 'PRAGMA synchronous = FULL;';

/**
 * Opens the database, creating folder and tables as needed.
 * @throws WordwatchError `store-unusable` when the folder cannot be written, `store-corrupt` when the file is no database
 */
export function openDatabase(
  path: string,
  { migrations, pragmas }: DatabaseFormat = { migrations: MIGRATIONS, pragmas: DURABLE },
): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path);
    // The format's own first: a file in WAL mode is no longer empty, and some can only be given to an empty one.
    database.exec(`${pragmas} PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;`);
    migrate(database, { path, migrations });
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof WordwatchError) throw error;
    if (isCorruption(error)) throw corrupt(path, messageOf(error), error);
    throw new WordwatchError('store-unusable', `${path}: cannot open the database: ${messageOf(error)}`, {
      cause: error,
      hint:
        codeOf(error) === 'EACCES' ||
        codeOf(error) === 'EROFS' ||
        /readonly|unable to open|not a directory/i.test(messageOf(error))
          ? `Make the folder writable, or name another one: "store: {path: …}", or --store.`
          : `Move the file away to start with an empty one.`,
    });
  }
}

/**
 * Reads all of it, about half a second for 200 MB. @throws WordwatchError `store-corrupt`
 */
export function checkDatabase(database: DatabaseSyncInstance, path: string): void {
  try {
    const verdict = String(toldValue(database, 'SELECT tell(quick_check) FROM pragma_quick_check LIMIT 1'));
    if (verdict !== 'ok') throw corrupt(path, verdict);
  } catch (error) {
    throw isCorruption(error) ? corrupt(path, messageOf(error), error) : error;
  }
}

/** SQLite's own codes for a file that is damaged, and for one that never was a database. */
const CORRUPTION = [11, 26];

function isCorruption(error: unknown): boolean {
  return error instanceof Error && 'sqliteCode' in error && CORRUPTION.includes(error.sqliteCode as number);
}

function corrupt(path: string, reason: string, cause?: unknown): WordwatchError {
  return new WordwatchError('store-corrupt', `${path}: cannot open the database: ${reason}`, {
    cause,
    hint: 'Move the file away to start with an empty one, or start "run", which does.',
  });
}

/**
 * Opens the database of a data folder that must be there: a typing error must not make an empty one.
 * @throws WordwatchError `store-missing`, and as {@link openDatabase} does
 */
export function openExistingDatabase(folder: string): DatabaseSyncInstance {
  const path = databasePath(folder);
  if (existsSync(path)) return openDatabase(path);
  throw new WordwatchError('store-missing', `${folder}: no wordwatch.db in this folder`, {
    userInput: true,
    hint: 'Name the data folder of "run" or "calibrate": "store: {path: …}" in the configuration.',
  });
}

/**
 * Opens the database of a data folder only to look at it: nothing is made or changed there.
 * @returns null where there is none, or one of an earlier format, which the service brings to today's at its next start
 * @throws WordwatchError `store-unusable`, `store-newer`
 */
export function openDatabaseReadOnly(folder: string): DatabaseSyncInstance | null {
  return openFileReadOnly(databasePath(folder), MIGRATIONS.length);
}

/** The same of any file. @param format how many migrations it must have seen */
export function openFileReadOnly(path: string, format: number): DatabaseSyncInstance | null {
  if (!existsSync(path)) return null;
  let database: DatabaseSyncInstance | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec('PRAGMA busy_timeout = 5000;');
    if (versionOf(database, { path, newest: format }) === format) return database;
    database.close();
    return null;
  } catch (error) {
    database?.close();
    if (error instanceof WordwatchError) throw error;
    const message = `${path}: cannot read the database: ${messageOf(error)}`;
    throw new WordwatchError('store-unusable', message, { cause: error });
  }
}

/** The database in a data folder. */
export function databasePath(folder: string): string {
  return join(folder, 'wordwatch.db');
}

function migrate(
  database: DatabaseSyncInstance,
  { path, migrations }: { path: string; migrations: readonly string[] },
): void {
  const version = versionOf(database, { path, newest: migrations.length });
  for (let step = version; step < migrations.length; step++) {
    database.exec(`BEGIN; ${migrations[step]} PRAGMA user_version = ${step + 1}; COMMIT;`);
  }
}

/** How many of the migrations it has seen. @throws WordwatchError `store-newer` */
function versionOf(
  database: DatabaseSyncInstance,
  { path, newest }: { path: string; newest: number },
): number {
  const version = Number(toldValue(database, 'SELECT tell(user_version) FROM pragma_user_version'));
  if (version > newest) {
    throw new WordwatchError('store-newer', `${path} was written by a newer wordwatch (format ${version}).`, {
      hint: 'Install that version again, or move the file away.',
    });
  }
  return version;
}

/**
 * The value that a query hands to the function `tell`. A prepared statement would keep the file open beyond close(), until
 * the garbage collector comes by; and a file that is put aside must be closed, since SQLite deletes a -wal by its name, which
 * may be another database's by then.
 */
function toldValue(database: DatabaseSyncInstance, sql: string): unknown {
  let told: unknown;
  database.function('tell', (value: unknown) => {
    told = value;
    return null;
  });
  database.exec(sql);
  return told;
}
