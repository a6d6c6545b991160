import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** Does all of it or, when it throws, nothing, with one wait for the disk. */
export function inTransaction<T>(database: DatabaseSyncInstance, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has ended the transaction already; a second error would hide the first.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
