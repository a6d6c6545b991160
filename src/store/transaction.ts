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

/**
 * The same without a wait for the disk. The end of the program takes nothing back, but a power cut may, together with all
 * that was written later, until somebody waits: `WalSync`, or any later {@link inTransaction}.
 */
export function inTransactionUnsynced<T>(database: DatabaseSyncInstance, work: () => T): T {
  const { synchronous } = database.prepare('PRAGMA synchronous').get() as { synchronous: number };
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    return inTransaction(database, work);
  } finally {
    database.exec(`PRAGMA synchronous = ${synchronous}`);
  }
}
