import { setImmediate as breathe } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** Rows deleted in one go: some megabytes, in which nothing else can be written. */
const ROWS_AT_ONCE = 50;
/** What was seen around an event stays as long as the event. */
const AROUND_EVENT_MS = 60_000;

/** What {@link VectorRetention} needs. */
export interface VectorRetentionOptions {
  /** Of vectors. */
  database: DatabaseSyncInstance;
  /** Where the events are. */
  events: DatabaseSyncInstance;
  keep: {
    vectorsMs: number;
    /** Of each camera. */
    vectorsSizeBytes: number;
  };
  signal: AbortSignal;
}

interface Row {
  id: number;
  cameraId: string;
  fromMs: number;
  toMs: number;
  bytes: number;
}

/** Deletes vectors that are too old or too many, but for those around events. */
export class VectorRetention {
  readonly #options: VectorRetentionOptions;

  constructor(options: VectorRetentionOptions) {
    this.#options = options;
  }

  /** Deletes what is older than it is to be kept, and the oldest of cameras of which there is too much. */
  async sweep(nowMs: number): Promise<void> {
    const { keep } = this.#options;
    await this.#delete({ where: 'stored_at_ms < ?', value: nowMs - keep.vectorsMs, bytes: Infinity });
    for (const { cameraId, bytes } of this.#sizes()) {
      const excess = bytes - keep.vectorsSizeBytes;
      if (excess > 0) await this.#delete({ where: 'camera_id = ?', value: cameraId, bytes: excess });
    }
  }

  /** Gives so many bytes back to the disk, if there are as many. @returns how many */
  makeRoom(bytes: number): Promise<number> {
    return this.#delete({ where: 'stored_at_ms > ?', value: Number.NEGATIVE_INFINITY, bytes });
  }

  #sizes(): { cameraId: string; bytes: number }[] {
    return this.#options.database
      .prepare(
        `SELECT camera_id AS cameraId, SUM(bytes) AS bytes
           FROM minutes JOIN streams ON streams.id = stream GROUP BY camera_id`,
      )
      .all() as unknown as { cameraId: string; bytes: number }[];
  }

  /** Deletes the oldest rows of which a condition holds, until so many bytes are gone. @returns how many */
  async #delete({
    where,
    value,
    bytes,
  }: {
    where: string;
    value: number | string;
    bytes: number;
  }): Promise<number> {
    const { database, signal } = this.#options;
    // Ids are given out in the order in which rows are stored.
    const select = database.prepare(
      `SELECT minutes.id, camera_id AS cameraId, from_ms AS fromMs, to_ms AS toMs, bytes
         FROM minutes JOIN streams ON streams.id = stream
         WHERE ${where} AND minutes.id > ? ORDER BY minutes.id LIMIT ${ROWS_AT_ONCE}`,
    );
    let [afterId, deleted] = [-1, 0];
    while (deleted < bytes && !signal.aborted) {
      const rows = select.all(value, afterId) as unknown as Row[];
      if (rows.length === 0) break;
      afterId = rows.at(-1)!.id;
      const chosen: Row[] = [];
      for (const row of rows) {
        if (deleted >= bytes) break;
        if (this.#belongsToEvent(row)) continue;
        chosen.push(row);
        deleted += row.bytes;
      }
      if (chosen.length > 0) this.#remove(chosen);
      await breathe();
    }
    return deleted;
  }

  #remove(rows: readonly Row[]): void {
    const { database } = this.#options;
    database.exec(`DELETE FROM minutes WHERE id IN (${rows.map(({ id }) => id).join(',')})`);
    database.exec('PRAGMA incremental_vacuum');
  }

  #belongsToEvent({ cameraId, fromMs, toMs }: Row): boolean {
    const found = this.#options.events
      .prepare('SELECT 1 FROM events WHERE camera_id = ? AND at_ms BETWEEN ? AND ? LIMIT 1')
      .get(cameraId, fromMs - AROUND_EVENT_MS, toMs + AROUND_EVENT_MS);
    return found !== undefined;
  }
}
