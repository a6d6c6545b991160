import { closeSync, openSync, writeSync } from 'node:fs';
import { decodeImage } from '../../shared/dots/codes.js';
import { toBytes } from '../../shared/vector-bytes.js';
import type { VectorValues } from './parquet.js';
import type { VectorBatch } from './vector-batches.js';

/** The whole header of version 1.0, padded, so that the number of rows can be put in at the end. */
const HEADER_BYTES = 128;
const TYPES: Record<VectorValues, string> = { float32: '<f4', int8: '|i1' };

/**
 * Writes vectors as a NumPy array of rows × dimension, and beside it a table that says what each row is of.
 * @param path of the array; the table is at `path` with `.csv` behind it
 * @param dimension of all of them
 * @returns how many
 */
export function writeNpy(
  path: string,
  { batches, values, dimension }: { batches: Iterable<VectorBatch>; values: VectorValues; dimension: number },
): number {
  const array = openSync(path, 'w');
  const table = openSync(`${path}.csv`, 'w');
  try {
    let count = 0;
    writeSync(array, headerOf({ count, values, dimension }));
    writeSync(table, 'camera,time,tile,x,y,w,h,model\n');
    for (const { stream, vectors } of batches) {
      if (vectors.length === 0) continue;
      const rows = vectors.map(({ code }) =>
        values === 'int8'
          ? new Uint8Array(code.buffer, code.byteOffset, code.length)
          : toBytes(decodeImage(code)),
      );
      writeSync(array, Buffer.concat(rows));
      const lines = vectors.map(({ atMs, tile }) => {
        const { x, y, w, h } = stream.tiles[tile]!.box;
        return `${[stream.cameraId, new Date(atMs).toISOString(), tile, x, y, w, h, stream.modelHash].join(',')}\n`;
      });
      writeSync(table, lines.join(''));
      count += vectors.length;
    }
    writeSync(array, headerOf({ count, values, dimension }), 0, HEADER_BYTES, 0);
    return count;
  } finally {
    closeSync(array);
    closeSync(table);
  }
}

/** NumPy's format 1.0: magic, version, length of the text, and the text, blanks and a line's end behind it. */
function headerOf({
  count,
  values,
  dimension,
}: {
  count: number;
  values: VectorValues;
  dimension: number;
}): Uint8Array {
  const text = `{'descr': '${TYPES[values]}', 'fortran_order': False, 'shape': (${count}, ${dimension}), }`;
  const header = Buffer.alloc(HEADER_BYTES, ' ');
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(HEADER_BYTES - 10, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', HEADER_BYTES - 1, 'latin1');
  return header;
}
