import type { ModelDirectory } from './directory.js';
import type { Device } from './model-choice.js';

/** What a worker thread is told at its start. */
export interface WorkerSettings {
  directory: Pick<ModelDirectory, 'path' | 'visionPath' | 'textPath' | 'image' | 'text'>;
  /** What was made of the two networks for this machine, where it was worth while. */
  optimised: { vision: string | null; text: string | null };
  device: Device;
  /** Threads of each session. */
  threads: number;
}

/** One batch of work; a worker gets the next one when it has answered. */
export type Work =
  /** count × S × S × 3 bytes in shared memory: the worker reads them where they are. */
  { kind: 'images'; count: number; pixels: Uint8Array } | { kind: 'texts'; texts: readonly string[] };

/** What comes back: the vectors one after the other, each of length 1, or a {@link WordwatchError} in parts. */
export type WorkerReply =
  | { vectors: Float32Array }
  | { error: { code: string; message: string; hint: string | null } };
