import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import { decodeImage } from '../../shared/dots/codes.js';
import type { ExportedVector, VectorBatch } from './vector-batches.js';

/** How vectors are written. */
export const VECTOR_VALUES = ['float32', 'int8'] as const;
export type VectorValues = (typeof VECTOR_VALUES)[number];

/** All that is in memory at a time, as numbers of JavaScript several times over: tens of megabytes. */
const ROWS_AT_ONCE = 512;

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];
type Row = ExportedVector & { stream: VectorBatch['stream'] };

const REQUIRED = { repetition_type: 'REQUIRED' } as const;
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', ...REQUIRED } as const;
/** Columns but for the vector, in order, and their values. */
const COLUMNS: { element: Schema[number]; value: (row: Row) => unknown }[] = [
  { element: { name: 'camera', ...TEXT }, value: ({ stream }) => stream.cameraId },
  {
    element: { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', ...REQUIRED },
    value: ({ atMs }) => new Date(atMs),
  },
  { element: { name: 'tile', type: 'INT32', ...REQUIRED }, value: ({ tile }) => tile },
  ...(['x', 'y', 'w', 'h'] as const).map((side) => ({
    element: { name: side, type: 'FLOAT', ...REQUIRED } as const,
    value: ({ stream, tile }: Row) => stream.tiles[tile]!.box[side],
  })),
  { element: { name: 'model', ...TEXT }, value: ({ stream }) => stream.modelHash },
];

const VECTOR: Record<VectorValues, Schema> = {
  float32: [
    { name: 'vector', converted_type: 'LIST', num_children: 1, ...REQUIRED },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'FLOAT', ...REQUIRED },
  ],
  int8: [{ name: 'code', type: 'BYTE_ARRAY', ...REQUIRED }],
};

/**
 * Writes vectors as a Parquet file, little by little. Columns: camera, time (UTC), tile, its box (x, y, w, h in fractions of
 * the frame), model and either `vector`, a list of float32 of length 1, or `code`, int8 as bytes, whose direction is the
 * vector's.
 * @returns how many
 */
export async function writeParquet(
  path: string,
  { batches, values }: { batches: Iterable<VectorBatch>; values: VectorValues },
): Promise<number> {
  const root = { name: 'root', num_children: COLUMNS.length + 1 };
  const schema = [root, ...COLUMNS.map(({ element }) => element), ...VECTOR[values]];
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'wordwatch' });
  let waiting: Row[] = [];
  let count = 0;
  const write = async () => {
    count += waiting.length;
    await writer.write({ columnData: columnsOf(waiting, values), rowGroupSize: ROWS_AT_ONCE });
    waiting = [];
  };
  for (const { stream, vectors } of batches) {
    for (const vector of vectors) {
      waiting.push({ ...vector, stream });
      if (waiting.length === ROWS_AT_ONCE) await write();
    }
  }
  if (waiting.length > 0) await write();
  await writer.finish();
  return count;
}

function columnsOf(rows: readonly Row[], values: VectorValues): ColumnSource[] {
  const vectors = rows.map(({ code }) =>
    values === 'int8'
      ? new Uint8Array(code.buffer, code.byteOffset, code.byteLength)
      : Array.from(decodeImage(code)),
  );
  // Vectors are noise to a packer, and nobody looks for the smallest of them.
  const plain = { encoding: 'PLAIN', codec: 'UNCOMPRESSED', statistics: false, offsetIndex: false } as const;
  return [
    ...COLUMNS.map(({ element, value }) => ({ name: element.name, data: rows.map(value) })),
    { name: values === 'int8' ? 'code' : 'vector', data: vectors, ...plain },
  ];
}
