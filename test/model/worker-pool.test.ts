import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerPool, type WorkerPoolOptions } from '../../src/model/worker-pool.js';
import { createLogger } from '../../src/telemetry/logger.js';

// Threads that do what the text says. The answer is the thread's number, so that a test sees who gave it.
const CODE = `
  const { parentPort, threadId } = require('node:worker_threads');
  const answer = () => parentPort.postMessage({ vectors: Float32Array.of(threadId) });
  parentPort.on('message', (work) => {
    if (work === null) return parentPort.close();
    const [what] = work.texts;
    if (what === 'exit') process.exit(3);
    else if (what === 'throw') throw new Error('worker is broken');
    else if (what === 'fill') { const all = []; for (;;) all.push(new Array(1e6).fill(all)); }
    else if (what === 'refuse') parentPort.postMessage({ error: { code: 'model-failed', message: 'no' } });
    else if (what === 'hang') return;
    else if (what.startsWith('wait')) setTimeout(answer, Number(what.slice(4)));
    else answer();
  });`;

const pools: WorkerPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool[Symbol.asyncDispose]();
});

function createPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const entry = { url: CODE, options: { eval: true, resourceLimits: { maxOldGenerationSizeMb: 24 } } };
  const logger = createLogger({ level: 'silent' });
  const pool = new WorkerPool({ size: 2, entry, workerData: null, logger, ...options });
  pools.push(pool);
  return pool;
}

const work = (what: string) => ({ kind: 'texts', texts: [what] }) as const;

describe('WorkerPool', () => {
  it('starts no more threads than its size, and none without work', async () => {
    const pool = createPool({ size: 2 });
    const answers = await Promise.all(Array.from({ length: 9 }, () => pool.run(work('wait20'))));
    expect(new Set(answers.map(([thread]) => thread)).size).toBe(2);
  });

  it.each(['exit', 'throw', 'fill'])(
    'rejects a batch that kills two workers (%s) and goes on with the others',
    async (how) => {
      const pool = createPool();
      const killer = pool.run(work(how));
      const others = Array.from({ length: 6 }, () => pool.run(work('ok')));
      await expect(killer).rejects.toMatchObject({ code: 'model-worker-died' });
      expect(await Promise.all(others)).toHaveLength(6);
    },
  );

  it('does a batch again whose worker was killed from outside', async () => {
    const pool = createPool({ size: 1 });
    const hired = once(process, 'worker') as Promise<[Worker]>;
    const slow = pool.run(work('wait300'));
    const [worker] = await hired;
    await once(worker, 'online');
    const first = worker.threadId;
    await worker.terminate();
    expect((await slow)[0]).not.toBe(first);
  });

  it('passes on what a worker answers, without blaming the worker', async () => {
    const pool = createPool({ size: 1 });
    const [before] = await pool.run(work('ok'));
    await expect(pool.run(work('refuse'))).rejects.toMatchObject({ code: 'model-failed', message: 'no' });
    expect((await pool.run(work('ok')))[0]).toBe(before);
  });

  it('ends a thread that has had no work for a while, and starts another one when there is', async () => {
    const pool = createPool({ size: 1, idleTimeoutMs: 30 });
    const hired = once(process, 'worker') as Promise<[Worker]>;
    const [before] = await pool.run(work('ok'));
    const [worker] = await hired;
    await once(worker, 'exit');
    expect((await pool.run(work('ok')))[0]).not.toBe(before);
  });

  it('rejects everything that is open when it is closed, and what comes after', async () => {
    const pool = createPool({ size: 1 });
    const open = [pool.run(work('hang')), pool.run(work('ok'))];
    const outcomes = Promise.allSettled(open);
    await pool[Symbol.asyncDispose]();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'model-closed' } });
    }
    await expect(pool.run(work('ok'))).rejects.toMatchObject({ code: 'model-closed' });
  });

  it('refuses more work when thousands of batches wait already', async () => {
    const pool = createPool({ size: 1 });
    const open = Promise.allSettled(Array.from({ length: 4097 }, () => pool.run(work('hang'))));
    await expect(pool.run(work('ok'))).rejects.toMatchObject({ code: 'model-overloaded' });
    await pool[Symbol.asyncDispose]();
    await open;
  });
});
