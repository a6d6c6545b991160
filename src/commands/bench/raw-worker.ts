import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import type { RawWorkerData } from './raw-rate.js';

// A network in a loop, for as long as it is told: says when it is warm, begins at a sign, says how many pictures it did.

const { path, optimised, sidePx, threads, batch, seconds } = workerData as RawWorkerData;
const session = await ort.InferenceSession.create(path, {
  logSeverityLevel: 4,
  ...(optimised ? { graphOptimizationLevel: 'disabled' as const } : {}),
  ...(threads === null ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 }),
});
const values = Float32Array.from({ length: batch * 3 * sidePx ** 2 }, (_, i) => Math.sin(i * 0.37));
const feeds = { [session.inputNames[0]!]: new ort.Tensor('float32', values, [batch, 3, sidePx, sidePx]) };
await session.run(feeds);

parentPort!.once('message', async () => {
  const endMs = performance.now() + seconds * 1000;
  let pictures = 0;
  while (performance.now() < endMs) {
    await session.run(feeds);
    pictures += batch;
  }
  parentPort!.postMessage(pictures);
});
parentPort!.postMessage('warm');
