import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { PreviewReply, PreviewTask } from './preview-hand.js';
import { replyOf, THREAD_LIMITS, type WorkerAnswer } from './worker-answer.js';

/** What is kept ready is forgotten when nobody has asked for so long. */
const IDLE_MS = 5 * 60_000;

/** The thread that tries rules (`preview-worker.ts`): up when it is first asked, and gone when it is not any more. */
export class PreviewThread implements AsyncDisposable {
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | null = null;

  /**
   * One after the other: whoever asks has the answer before the next one asks.
   * @throws WordwatchError what the thread says; `backtest-stopped` soon after `signal` aborts
   */
  async ask(task: Omit<PreviewTask, 'stop'>, signal: AbortSignal): Promise<PreviewReply> {
    if (signal.aborted) throw stopped();
    clearTimeout(this.#idle ?? undefined);
    const worker = this.#started();
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const tell = () => void Atomics.store(stop, 0, 1);
    signal.addEventListener('abort', tell, { once: true });
    const done = new AbortController();
    worker.ref();
    try {
      const answer = once(worker, 'message', done) as Promise<[WorkerAnswer<PreviewReply>]>;
      worker.postMessage({ ...task, stop: stop.buffer as SharedArrayBuffer } satisfies PreviewTask);
      return replyOf((await Promise.race([answer, ended(worker, done.signal)]))[0]);
    } finally {
      done.abort();
      // What is only kept ready does not keep the program up.
      worker.unref();
      signal.removeEventListener('abort', tell);
      this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
    }
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const { url, options } = workerEntry('preview-worker', import.meta.url);
    const worker = new Worker(url, { ...options, resourceLimits: THREAD_LIMITS });
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = null;
    });
    worker.on('error', () => {}); // told to whoever waits
    this.#worker = worker;
    return worker;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  /** Whoever waits is told that it was stopped. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle ?? undefined);
    await this.#end();
  }
}

async function ended(worker: Worker, signal: AbortSignal): Promise<never> {
  await once(worker, 'exit', { signal });
  throw stopped();
}

function stopped(): WordwatchError {
  return new WordwatchError('backtest-stopped', 'the preview was stopped', { retryable: true });
}
