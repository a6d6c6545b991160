import type { ImageNetworkOptions } from './image-network.js';
import type { TextNetworkOptions } from './text-network.js';

/** What a worker thread is told at its start: the network that it will be given work for. */
export interface WorkerSettings {
  images?: ImageNetworkOptions;
  texts?: TextNetworkOptions;
}

/** One batch of work; a worker gets the next one when it has answered. */
export type Work =
  /** count × S × S × 3 bytes in shared memory: the worker reads them where they are. */
  { kind: 'images'; count: number; pixels: Uint8Array } | { kind: 'texts'; texts: readonly string[] };

/** What comes back: the vectors one after the other, each of length 1, or a {@link WordwatchError} in parts. */
export type WorkerReply =
  | { vectors: Float32Array }
  | { error: { code: string; message: string; hint: string | null } };
