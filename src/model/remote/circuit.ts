import { type BackoffOptions, backoffMs } from '../../shared/backoff.js';
import { type Clock, systemClock } from '../../shared/clock.js';
import { messageOf, WordwatchError } from '../../shared/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import { RemoteFailure } from './failure.js';

/** How long a server that failed is left alone. */
const LEFT_ALONE: BackoffOptions = { firstMs: 1_000, maxMs: 30_000 };

/** What a call is told about itself. */
export interface CircuitCall {
  /** The first one, or the first after a failure: it is to find out whether the server works, and is alone. */
  isProbe: boolean;
  /** Times the server failed in a row. */
  failures: number;
  /** @throws WordwatchError why the server was found not to work since this call began */
  check: () => void;
  /** To be called by a probe that found out, before it ends. */
  works: () => void;
}

/** What {@link Circuit} needs. */
export interface CircuitOptions {
  logger: Logger;
  clock?: Clock;
  random?: () => number;
}

/**
 * Keeps calls away from a server that fails: after a failure, calls fail at once for the same reason, until it is time
 * for one to try again. Else every camera would come with every frame to a server that is just getting up.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  /** Why calls fail; null: they are let through. */
  #reason: WordwatchError | null = new RemoteFailure('remote-not-ready', 'the server was not asked yet', {
    again: 'soon',
  });
  #failures = 0;
  #closedUntilMs = 0;
  #isProbing = false;
  /** Failure that was logged last. Of a server that does not work from the start, whoever called tells. */
  #told: string | null = null;
  #worked = false;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  /** @throws WordwatchError what `work` throws, or why an earlier call failed */
  async run<T>(work: (call: CircuitCall) => Promise<T>): Promise<T> {
    const isProbe = this.#reason !== null;
    if (this.#reason && (this.#isProbing || this.#nowMs() < this.#closedUntilMs)) throw this.#reason;
    let isOpen = !isProbe;
    if (isProbe) this.#isProbing = true;
    const works = () => {
      if (isOpen) return;
      isOpen = true;
      this.#isProbing = false;
      this.#reason = null;
    };
    const check = () => {
      if (isOpen && this.#reason) throw this.#reason;
    };
    try {
      const result = await work({ isProbe, failures: this.#failures, check, works });
      works();
      if (this.#reason === null) this.#succeed();
      return result;
    } catch (error) {
      // One picture of which the network makes no vector says nothing about the next. And calls that were under way
      // when another one failed are part of the same failure.
      if (!isOpen || (this.#reason === null && error instanceof RemoteFailure)) this.#fail(error);
      throw error;
    } finally {
      if (!isOpen) this.#isProbing = false;
    }
  }

  #nowMs(): number {
    return (this.#options.clock ?? systemClock).nowMs();
  }

  #succeed(): void {
    if (this.#failures > 0) this.#options.logger.info('the model server works again');
    this.#failures = 0;
    this.#told = null;
    this.#worked = true;
  }

  #fail(error: unknown): void {
    const { logger, random = Math.random } = this.#options;
    const reason =
      error instanceof WordwatchError ? error : new WordwatchError('remote-failed', messageOf(error));
    const isNews = this.#worked && reason.message !== this.#told;
    this.#told = reason.message;
    this.#failures++;
    const waitMs = Math.max(
      backoffMs(this.#failures, { ...LEFT_ALONE, random }),
      reason instanceof RemoteFailure ? (reason.retryAfterMs ?? 0) : 0,
    );
    this.#reason = reason;
    this.#closedUntilMs = this.#nowMs() + waitMs;
    const level = isNews ? 'warn' : 'debug';
    logger[level]({ reason: reason.message, retryInMs: waitMs }, 'the model server does not work');
  }
}
