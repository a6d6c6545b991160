import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerEntry } from '../../shared/worker-url.js';

/** A way of using onnxruntime-node directly. */
export interface RawSetup {
  /** The vision network. */
  path: string;
  /** The file was optimised already: the runtime need not do it again. */
  optimised: boolean;
  /** Side of its pictures. */
  sidePx: number;
  /** Threads with a session each. */
  workers: number;
  /** Threads of each session; null: as many as the runtime takes by itself. */
  threads: number | null;
  /** Pictures a call. */
  batch: number;
}

/** What a worker of {@link rawRate} is told. */
export type RawWorkerData = RawSetup & { seconds: number };

/** Pictures a second of the network alone: nothing is cut, normalised or split, so it is a ceiling. */
export async function rawRate(setup: RawSetup, { seconds }: { seconds: number }): Promise<number> {
  const entry = workerEntry('raw-worker', import.meta.url);
  const workerData: RawWorkerData = { ...setup, seconds };
  const workers = Array.from(
    { length: setup.workers },
    () => new Worker(entry.url, { ...entry.options, workerData }),
  );
  const ended = Promise.all(workers.map((worker) => once(worker, 'exit')));
  await Promise.all(workers.map((worker) => once(worker, 'message'))); // loaded and warm
  const startedMs = performance.now();
  for (const worker of workers) worker.postMessage('go');
  const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
  const elapsedS = (performance.now() - startedMs) / 1000;
  await ended;
  return answers.reduce((sum, [pictures]) => sum + (pictures as number), 0) / elapsedS;
}
