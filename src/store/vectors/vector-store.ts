import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { inTransaction } from '../transaction.js';
import { encodeMinute, type StoredMinute } from './minute-codec.js';
import type { MinutePicture } from './minute-pictures.js';

const Fraction = z.number();
const Box = z.strictObject({ x: Fraction, y: Fraction, w: Fraction, h: Fraction });

/** What all vectors of a stream have in common. */
export const VectorStream = z.strictObject({
  cameraId: z.string(),
  modelHash: z.string(),
  dimension: z.number(),
  inputSizePx: z.number(),
  /** Size of the frames before they are scaled. */
  frame: z.strictObject({ widthPx: z.number(), heightPx: z.number() }),
  /** What each tile shows, in fractions of the frame, and the scaled picture that it was cut from. */
  tiles: z.array(
    z.strictObject({
      box: Box,
      level: z.strictObject({ crop: Box, widthPx: z.number(), heightPx: z.number() }),
    }),
  ),
  /** Frames sampled a second, and whether tiles that do not change keep their vectors. */
  fps: z.number(),
  motionGate: z.boolean(),
  /** Whether the footage's time of day is known: of recordings without a start time it is not. */
  timed: z.boolean(),
  /** Hash of the captions that `commonness` was measured with; null: it was not measured. */
  captions: z.string().nullable(),
});
export type VectorStream = z.output<typeof VectorStream>;

/** A row, without what is in it. */
export interface MinuteRow {
  id: number;
  streamId: number;
  fromMs: number;
  /** Of its last frame. */
  toMs: number;
  vectors: number;
  /** On the disk, with its picture. */
  bytes: number;
}

/** A stretch of time, and whose. */
export interface VectorRange {
  /** null: all cameras. */
  cameraId?: string | null;
  fromMs?: number;
  /** Not included. */
  toMs?: number;
  /** Only rows that were stored after this one. */
  afterId?: number;
}

/** What is remembered of one camera by one model. */
export interface RememberedCamera {
  cameraId: string;
  modelHash: string;
  fromMs: number;
  toMs: number;
  vectors: number;
  bytes: number;
}

/** What the model made of frames, one row for about a minute of one camera. */
export class VectorStore {
  readonly #database: DatabaseSyncInstance;
  readonly #streamIds = new Map<string, number>();
  #selectBody: StatementSyncInstance | null = null;
  #selectVersion: StatementSyncInstance | null = null;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /**
   * Writes all of them or, when it throws, none, with one wait for the disk.
   * @param importId of the recording that they are of (`import-store.ts`); left out: of a camera that was watched
   */
  write(
    minutes: readonly { stream: VectorStream; minute: StoredMinute; picture?: MinutePicture | null }[],
    { storedAtMs, importId = null }: { storedAtMs: number; importId?: number | null },
  ): void {
    const insert = this.#database.prepare(
      `INSERT INTO minutes (stream, from_ms, to_ms, frames, vectors, bytes, stored_at_ms, body, import)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const insertPicture = this.#database.prepare(
      'INSERT INTO pictures (minute, at_ms, jpeg) VALUES (?, ?, ?)',
    );
    const known = new Map(this.#streamIds);
    inTransaction(this.#database, () => {
      for (const { stream, minute, picture = null } of minutes) {
        const { frames, codes, dimension } = minute;
        const times = frames.map(({ atMs }) => atMs);
        const body = encodeMinute(minute);
        const { lastInsertRowid } = insert.run(
          this.#idOf(stream, known),
          Math.min(...times),
          Math.max(...times),
          frames.length,
          dimension === 0 ? 0 : codes.length / dimension,
          body.length + (picture?.jpeg.length ?? 0),
          storedAtMs,
          body,
          importId,
        );
        if (picture) insertPicture.run(lastInsertRowid, picture.atMs, picture.jpeg);
      }
    });
    for (const [content, id] of known) this.#streamIds.set(content, id);
  }

  #idOf(stream: VectorStream, known: Map<string, number>): number {
    const content = JSON.stringify(stream);
    let id = known.get(content);
    if (id === undefined) {
      this.#database
        .prepare('INSERT OR IGNORE INTO streams (camera_id, model_hash, content) VALUES (?, ?, ?)')
        .run(stream.cameraId, stream.modelHash, content);
      ({ id } = this.#database.prepare('SELECT id FROM streams WHERE content = ?').get(content) as {
        id: number;
      });
      known.set(content, id);
    }
    return id;
  }

  /** Another number than before when another connection has changed anything since. */
  version(): number {
    this.#selectVersion ??= this.#database.prepare('PRAGMA data_version');
    return (this.#selectVersion.get() as { data_version: number }).data_version;
  }

  /** All streams, by the id that rows refer to. */
  streams(): Map<number, VectorStream> {
    const rows = this.#database.prepare('SELECT id, camera_id AS cameraId, content FROM streams').all() as {
      id: number;
      cameraId: string;
      content: string;
    }[];
    // A camera that was renamed has its new name in the column only.
    return new Map(
      rows.map(({ id, cameraId, content }) => [id, { ...VectorStream.parse(JSON.parse(content)), cameraId }]),
    );
  }

  /** Rows that overlap a stretch of time, in the order of time. */
  rows({ cameraId = null, fromMs = -Infinity, toMs = Infinity, afterId = -1 }: VectorRange): MinuteRow[] {
    return this.#database
      .prepare(
        `SELECT minutes.id, stream AS streamId, from_ms AS fromMs, to_ms AS toMs, vectors, bytes
           FROM minutes JOIN streams ON streams.id = stream
           WHERE (?1 IS NULL OR camera_id = ?1) AND to_ms >= ?2 AND from_ms < ?3 AND minutes.id > ?4
           ORDER BY from_ms, minutes.id`,
      )
      .all(cameraId, fromMs, toMs, afterId) as unknown as MinuteRow[];
  }

  /** How many rows there are up to one. */
  count({ upToId }: { upToId: number }): number {
    const { count } = this.#database
      .prepare('SELECT COUNT(*) AS count FROM minutes INDEXED BY minutes_by_age WHERE id <= ?')
      .get(upToId) as { count: number };
    return count;
  }

  /** What is in a row; null: it was deleted meanwhile. */
  body(id: number): Uint8Array | null {
    // Asked for thousands of times.
    this.#selectBody ??= this.#database.prepare('SELECT body FROM minutes WHERE id = ?');
    const row = this.#selectBody.get(id) as { body: Uint8Array } | undefined;
    return row?.body ?? null;
  }

  /** What is remembered, by camera and model. */
  cameras(): RememberedCamera[] {
    return this.#database
      .prepare(
        `SELECT camera_id AS cameraId, model_hash AS modelHash, MIN(from_ms) AS fromMs, MAX(to_ms) AS toMs,
             SUM(vectors) AS vectors, SUM(bytes) AS bytes
           FROM minutes JOIN streams ON streams.id = stream
           GROUP BY camera_id, model_hash ORDER BY camera_id, model_hash`,
      )
      .all() as unknown as RememberedCamera[];
  }

  /** Gives what is remembered of a camera to another id: the camera was renamed. */
  rename(from: string, to: string): void {
    this.#database.prepare('UPDATE streams SET camera_id = ? WHERE camera_id = ?').run(to, from);
    this.#streamIds.clear();
  }
}
