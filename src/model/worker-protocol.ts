import type { TokenBatch } from './tokenizer.js';

/** What a worker thread is told at its start. */
export interface WorkerSettings {
  visionPath: string;
  textPath: string;
  inputSizePx: number;
  /** Pixels become (value · rescale − mean) / std, channel by channel. */
  rescale: number;
  mean: readonly number[];
  std: readonly number[];
  /** Threads of each session. */
  threads: number;
}

/** One batch of work. */
export type WorkerTask =
  | { id: number; kind: 'images'; count: number; pixels: Uint8Array }
  | { id: number; kind: 'texts'; count: number; tokens: TokenBatch };

/** A task without its number, which the pool gives. */
export type Work = WorkerTask extends infer Task
  ? Task extends WorkerTask
    ? Omit<Task, 'id'>
    : never
  : never;

/** What comes back: count × dimension values, each vector of length 1. */
export type WorkerReply = { id: number; vectors: Float32Array } | { id: number; error: string };
