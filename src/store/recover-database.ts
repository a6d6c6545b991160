import { existsSync, renameSync } from 'node:fs';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { codeOf, messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { checkDatabase, openDatabase } from './database.js';

/** A database that is open, and what became of the one before. */
export interface RecoveredDatabase extends Disposable {
  database: DatabaseSyncInstance;
  /** Where a corrupt one was put; null: the one that was there is sound. */
  setAside: string | null;
}

/**
 * Opens the service's database. A corrupt one is put aside, never deleted, and an empty one takes its place: a camera must not
 * stay unwatched because of the past. Only for the service: a command that finds it corrupt says so and leaves it.
 * @throws WordwatchError as {@link openDatabase}, but for `store-corrupt`
 */
export function openOrSetAside(
  path: string,
  { nowMs, logger }: { nowMs: number; logger: Logger },
): RecoveredDatabase {
  try {
    return opened(openChecked(path), null);
  } catch (error) {
    if (codeOf(error) !== 'store-corrupt') throw error;
    const setAside = putAside(path, nowMs);
    logger.error(
      { setAside, reason: messageOf(error) },
      'database corrupt: put aside, a new one begins; events, calibrations and reviews so far are in the old one',
    );
    return opened(openDatabase(path), setAside);
  }
}

/**
 * The same for a file that is not read through at every start: only opening finds damage.
 * @param options.onPutAside told where the corrupt one is now, and why
 * @throws WordwatchError as `open`, but for `store-corrupt`
 */
export function openOrPutAside(
  path: string,
  {
    open,
    nowMs,
    onPutAside,
  }: {
    open: () => DatabaseSyncInstance;
    nowMs: number;
    onPutAside: (fields: { setAside: string; reason: string }) => void;
  },
): DatabaseSyncInstance {
  try {
    return open();
  } catch (error) {
    if (codeOf(error) !== 'store-corrupt') throw error;
    onPutAside({ setAside: putAside(path, nowMs), reason: messageOf(error) });
    return open();
  }
}

/** Gives a database and what belongs to it another name. @returns its path now */
function putAside(path: string, nowMs: number): string {
  const setAside = `${path}.corrupt-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${setAside}${end}`);
  return setAside;
}

function openChecked(path: string): DatabaseSyncInstance {
  const database = openDatabase(path);
  try {
    checkDatabase(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function opened(database: DatabaseSyncInstance, setAside: string | null): RecoveredDatabase {
  return { database, setAside, [Symbol.dispose]: () => database.close() };
}
