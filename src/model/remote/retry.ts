import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../shared/backoff.js';
import { closed, RemoteFailure } from './failure.js';

const RETRY = { firstMs: 200, maxMs: 2_000 };

/** How often and how long to try. */
export interface RetryOptions {
  attempts: number;
  /** No attempt begins later than this. */
  totalMs: number;
  /** Asked before every attempt; may throw. */
  check: () => void;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/**
 * Does something again when it failed for a reason that may be over in a moment.
 * @throws what the last attempt threw; WordwatchError `model-closed`
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { attempts, totalMs, check, signal }: RetryOptions,
): Promise<T> {
  const startedMs = performance.now();
  for (let number = 1; ; number++) {
    check();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RemoteFailure && error.isTransient) || number >= attempts) throw error;
      const waitMs = Math.max(backoffMs(number, RETRY), error.retryAfterMs ?? 0);
      if (performance.now() - startedMs + waitMs > totalMs) throw error;
      await sleep(waitMs, undefined, { signal }).catch(() => {
        throw closed();
      });
    }
  }
}
