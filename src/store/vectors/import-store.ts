import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { inTransaction } from '../transaction.js';

/** A file as the disk tells of it. */
export interface RecordingFile {
  /** Absolute. */
  path: string;
  bytes: number;
  /** Of its last change, milliseconds since the epoch. */
  modifiedMs: number;
}

/** The content of a recording, as one model sees it. */
export interface RecordingContent {
  /** sha256, hex. */
  hash: string;
  modelHash: string;
}

/** Which recordings were indexed. Lies beside their vectors, so that one is not there without the other. */
export class ImportStore {
  readonly #database: DatabaseSyncInstance;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** The hash of a file that was read before and has not changed since; null: it has to be read. */
  hashOf({ path, bytes, modifiedMs }: RecordingFile): string | null {
    const row = this.#database
      .prepare('SELECT hash FROM recordings WHERE path = ? AND bytes = ? AND modified_ms = ?')
      .get(path, bytes, modifiedMs) as { hash: string } | undefined;
    return row?.hash ?? null;
  }

  /** Keeps what is in a file. */
  know({ path, bytes, modifiedMs }: RecordingFile, hash: string): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO recordings (path, bytes, modified_ms, hash) VALUES (?, ?, ?, ?)')
      .run(path, bytes, modifiedMs, hash);
  }

  /** Whether a content was indexed to its end. */
  isDone({ hash, modelHash }: RecordingContent): boolean {
    const row = this.#database
      .prepare('SELECT 1 FROM imports WHERE hash = ? AND model_hash = ? AND done = 1')
      .get(hash, modelHash);
    return row !== undefined;
  }

  /** Another file with this content that is known; null: there is none. */
  twinOf({ path }: Pick<RecordingFile, 'path'>, hash: string): string | null {
    const row = this.#database
      .prepare('SELECT path FROM recordings WHERE hash = ? AND path <> ? LIMIT 1')
      .get(hash, path) as { path: string } | undefined;
    return row?.path ?? null;
  }

  /** The recording that a moment of a camera was indexed from, where it lay then; null: it is of no recording. */
  fileOf({ cameraId, atMs }: { cameraId: string; atMs: number }): string | null {
    const row = this.#database
      .prepare(
        `SELECT path FROM minutes JOIN streams ON streams.id = stream JOIN imports ON imports.id = import
             JOIN recordings ON recordings.hash = imports.hash
           WHERE camera_id = ?1 AND minutes.from_ms <= ?2 AND to_ms >= ?2 LIMIT 1`,
      )
      .get(cameraId, atMs) as { path: string } | undefined;
    return row?.path ?? null;
  }

  /**
   * A recording is going to be indexed, in place of what there is of its content, and of what its file held before if that
   * began at the same time: the file has grown.
   * @param fromMs when it begins, milliseconds since the epoch
   * @returns the id that its rows are to have
   */
  begin({ hash, modelHash }: RecordingContent, file: RecordingFile, fromMs: number): number {
    return inTransaction(this.#database, () => {
      this.#forget('hash = ? AND model_hash = ?', hash, modelHash);
      this.#forget(
        'model_hash = ? AND from_ms = ? AND hash = (SELECT hash FROM recordings WHERE path = ?)',
        ...[modelHash, fromMs, file.path],
      );
      this.know(file, hash);
      const { lastInsertRowid } = this.#database
        .prepare('INSERT INTO imports (hash, model_hash, from_ms, done) VALUES (?, ?, ?, 0)')
        .run(hash, modelHash, fromMs);
      return Number(lastInsertRowid);
    });
  }

  /** All of its rows are written. */
  finish(id: number): void {
    this.#database.prepare('UPDATE imports SET done = 1 WHERE id = ?').run(id);
  }

  /** Deletes the rows of an import and that it ever was. */
  drop(id: number): void {
    inTransaction(this.#database, () => this.#forget('id = ?', id));
  }

  /** Deletes what was left by imports that did not come to their end. @returns how many there were */
  dropUnfinished(): number {
    return inTransaction(this.#database, () => this.#forget('done = 0'));
  }

  #forget(which: string, ...values: (string | number)[]): number {
    this.#database
      .prepare(`DELETE FROM minutes WHERE import IN (SELECT id FROM imports WHERE ${which})`)
      .run(...values);
    return Number(this.#database.prepare(`DELETE FROM imports WHERE ${which}`).run(...values).changes);
  }
}
