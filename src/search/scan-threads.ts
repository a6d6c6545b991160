import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { Directions } from './directions.js';
import type { CodedQuery } from './query-score.js';
import { picked } from './row-list.js';
import type { ScannedRows } from './row-scanner.js';
import type { ScanReply, ScanSettings, ScanWork } from './scan-worker.js';

/** Rows that directions are learnt from. */
const LEARNT_ROWS = 1024;

/** Threads that scan rows, each its share, which it keeps in memory for the next query. One query at a time. */
export class ScanThreads implements AsyncDisposable {
  readonly #workers: Worker[];
  #directions: Directions | null = null;

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
  }

  /**
   * @returns of each row the score of its best vector; NaN: it was deleted meanwhile, or cannot be read
   * @throws WordwatchError `search-failed`
   */
  scan(rows: ScannedRows, query: CodedQuery): Promise<Float32Array> {
    return this.#share(rows, (own) => ({ rows: own, query }));
  }

  /** Learns from some of the rows how to make sketches. @throws WordwatchError `search-failed` */
  async learn(rows: ScannedRows): Promise<void> {
    const work: ScanWork = { rows: rowsAt(rows, spread(rows.ids.length, LEARNT_ROWS)), learn: true };
    const reply = await ask(this.#workers[0]!, work);
    this.#directions = (reply as { directions: Directions }).directions;
  }

  /** Whether there can be guesses. */
  get hasLearnt(): boolean {
    return this.#directions !== null;
  }

  /**
   * From the first time on, vectors stay on disk, and only their sketches in memory.
   * @returns of each row about the score of its best vector; NaN: as above; Infinity: there is no memory for its sketches
   * @throws WordwatchError `search-failed`
   */
  guess(rows: ScannedRows, query: CodedQuery): Promise<Float32Array> {
    const directions = this.#directions!;
    return this.#share(rows, (own) => ({ rows: own, query, directions }));
  }

  async #share(rows: ScannedRows, workOf: (rows: ScannedRows) => ScanWork): Promise<Float32Array> {
    const shares = this.#shares(rows.ids);
    const best = new Float32Array(rows.ids.length);
    await Promise.all(
      shares.map(async (places, thread) => {
        if (places.length === 0) return;
        const reply = await ask(this.#workers[thread]!, workOf(rowsAt(rows, places)));
        const found = (reply as { best: Float32Array }).best;
        for (let i = 0; i < places.length; i++) best[places[i]!] = found[i]!;
      }),
    );
    return best;
  }

  /** Places of each thread's rows: told by the id alone, and spread so that any few neighbours are shared evenly. */
  #shares(ids: Float64Array): Uint32Array[] {
    const threads = this.#workers.length;
    const shares = this.#workers.map(() => new Uint32Array(ids.length));
    const counts = this.#workers.map(() => 0);
    for (let place = 0; place < ids.length; place++) {
      const thread = Math.floor(((ids[place]! * 0.618034) % 1) * threads);
      shares[thread]![counts[thread]!++] = place;
    }
    return shares.map((places, thread) => places.subarray(0, counts[thread]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function rowsAt({ ids, measured }: ScannedRows, places: Uint32Array): ScannedRows {
  return { ids: picked(ids, places), measured: picked(measured, places) };
}

/** Places of so many of them, or of all, from beginning to end; not at even steps, which may meet one camera only. */
export function spread(all: number, count: number): Uint32Array {
  const taken = Math.min(count, all);
  const step = all / taken;
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i + ((i * 0.618034) % 1)) * step));
}

async function ask(worker: Worker, work: ScanWork): Promise<Exclude<ScanReply, { error: string }>> {
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
    return reply;
  } catch (error) {
    throw new WordwatchError('search-failed', `the search failed: ${messageOf(error)}`, { cause: error });
  } finally {
    ending.abort();
    worker.unref();
  }
}
