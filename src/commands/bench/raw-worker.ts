import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { trialFeeds } from '../../model/optimise/trial-feeds.js';
import type { RawWorkerData } from './raw-rate.js';

// A network in a loop, for as long as it is told: says when it is warm, begins at a sign, says how many pictures it did.

const { path, optimised, sidePx, threads, batch, seconds } = workerData as RawWorkerData;
const session = await ort.InferenceSession.create(path, {
  logSeverityLevel: 4,
  ...(optimised ? { graphOptimizationLevel: 'disabled' as const } : {}),
  ...(threads === null ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 }),
});
const feeds = trialFeeds(session.inputMetadata, { pictures: batch, sidePx, contextLength: 1 });
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
