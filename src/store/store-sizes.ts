import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIPS_FOLDER } from './clips.js';
import { databasePath } from './database.js';
import { historyDatabasePath } from './history/history-database.js';
import { SNAPSHOTS_FOLDER } from './snapshots.js';
import { vectorDatabasePath } from './vectors/vector-database.js';

/** Tens of thousands of files are not looked through more often. */
const FRESH_MS = 60_000;

/** What lies in a data folder, in bytes. */
export interface StoreSizes {
  eventsBytes: number;
  vectorsBytes: number;
  /** Scores and health by the minute. */
  historyBytes: number;
  snapshots: FolderSize;
  clips: FolderSize;
}

/** Of one folder. */
export interface FolderSize {
  files: number;
  bytes: number;
}

/** Measures a data folder when it is asked, and not more often than once a minute. */
export class StoreScale {
  readonly #root: string;
  #measured: { atMs: number; sizes: Promise<StoreSizes> } | null = null;

  /** @param root the data folder */
  constructor(root: string) {
    this.#root = root;
  }

  sizes(): Promise<StoreSizes> {
    const nowMs = performance.now();
    if (!this.#measured || nowMs - this.#measured.atMs > FRESH_MS)
      this.#measured = { atMs: nowMs, sizes: this.#measure() };
    return this.#measured.sizes;
  }

  async #measure(): Promise<StoreSizes> {
    const [eventsBytes, vectorsBytes, historyBytes, snapshots, clips] = await Promise.all([
      databaseBytes(databasePath(this.#root)),
      databaseBytes(vectorDatabasePath(this.#root)),
      databaseBytes(historyDatabasePath(this.#root)),
      folderSize(join(this.#root, SNAPSHOTS_FOLDER)),
      folderSize(join(this.#root, CLIPS_FOLDER)),
    ]);
    return { eventsBytes, vectorsBytes, historyBytes, snapshots, clips };
  }
}

/** With what SQLite has not yet moved into it. */
async function databaseBytes(path: string): Promise<number> {
  const [file, log] = await Promise.all([fileBytes(path), fileBytes(`${path}-wal`)]);
  return (file ?? 0) + (log ?? 0);
}

async function folderSize(folder: string): Promise<FolderSize> {
  // Where nothing was kept yet, there is no folder.
  const names = await readdir(folder).catch(() => []);
  let [files, bytes] = [0, 0];
  for (const name of names) {
    const size = await fileBytes(join(folder, name));
    if (size === null) continue;
    files++;
    bytes += size;
  }
  return { files, bytes };
}

/** null: it is not there, or no file. */
async function fileBytes(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? found.size : null;
}
