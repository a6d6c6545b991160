import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { Directions } from './directions.js';
import type { CodedQuery } from './query-score.js';
import type { ScannedRows } from './row-scanner.js';
import type { ScanReply, ScanSettings, ScanWork } from './scan-worker.js';

/** Rows that directions are learnt from. */
const LEARNT_ROWS = 1024;

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
  #directions: Directions | null = null;
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
  scan(rows: readonly RowToScan[], query: CodedQuery): Promise<Float32Array> {
    return this.#share(rows, (own) => ({ rows: own, query }));
  }

  /** Learns from some of the rows how to make sketches. @throws WordwatchError `search-failed` */
  async learn(rows: readonly RowToScan[]): Promise<void> {
    const work: ScanWork = { rows: scanned(spread(rows, LEARNT_ROWS)), learn: true };
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
  guess(rows: readonly RowToScan[], query: CodedQuery): Promise<Float32Array> {
    const directions = this.#directions!;
    return this.#share(rows, (own) => ({ rows: own, query, directions }));
  }

  async #share(rows: readonly RowToScan[], workOf: (rows: ScannedRows) => ScanWork): Promise<Float32Array> {
    const shares: number[][] = this.#workers.map(() => []);
    for (const [place, row] of rows.entries()) shares[this.#assign(row)]!.push(place);
    const best = new Float32Array(rows.length);
    await Promise.all(
      shares.map(async (places, thread) => {
        if (places.length === 0) return;
        const work = workOf(scanned(places.map((place) => rows[place]!)));
        const reply = await ask(this.#workers[thread]!, work);
        const found = (reply as { best: Float32Array }).best;
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

/** A plain loop: there are a hundred thousand, for every query. */
function scanned(rows: readonly RowToScan[]): ScannedRows {
  const [ids, measured] = [new Float64Array(rows.length), new Uint8Array(rows.length)];
  for (let i = 0; i < rows.length; i++) {
    ids[i] = rows[i]!.id;
    measured[i] = rows[i]!.measured ? 1 : 0;
  }
  return { ids, measured };
}

/** So many of them, or all, from beginning to end; not at even steps, which may meet one camera only. */
export function spread<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  const step = items.length / taken;
  return Array.from({ length: taken }, (_, i) => items[Math.floor((i + ((i * 0.618034) % 1)) * step)]!);
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
