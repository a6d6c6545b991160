import { createRequire } from 'node:module';
import { DatabaseSync } from '@photostructure/sqlite';
import { dot } from '../../rules/vectors.js';
import { decodeImage } from '../../shared/dots/codes.js';
import { messageOf } from '../../shared/errors.js';
import { toBytes } from '../../shared/vector-bytes.js';
import { DIMENSION } from './made-up-memory.js';

/**
 * What one would write without thinking: every vector as floating-point numbers, one after the other.
 * @param codes of rows @returns the best cosine of each row
 */
export function plainScan(codes: readonly Int8Array[]): (query: Float32Array) => number[] {
  const rows = codes.map(vectorsOf);
  return (query) => rows.map((vectors) => Math.max(...vectors.map((vector) => dot(vector, query))));
}

/**
 * sqlite-vec on the same vectors in memory, as floating-point numbers.
 * @returns gives the highest cosines; null when it is not installed, with the reason told to `say`
 */
export function sqliteVecScan(
  codes: readonly Int8Array[],
  say: (reason: string) => void,
): ((query: Float32Array, count: number) => number[]) | null {
  const name = 'sqlite-vec';
  try {
    const { getLoadablePath } = createRequire(import.meta.url)(name) as { getLoadablePath: () => string };
    const database = new DatabaseSync(':memory:', { allowExtension: true });
    database.enableLoadExtension(true);
    database.loadExtension(getLoadablePath());
    database.exec(
      `CREATE VIRTUAL TABLE vectors USING vec0(vector float[${DIMENSION}] distance_metric=cosine); BEGIN`,
    );
    const insert = database.prepare('INSERT INTO vectors (vector) VALUES (?)');
    for (const vector of codes.flatMap(vectorsOf)) insert.run(toBytes(vector));
    database.exec('COMMIT');
    const nearest = database.prepare('SELECT distance FROM vectors WHERE vector MATCH ? AND k = ?');
    return (query, count) => {
      const rows = nearest.all(toBytes(query), count) as unknown as { distance: number }[];
      return rows.map(({ distance }) => 1 - distance);
    };
  } catch (error) {
    say(`sqlite-vec is not measured: ${messageOf(error)} (npm install --no-save ${name})\n`);
    return null;
  }
}

function vectorsOf(codes: Int8Array): Float32Array[] {
  return Array.from({ length: codes.length / DIMENSION }, (_, i) =>
    decodeImage(codes.subarray(i * DIMENSION, (i + 1) * DIMENSION)),
  );
}
