import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { CodedQuery } from './query-score.js';
import type { ScanReply, ScanSettings, ScanWork } from './scan-worker.js';

/** A row to be scanned. */
export interface RowToScan {
  id: number;
  vectors: number;
  /** Whether the commonness that is stored with it was measured as it is today. */
  measured: boolean;
}

/** Threads that scan rows, each its share, which it keeps in memory for the next query. One query at a time. */
export class ScanThreads implements AsyncDisposable {
  readonly #workers: Worker[];
  /** Vectors of each thread. */
  readonly #loads: number[];
  /** Which thread has a row. */
  readonly #threadOf = new Map<number, number>();

  /** @param settings `budgetBytes` is shared by all of them */
  constructor(settings: ScanSettings, { threads }: { threads: number }) {
    const entry = workerEntry('scan-worker', import.meta.url);
    const workerData: ScanSettings = { ...settings, budgetBytes: settings.budgetBytes / threads };
    this.#workers = Array.from({ length: threads }, () => {
      const worker = new Worker(entry.url, { ...entry.options, workerData });
      // An idle thread does not keep the program alive; how it fails is told by whoever waits for it.
      worker.unref();
      worker.on('error', () => {});
      return worker;
    });
    this.#loads = this.#workers.map(() => 0);
  }

  /**
   * @returns of each row the score of its best vector; NaN: it was deleted meanwhile, or cannot be read
   * @throws WordwatchError `search-failed`
   */
  async scan(rows: readonly RowToScan[], query: CodedQuery): Promise<Float32Array> {
    const shares: number[][] = this.#workers.map(() => []);
    for (const [place, row] of rows.entries()) shares[this.#assign(row)]!.push(place);
    const best = new Float32Array(rows.length);
    await Promise.all(
      shares.map(async (places, thread) => {
        if (places.length === 0) return;
        const work: ScanWork = {
          rows: {
            ids: Float64Array.from(places, (place) => rows[place]!.id),
            measured: Uint8Array.from(places, (place) => (rows[place]!.measured ? 1 : 0)),
          },
          query,
        };
        const found = await ask(this.#workers[thread]!, work);
        for (const [i, place] of places.entries()) best[place] = found[i]!;
      }),
    );
    return best;
  }

  #assign({ id, vectors }: RowToScan): number {
    let thread = this.#threadOf.get(id);
    if (thread === undefined) {
      thread = this.#loads.indexOf(Math.min(...this.#loads));
      this.#threadOf.set(id, thread);
      this.#loads[thread]! += vectors;
    }
    return thread;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

async function ask(worker: Worker, work: ScanWork): Promise<Float32Array> {
  const ending = new AbortController();
  const { signal } = ending;
  worker.ref();
  try {
    const answered = once(worker, 'message', { signal }).then(([reply]) => reply as ScanReply);
    const exited = once(worker, 'exit', { signal }).then(
      (): ScanReply => ({ error: 'a thread ended: is there enough memory?' }),
    );
    exited.catch(() => {}); // when the answer was first
    worker.postMessage(work);
    const reply = await Promise.race([answered, exited]);
    if ('error' in reply) throw new Error(reply.error);
    return reply.best;
  } catch (error) {
    throw new WordwatchError('search-failed', `the search failed: ${messageOf(error)}`, { cause: error });
  } finally {
    ending.abort();
    worker.unref();
  }
}
