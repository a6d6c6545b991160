import { messageOf } from './errors.js';

/**
 * Ends one request: when the caller's signal aborts, after a time, and when it is disposed, since a body that was not read
 * to its end would hold the connection. Linked by hand: AbortSignal.any would hold on to a little of every request for as
 * long as the caller's signal lives.
 */
export class RequestDeadline implements Disposable {
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #isLate = false;
  readonly #stop = () => this.#ending.abort();

  constructor({ signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number }) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#stop, { once: true });
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#stop();
    }, timeoutMs);
  }

  /** For `fetch`. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Whether the time is over. */
  get isLate(): boolean {
    return this.#isLate;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#stop);
    this.#stop();
  }
}

/** How long a server wants to be left alone, at most `maxMs`: `Retry-After`, seconds or a date; null: it does not say. */
export function retryAfterOf(headers: Headers, maxMs: number): number | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.min(maxMs, Math.max(0, waitMs));
}

/** fetch says "fetch failed" or "terminated"; what happened stands underneath. */
export function fetchFailureOf(error: unknown): string {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  // Several addresses of one name that all failed.
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return messageOf(cause) || 'no connection';
}
