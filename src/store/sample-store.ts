import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { fromBytes, toBytes } from '../shared/vector-bytes.js';
import { inTransaction } from './transaction.js';

/** What the model made of one tile of any frame: what a camera usually shows. */
export interface TileSample {
  /** Place among the camera's samples: a new one takes the place of the one that was there. */
  slot: number;
  atMs: number;
  tile: number;
  vector: Float32Array;
}

/** A sample, and what it is one of. */
export interface PlacedSample extends TileSample {
  cameraId: string;
  modelHash: string;
}

/** Samples of every camera's everyday pictures. */
export class SampleStore {
  readonly #database: DatabaseSyncInstance;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** Keeps all of them or, when it throws, none. */
  put(samples: readonly PlacedSample[]): void {
    const insert = this.#database.prepare('INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?)');
    inTransaction(this.#database, () => {
      for (const { cameraId, modelHash, slot, atMs, tile, vector } of samples)
        insert.run(cameraId, modelHash, slot, atMs, tile, toBytes(vector));
    });
  }

  list(cameraId: string, modelHash: string): TileSample[] {
    const rows = this.#database
      .prepare('SELECT slot, at_ms AS atMs, tile, vector FROM samples WHERE camera_id = ? AND model_hash = ?')
      .all(cameraId, modelHash) as unknown as (Omit<TileSample, 'vector'> & { vector: Uint8Array })[];
    return rows.map(({ vector, ...row }) => ({ ...row, vector: fromBytes(vector) }));
  }

  /** Models (`modelHash`) that any samples are of. */
  models(): string[] {
    const rows = this.#database.prepare('SELECT DISTINCT model_hash AS hash FROM samples').all() as {
      hash: string;
    }[];
    return rows.map(({ hash }) => hash);
  }

  /** Cameras that have samples of this model. */
  cameras(modelHash: string): string[] {
    const rows = this.#database
      .prepare('SELECT DISTINCT camera_id AS id FROM samples WHERE model_hash = ? ORDER BY id')
      .all(modelHash) as { id: string }[];
    return rows.map(({ id }) => id);
  }
}
