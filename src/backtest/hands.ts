import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { HandReply, HandTask } from './hand.js';
import { replyOf, THREAD_LIMITS, type WorkerAnswer } from './worker-answer.js';

/** Threads that work on backtests, one backtest at a time. Made early, they are up when they are needed. */
export class Hands implements AsyncDisposable {
  readonly #workers: readonly Worker[];
  #failed: Error | null = null;

  /** @param count threads; each is as good as a core */
  constructor(count: number) {
    const { url, options } = workerEntry('hand-worker', import.meta.url);
    this.#workers = Array.from({ length: count }, () => {
      const worker = new Worker(url, { ...options, resourceLimits: THREAD_LIMITS });
      // Asked for when a task is given: nobody waits for it before.
      worker.on('error', (error) => {
        this.#failed = error;
      });
      return worker;
    });
  }

  get count(): number {
    return this.#workers.length;
  }

  /**
   * Gives every thread a task and waits for all answers.
   * @throws WordwatchError what a thread says; `backtest-stopped` when `signal` aborts: the threads are of no use then
   */
  async all(taskOf: (hand: number) => HandTask, signal: AbortSignal): Promise<HandReply[]> {
    if (this.#failed) throw this.#failed;
    const answers = await Promise.all(
      this.#workers.map((worker, hand) => {
        const answer = once(worker, 'message', { signal }) as Promise<[WorkerAnswer<HandReply>]>;
        worker.postMessage(taskOf(hand));
        return answer;
      }),
    ).catch((cause) => {
      if (!signal.aborted) throw cause;
      throw new WordwatchError('backtest-stopped', 'the backtest was stopped', { cause });
    });
    return answers.map(([answer]) => replyOf(answer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
