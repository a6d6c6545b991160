import { parentPort, workerData } from 'node:worker_threads';
import { decodeImage } from '../shared/dots/codes.js';
import { messageOf } from '../shared/errors.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import { Commonness } from './commonness.js';
import { type Directions, findDirections } from './directions.js';
import type { CodedQuery } from './query-score.js';
import { RowScanner, type ScannedRows } from './row-scanner.js';
import { SketchScanner } from './sketch-scanner.js';
import { SKETCH_DIRECTIONS, Sketcher } from './sketcher.js';

/** What a thread of {@link ScanThreads} is told at its start. */
export interface ScanSettings {
  /** Data folder. */
  folder: string;
  dimension: number;
  /** Codes of the captions. */
  captions: Int16Array;
  budgetBytes: number;
}

/** A thread's share of the rows, and what to do with them. */
export type ScanWork =
  | { rows: ScannedRows; query: CodedQuery }
  /** From now on vectors stay on disk, and only their sketches in memory. */
  | { rows: ScannedRows; query: CodedQuery; directions: Directions }
  | { rows: ScannedRows; learn: true };

/** Best score of each row, or about that; or what sketches are made with. */
export type ScanReply = { best: Float32Array } | { directions: Directions } | { error: string };

/** Vectors taken of a row to find directions: neighbours are alike. */
const LEARNT_OF_ROW = 4;

const { folder, dimension, captions, budgetBytes } = workerData as ScanSettings;
const database = openVectorsReadOnly(folder);
const store = new VectorStore(database);
const commonness = new Commonness({ phrases: captions, dimension });
let scanner = new RowScanner({ store, dimension, commonness, budgetBytes });
let sketches: SketchScanner | null = null;

parentPort!.on('message', (work: ScanWork) => {
  try {
    parentPort!.postMessage(answer(work));
  } catch (error) {
    parentPort!.postMessage({ error: messageOf(error) } satisfies ScanReply);
  }
});

function answer(work: ScanWork): ScanReply {
  if ('learn' in work) return { directions: learn(work.rows) };
  if ('directions' in work) return { best: sketchesOf(work.directions).scan(work.rows, work.query) };
  return { best: scanner.scan(work.rows, work.query) };
}

function sketchesOf(directions: Directions): SketchScanner {
  if (!sketches) {
    const reader = new RowScanner({ store, dimension, commonness, budgetBytes: 0 });
    scanner = reader;
    sketches = new SketchScanner({ sketcher: new Sketcher(directions), reader, budgetBytes });
  }
  return sketches;
}

function learn({ ids, measured }: ScannedRows): Directions {
  const vectors: Float32Array[] = [];
  for (const [place, id] of ids.entries())
    scanner.read(id, measured[place] === 1, ({ codes }) => {
      const count = codes.length / dimension;
      const taken = Math.min(LEARNT_OF_ROW, count);
      for (let i = 0; i < taken; i++) {
        const at = Math.floor((i * count) / taken) * dimension;
        vectors.push(decodeImage(codes.subarray(at, at + dimension)));
      }
    });
  const all = new Float32Array(vectors.length * dimension);
  for (const [i, vector] of vectors.entries()) all.set(vector, i * dimension);
  const count = Math.min(SKETCH_DIRECTIONS, dimension);
  return findDirections({ dimension, vectors: all, captions, count });
}
