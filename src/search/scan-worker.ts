import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../shared/errors.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import { Commonness } from './commonness.js';
import type { CodedQuery } from './query-score.js';
import { RowScanner, type ScannedRows } from './row-scanner.js';

/** What a thread of {@link ScanThreads} is told at its start. */
export interface ScanSettings {
  /** Data folder. */
  folder: string;
  dimension: number;
  /** Codes of the captions. */
  captions: Int16Array;
  budgetBytes: number;
}

/** A thread's share of the rows. */
export interface ScanWork {
  rows: ScannedRows;
  query: CodedQuery;
}

/** Best score of each row. */
export type ScanReply = { best: Float32Array } | { error: string };

const { folder, dimension, captions, budgetBytes } = workerData as ScanSettings;
const store = new VectorStore(openVectorsReadOnly(folder));
const commonness = new Commonness({ phrases: captions, dimension });
const scanner = new RowScanner({ store, dimension, commonness, budgetBytes });

parentPort!.on('message', ({ rows, query }: ScanWork) => {
  try {
    const best = scanner.scan(rows, query);
    parentPort!.postMessage({ best } satisfies ScanReply, [best.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort!.postMessage({ error: messageOf(error) } satisfies ScanReply);
  }
});
