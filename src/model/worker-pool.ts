import { Worker } from 'node:worker_threads';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { workerEntry } from '../shared/worker-url.js';
import type { Logger } from '../telemetry/logger.js';
import type { Work, WorkerReply } from './worker-protocol.js';

/** A batch whose worker died is tried once more; if that kills a worker, too, the batch is to blame. */
const MAX_ATTEMPTS = 2;
/**
 * Batches that may wait. Callers wait for their vectors before they bring more, so a longer queue is a fault of the
 * caller, and it is told so instead of the memory being filled.
 */
const MAX_WAITING = 4096;
/** A worker that was asked to end and did not in this time is stuck, and is ended by force. */
const FORCE_AFTER_MS = 15_000;
/** Workers hold their data outside of JavaScript's heap: without a bound, each would grow a nursery of 48 MB for little. */
const LIMITS = { maxYoungGenerationSizeMb: 4 };

/** What {@link WorkerPool} needs. */
export interface WorkerPoolOptions {
  /** Threads at most; they start when there is work for them. */
  size: number;
  /** What they run: a module that answers each {@link Work} with one {@link WorkerReply}, and ends itself at `null`. */
  entry: ReturnType<typeof workerEntry>;
  /** What they are told at their start. */
  workerData: unknown;
  /** A thread without work for so long ends, and its memory with it; default: it stays. */
  idleTimeoutMs?: number;
  /** One ended that nobody asked to. */
  onDeath?: (() => void) | undefined;
  logger: Logger;
}

interface Job {
  work: Work;
  attempts: number;
  resolve: (vectors: Float32Array) => void;
  reject: (error: unknown) => void;
}

interface Member {
  worker: Worker;
  job: Job | null;
  idleTimer: NodeJS.Timeout | null;
  /** Why it died, once that is known. */
  reason: string;
}

/** Worker threads that each do one batch at a time, first come, first served; one that dies is replaced. */
export class WorkerPool implements AsyncDisposable {
  readonly #options: WorkerPoolOptions;
  readonly #members = new Set<Member>();
  readonly #waiting: Job[] = [];
  readonly #ending = new Set<Promise<void>>();
  #disposed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /**
   * Has a batch done.
   * @throws WordwatchError what the worker answered; `model-worker-died` when two workers died of it;
   *   `model-overloaded`; `model-closed`
   */
  run(work: Work): Promise<Float32Array> {
    if (this.#disposed) return Promise.reject(closed());
    if (this.#waiting.length >= MAX_WAITING) {
      const message = `${MAX_WAITING} batches are waiting for the model`;
      return Promise.reject(new WordwatchError('model-overloaded', message, { retryable: true }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, attempts: 0, resolve, reject });
      this.#assign();
    });
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const member = this.#idleMember() ?? this.#hire();
      if (!member) return;
      const job = this.#waiting.shift()!;
      job.attempts++;
      member.job = job;
      if (member.idleTimer) clearTimeout(member.idleTimer);
      member.worker.ref();
      member.worker.postMessage(job.work);
    }
  }

  #idleMember(): Member | undefined {
    for (const member of this.#members) if (member.job === null) return member;
    return undefined;
  }

  #hire(): Member | undefined {
    const { size, entry, workerData } = this.#options;
    if (this.#members.size >= size) return undefined;
    const resourceLimits = { ...LIMITS, ...entry.options.resourceLimits };
    const worker = new Worker(entry.url, { ...entry.options, workerData, resourceLimits });
    const member: Member = { worker, job: null, idleTimer: null, reason: 'it ended' };
    worker.on('message', (reply: WorkerReply) => this.#finish(member, reply));
    worker.on('error', (error) => {
      member.reason = messageOf(error);
    });
    worker.on('exit', () => this.#bury(member));
    this.#members.add(member);
    return member;
  }

  #finish(member: Member, reply: WorkerReply): void {
    const { job } = member;
    member.job = null;
    // A pool that nobody uses must not keep the program alive.
    member.worker.unref();
    const { idleTimeoutMs } = this.#options;
    if (idleTimeoutMs !== undefined) {
      member.idleTimer = setTimeout(() => this.#dismiss(member), idleTimeoutMs).unref();
    }
    if ('vectors' in reply) job?.resolve(reply.vectors);
    else {
      const { code, message, hint } = reply.error;
      job?.reject(new WordwatchError(code, message, hint === null ? {} : { hint }));
    }
    this.#assign();
  }

  /**
   * Asks a worker to end, which it does when it is through with what it is doing. `terminate()` would be quicker, but a
   * thread that is ended inside onnxruntime takes the whole process with it (an uncaught `Napi::Error`).
   */
  #dismiss(member: Member): void {
    const { worker, idleTimer } = member;
    this.#members.delete(member);
    if (idleTimer) clearTimeout(idleTimer);
    const forced = setTimeout(() => worker.terminate(), FORCE_AFTER_MS);
    const ended = new Promise((resolve) => worker.once('exit', resolve)).then(() => {
      clearTimeout(forced);
      this.#ending.delete(ended);
    });
    this.#ending.add(ended);
    worker.ref();
    worker.postMessage(null);
  }

  /** A worker has ended. If nobody asked it to, its job goes to another one, which is hired when there is work. */
  #bury(member: Member): void {
    if (!this.#members.delete(member)) return;
    const { job, reason } = member;
    this.#options.logger.error({ reason }, 'model worker died');
    this.#options.onDeath?.();
    if (job && job.attempts >= MAX_ATTEMPTS) {
      const message = `the model's worker died: ${reason}`;
      job.reject(new WordwatchError('model-worker-died', message, { retryable: true }));
    } else if (job) {
      this.#waiting.unshift(job);
    }
    this.#assign();
  }

  /** Ends all workers; what they have not answered is rejected with `model-closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const members = [...this.#members];
    for (const job of [...this.#waiting, ...members.flatMap(({ job }) => job ?? [])]) job.reject(closed());
    this.#waiting.length = 0;
    for (const member of members) this.#dismiss(member);
    await Promise.all(this.#ending);
  }
}

function closed(): WordwatchError {
  return new WordwatchError('model-closed', 'the model is closed');
}
