import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { codeOf } from '../shared/errors.js';

const fdatasyncAsync = promisify(fdatasync);

/**
 * Waits for the disk for transactions that did not (`inTransactionUnsynced`), many of them at once and beside all else:
 * SQLite itself waits on the program's only thread, 4 to 13 ms each time on an ordinary disk.
 *
 * A write-ahead log is appended to, so what it holds when a wait begins is safe when that ends; what is no longer in it has
 * been brought into the database by SQLite, which then waited itself.
 */
export class WalSync implements Disposable {
  readonly #database: DatabaseSyncInstance;
  #fd: number | null = null;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** Resolves when all that is committed now is on the disk. @throws Error when the disk fails */
  async wait(): Promise<void> {
    const fd = this.#open();
    if (fd !== null) await fdatasyncAsync(fd);
  }

  /** The same, holding up everything else. @throws Error when the disk fails */
  waitNow(): void {
    const fd = this.#open();
    if (fd !== null) fdatasyncSync(fd);
  }

  /** Call it when nobody waits any more. */
  [Symbol.dispose](): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** null: there is no log, as on a file system that cannot have one; SQLite waits itself then. */
  #open(): number | null {
    try {
      this.#fd ??= openSync(`${this.#database.location()}-wal`, 'r');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    return this.#fd;
  }
}
