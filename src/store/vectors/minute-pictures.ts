import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** A small picture of what a camera showed in a minute, for people: a JPEG. It goes with the minute's vectors. */
export interface MinutePicture {
  /** When it was taken, milliseconds since the epoch. */
  atMs: number;
  jpeg: Uint8Array;
}

/** A camera at a time. */
interface Place {
  cameraId: string;
  atMs: number;
}

/** Rows are no longer. */
const ROW_MS = 60_000;
/** A picture that was taken so near to a moment tells where it was, if not what. */
const NEAR_MS = 60_000;

const SOURCE = `FROM streams JOIN minutes ON minutes.stream = streams.id JOIN pictures ON pictures.minute = minutes.id
  WHERE camera_id = ?1 AND from_ms BETWEEN ?3 AND ?4`;

/** Small pictures of the minutes that are remembered. */
export class MinutePictures {
  readonly #database: DatabaseSyncInstance;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** When the picture was taken that is nearest to a time, a minute away at most; null: there is none. */
  nearest({ cameraId, atMs }: Place): number | null {
    const row = this.#database
      .prepare(
        `SELECT at_ms AS takenMs ${SOURCE} AND ABS(at_ms - ?2) <= ${NEAR_MS} ORDER BY ABS(at_ms - ?2) LIMIT 1`,
      )
      .get(cameraId, atMs, atMs - NEAR_MS - ROW_MS, atMs + NEAR_MS) as { takenMs: number } | undefined;
    return row?.takenMs ?? null;
  }

  /** The picture that was taken at a time; null: there is none. */
  at({ cameraId, atMs }: Place): Uint8Array | null {
    const row = this.#database
      .prepare(`SELECT jpeg ${SOURCE} AND at_ms = ?2 LIMIT 1`)
      .get(cameraId, atMs, atMs - ROW_MS, atMs) as { jpeg: Uint8Array } | undefined;
    return row?.jpeg ?? null;
  }
}
