import { decodeMinute, type StoredMinute } from '../store/vectors/minute-codec.js';
import type { MinuteRow, VectorStore, VectorStream } from '../store/vectors/vector-store.js';
import type { SeenFrame } from './rule-watch.js';
import { CodedTile } from './tile-embedder.js';

/** Rows are about a minute long, and every tile is embedded every 30 s: all that a frame needs lies within two rows. */
const LOOK_BACK_MS = 2 * 60_000;

/** A frame as it was seen, in the tiles of its stream. */
export interface RememberedFrame {
  streamId: number;
  stream: VectorStream;
  /** `coded` is null also where a tile is not known, as what was before has been deleted. */
  seen: SeenFrame;
}

/** Which frames. */
export interface RememberedRange {
  cameraId: string;
  /** Frames that another model saw are left out. */
  modelHash: string;
  fromMs: number;
  /** Not included. */
  toMs: number;
}

/**
 * What a camera showed, frame by frame in the order in which it was watched, from what is kept of it. Rows that are deleted
 * meanwhile are gaps.
 * @param onUnreadable told of each row that is damaged; it is a gap, too
 */
export function* rememberedFrames(
  store: Pick<VectorStore, 'rows' | 'body' | 'streams'>,
  { cameraId, modelHash, fromMs, toMs }: RememberedRange,
  onUnreadable: (row: MinuteRow, error: unknown) => void = () => {},
): Generator<RememberedFrame> {
  const streams = store.streams();
  const tiles = new TilesNow();
  for (const row of store.rows({ cameraId, fromMs: fromMs - LOOK_BACK_MS, toMs })) {
    const stream = streams.get(row.streamId)!;
    if (stream.modelHash !== modelHash) continue;
    const minute = readMinute(store, row, onUnreadable);
    if (!minute) continue;
    tiles.begin(minute, row.streamId);
    for (const { fresh, scored, ...frame } of minute.frames) {
      tiles.renew(fresh);
      if (frame.atMs < fromMs || frame.atMs >= toMs) continue;
      yield {
        streamId: row.streamId,
        stream,
        seen: { cameraId, ...frame, coded: scored ? tiles.all() : null },
      };
    }
  }
}

function readMinute(
  store: Pick<VectorStore, 'body'>,
  row: MinuteRow,
  onUnreadable: (row: MinuteRow, error: unknown) => void,
): StoredMinute | null {
  try {
    const body = store.body(row.id);
    return body && decodeMinute(body);
  } catch (error) {
    onUnreadable(row, error);
    return null;
  }
}

/** Each tile as it was last embedded, from row to row. */
class TilesNow {
  #tiles: (CodedTile | null)[] = [];
  #minute: StoredMinute | null = null;
  #streamId = -1;
  /** Vectors of the minute that were taken. */
  #taken = 0;

  /** The next row. Tiles go on from the row before, if that was the one before. */
  begin(minute: StoredMinute, streamId: number): void {
    const { chain, tiles, carried } = minute;
    const before = this.#minute?.chain;
    const goesOn =
      this.#streamId === streamId && before?.run === chain.run && before.place + 1 === chain.place;
    if (!goesOn) this.#tiles = Array.from({ length: tiles }, () => null);
    this.#minute = minute;
    this.#streamId = streamId;
    this.#taken = 0;
    this.renew(carried);
  }

  renew(indexes: readonly number[]): void {
    const { codes, dimension } = this.#minute!;
    if (indexes.length === 0) return;
    this.#tiles = [...this.#tiles];
    for (const tile of indexes) {
      const at = this.#taken++ * dimension;
      this.#tiles[tile] = new CodedTile(codes.subarray(at, at + dimension));
    }
  }

  /** null: one is not known. */
  all(): readonly CodedTile[] | null {
    return this.#tiles.includes(null) ? null : (this.#tiles as CodedTile[]);
  }
}
