import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { messageOf } from '../shared/errors.js';
import { fromBytes, toBytes } from '../shared/vector-bytes.js';
import type { Logger } from '../telemetry/logger.js';

/** Texts on disk, of all models; the oldest go first. A text of 512 dimensions is 2 KB. */
const KEPT_ON_DISK = 50_000;

const TABLE = `
  CREATE TABLE IF NOT EXISTS vectors (model TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (model, text)) STRICT`;

/** What {@link TextVectors} needs. */
export interface TextVectorsOptions {
  /** Database that outlives the process; null: none. */
  path: string | null;
  /** Whatever a vector depends on beside its text, as one word. */
  model: string;
  /** Texts kept in memory. */
  limit: number;
  logger: Logger;
}

/**
 * Vectors of the texts that were asked for last. Rules and what they are contrasted with are hundreds of sentences, and
 * the same ones at every start. A disk that fails costs time, nothing else.
 */
export class TextVectors implements Disposable {
  readonly #options: TextVectorsOptions;
  readonly #vectors = new Map<string, Float32Array>();
  #database: DatabaseSyncInstance | null = null;

  constructor(options: TextVectorsOptions) {
    this.#options = options;
    if (options.path === null) return;
    try {
      mkdirSync(dirname(options.path), { recursive: true });
      this.#database = new DatabaseSync(options.path);
    } catch (error) {
      this.#goWithout(error);
    }
    // What a power cut takes is made again.
    const pragmas = 'PRAGMA synchronous = OFF; PRAGMA busy_timeout = 2000;';
    this.#onDisk((database) => database.exec(`${pragmas} ${TABLE}`));
  }

  get(text: string): Float32Array | undefined {
    const vector = this.#vectors.get(text) ?? this.#read(text);
    // A map keeps the order of insertion: what is asked for goes to the end, what is at the front was not for longest.
    if (vector) this.#remember(text, vector);
    return vector;
  }

  set(vectors: ReadonlyMap<string, Float32Array>): void {
    for (const [text, vector] of vectors) this.#remember(text, vector);
    this.#onDisk((database) => {
      const insert = database.prepare('INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)');
      database.exec('BEGIN IMMEDIATE');
      for (const [text, vector] of vectors) {
        insert.run(this.#options.model, text, toBytes(vector));
      }
      database.exec(
        `DELETE FROM vectors WHERE rowid <= (SELECT max(rowid) FROM vectors) - ${KEPT_ON_DISK}; COMMIT`,
      );
    });
  }

  #read(text: string): Float32Array | undefined {
    return this.#onDisk((database) => {
      const query = database.prepare('SELECT vector FROM vectors WHERE model = ? AND text = ?');
      const row = query.get(this.#options.model, text) as { vector: Uint8Array } | undefined;
      return row && fromBytes(row.vector);
    });
  }

  #remember(text: string, vector: Float32Array): void {
    this.#vectors.delete(text);
    this.#vectors.set(text, vector);
    if (this.#vectors.size > this.#options.limit) this.#vectors.delete(this.#vectors.keys().next().value!);
  }

  /** Does something with the database, if there is one; at the first failure there is none any more. */
  #onDisk<T>(use: (database: DatabaseSyncInstance) => T): T | undefined {
    if (this.#database === null) return undefined;
    try {
      return use(this.#database);
    } catch (error) {
      this.#goWithout(error);
      return undefined;
    }
  }

  #goWithout(error: unknown): void {
    const { path, logger } = this.#options;
    logger.warn(
      { path, reason: messageOf(error) },
      'text vectors are not kept on disk; if it is damaged, delete it',
    );
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#database?.close();
    this.#database = null;
  }
}
