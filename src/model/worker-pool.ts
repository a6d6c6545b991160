import { Worker } from 'node:worker_threads';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { workerEntry } from '../shared/worker-url.js';
import type { Logger } from '../telemetry/logger.js';
import type { Work, WorkerReply, WorkerSettings } from './worker-protocol.js';

/** A batch whose worker died is tried once more; if that kills a worker, too, the batch is to blame. */
const MAX_ATTEMPTS = 2;

interface Job {
  work: Work;
  attempts: number;
  resolve: (vectors: Float32Array) => void;
  reject: (error: unknown) => void;
}

interface Member {
  worker: Worker;
  job: Job | null;
}

/** Worker threads that each do one batch at a time; one that dies is replaced. */
export class WorkerPool implements AsyncDisposable {
  readonly #settings: WorkerSettings;
  readonly #logger: Logger;
  readonly #members = new Set<Member>();
  readonly #waiting: Job[] = [];
  #nextId = 1;
  #disposed = false;

  constructor(size: number, { settings, logger }: { settings: WorkerSettings; logger: Logger }) {
    this.#settings = settings;
    this.#logger = logger;
    for (let i = 0; i < size; i++) this.#hire();
  }

  /** @throws WordwatchError `model-failed`, `model-worker-died` */
  run(work: Work): Promise<Float32Array> {
    if (this.#disposed) return Promise.reject(new WordwatchError('model-closed', 'the model is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, attempts: 0, resolve, reject });
      this.#assign();
    });
  }

  #hire(): void {
    const { url, options } = workerEntry('onnx-worker', import.meta.url);
    const worker = new Worker(url, { ...options, workerData: this.#settings });
    const member: Member = { worker, job: null };
    let reason = 'it ended';
    worker.on('message', (reply: WorkerReply) => this.#finish(member, reply));
    worker.on('error', (error) => {
      reason = messageOf(error);
    });
    worker.on('exit', () => this.#replace(member, reason));
    // A pool that nobody uses must not keep the program alive.
    worker.unref();
    this.#members.add(member);
  }

  #assign(): void {
    for (const member of this.#members) {
      if (member.job !== null) continue;
      const job = this.#waiting.shift();
      if (!job) return;
      member.job = job;
      job.attempts++;
      member.worker.ref();
      member.worker.postMessage({ ...job.work, id: this.#nextId++ });
    }
  }

  #finish(member: Member, reply: WorkerReply): void {
    const { job } = member;
    member.job = null;
    member.worker.unref();
    if ('error' in reply) job?.reject(new WordwatchError('model-failed', `the model failed: ${reply.error}`));
    else job?.resolve(reply.vectors);
    this.#assign();
  }

  #replace(member: Member, reason: string): void {
    this.#members.delete(member);
    if (this.#disposed) return;
    this.#logger.error({ reason }, 'model worker died and is replaced');
    const { job } = member;
    if (job && job.attempts >= MAX_ATTEMPTS) {
      job.reject(
        new WordwatchError('model-worker-died', `the model's worker died: ${reason}`, { retryable: true }),
      );
    } else if (job) {
      this.#waiting.unshift(job);
    }
    this.#hire();
    this.#assign();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const members = [...this.#members];
    for (const job of [...this.#waiting, ...members.flatMap(({ job }) => job ?? [])]) {
      job.reject(new WordwatchError('model-closed', 'the model is closed'));
    }
    this.#waiting.length = 0;
    await Promise.all(members.map(({ worker }) => worker.terminate()));
  }
}
