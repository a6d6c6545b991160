import { decodeImage } from '../shared/dots/codes.js';
import { decodeMinute, type StoredMinute } from '../store/vectors/minute-codec.js';
import type { VectorStore } from '../store/vectors/vector-store.js';

/** A tile that embeds nothing new for longer than this was not watched: while nothing changes it is embedded every 30 s. */
const REACH_MS = 90_000;

/** A tile of a frame of the past. */
export interface TilePlace {
  cameraId: string;
  /** Milliseconds since the epoch; of recordings without a time, from their start. */
  atMs: number;
  /** Its index among the tiles of its camera. */
  tile: number;
}

/**
 * What a model made of a tile as it was at a time: of the newest frame until then in which it had changed.
 * @returns a unit vector; null: nothing is remembered of it, it is damaged, or another model saw it
 */
export function storedTile(
  store: VectorStore,
  { cameraId, atMs, tile }: TilePlace,
  modelHash: string,
): Float32Array | null {
  const streams = store.streams();
  const rows = store.rows({ cameraId, fromMs: atMs - REACH_MS, toMs: atMs + 1 });
  for (const { id, streamId } of rows.reverse()) {
    if (streams.get(streamId)?.modelHash !== modelHash) continue;
    const body = store.body(id);
    const minute = body && readMinute(body);
    const code = minute && newestCode(minute, { atMs, tile });
    if (code) return decodeImage(code);
  }
  return null;
}

/** The code of a tile in the last frame up to a time that brought one. */
function newestCode(
  { dimension, carried, frames, codes }: StoredMinute,
  { atMs, tile }: Pick<TilePlace, 'atMs' | 'tile'>,
): Int8Array | null {
  let place = carried.indexOf(tile);
  let taken = carried.length;
  for (const { atMs: frameAtMs, fresh } of frames) {
    if (frameAtMs > atMs) break;
    const own = fresh.indexOf(tile);
    if (own !== -1) place = taken + own;
    taken += fresh.length;
  }
  return place === -1 ? null : codes.subarray(place * dimension, (place + 1) * dimension);
}

/** A minute of the store; null: it is damaged. */
export function readMinute(body: Uint8Array): StoredMinute | null {
  try {
    return decodeMinute(body);
  } catch {
    return null;
  }
}
