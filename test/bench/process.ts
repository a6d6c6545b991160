import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What one of the benchmark's processes is asked, and what it answers. */
export type Talk = Record<string, { asked: unknown; answer: unknown }>;

interface Question {
  what: string;
  asked: unknown;
}

/** Milliseconds of a clock that all processes of a machine share. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A process of the benchmark that is asked one thing after the other. */
export class Process<T extends Talk> implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** @param file beside this one */
  constructor(file: string, args: readonly string[] = []) {
    // As `npm run wordwatch` starts the service.
    const execArgv = [
      '--max-semi-space-size=2',
      '--single-threaded-gc',
      '--import',
      import.meta.resolve('tsx'),
    ];
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv });
  }

  /** @throws Error when the process ends instead */
  async ask<K extends keyof T & string>(what: K, asked: T[K]['asked']): Promise<T[K]['answer']> {
    const answered = new AbortController();
    this.#child.send({ what, asked } satisfies Question);
    try {
      return await Promise.race([
        once(this.#child, 'message', answered).then(([answer]) => answer),
        once(this.#child, 'exit', answered).then(([code]) => {
          throw new Error(`a process of the benchmark ended with ${code}, asked to ${what}`);
        }),
      ]);
    } finally {
      answered.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** Answers what this process is asked, in the order of the questions. */
export function answer<T extends Talk>(
  answers: {
    [K in keyof T]: (asked: T[K]['asked']) => Promise<T[K]['answer']>;
  },
): void {
  process.on('message', async ({ what, asked }: Question) => {
    process.send!((await answers[what]!(asked)) ?? null);
  });
  // Whoever asks is gone.
  process.on('disconnect', () => process.exit());
}
