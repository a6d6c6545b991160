import { decodeMinute, type StoredMinute } from '../../store/vectors/minute-codec.js';
import type { MinuteRow, VectorRange, VectorStore, VectorStream } from '../../store/vectors/vector-store.js';

/** One tile as it was embedded. */
export interface ExportedVector {
  /** Milliseconds since the epoch. */
  atMs: number;
  /** Of the frame, counting from 0. */
  tile: number;
  /** In the memory of the minute that it comes from. */
  code: Int8Array;
}

/** Vectors of about a minute of one camera, in the order in which they were embedded. */
export interface VectorBatch {
  stream: VectorStream;
  vectors: ExportedVector[];
}

/**
 * Vectors that are remembered, minute by minute. A vector whose tile stayed as it was is there once, as of the frame that it
 * was embedded for; where that has been lost, as of the first frame that is known to look like it.
 * @param onUnreadable told of each row that is damaged; it is left out
 */
export function* vectorBatches(
  store: Pick<VectorStore, 'rows' | 'body' | 'streams'>,
  { modelHash, ...range }: VectorRange & { modelHash: string | null },
  onUnreadable: (row: MinuteRow, error: unknown) => void,
): Generator<VectorBatch> {
  const { fromMs = -Infinity, toMs = Infinity } = range;
  const streams = store.streams();
  for (const row of store.rows(range)) {
    const stream = streams.get(row.streamId)!;
    if (modelHash !== null && stream.modelHash !== modelHash) continue;
    try {
      const body = store.body(row.id);
      if (!body) continue; // deleted meanwhile
      const all = vectorsOf(decodeMinute(body));
      yield { stream, vectors: all.filter(({ atMs }) => atMs >= fromMs && atMs < toMs) };
    } catch (error) {
      onUnreadable(row, error);
    }
  }
}

function vectorsOf({ frames, carried, codes, dimension }: StoredMinute): ExportedVector[] {
  const firstMs = frames.find(({ scored }) => scored)?.atMs ?? frames[0]?.atMs ?? 0;
  const tiles = [
    ...carried.map((tile) => ({ atMs: firstMs, tile })),
    ...frames.flatMap(({ atMs, fresh }) => fresh.map((tile) => ({ atMs, tile }))),
  ];
  return tiles.map((vector, i) => ({ ...vector, code: codes.subarray(i * dimension, (i + 1) * dimension) }));
}
