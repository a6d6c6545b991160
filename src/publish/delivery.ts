import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../bus.js';
import type { DetectionEvent } from '../detect/event.js';
import { type BackoffOptions, backoffMs } from '../shared/backoff.js';
import type { Logger } from '../telemetry/logger.js';
import type { Outbox } from './event-queue.js';

/** How long a stop waits for what is under way and behind it. */
const DRAIN_TIMEOUT_MS = 2_000;

/** What became of an attempt. Reasons are for people and hold no secrets. */
export type Outcome =
  | { kind: 'delivered' }
  /** The receiver will never take it. */
  | { kind: 'refused'; reason: string }
  /** It may be taken later, not before `retryAfterMs` have passed. */
  | { kind: 'failed'; reason: string; retryAfterMs?: number | undefined };

/** What {@link Delivery} needs. */
export interface DeliveryOptions {
  /** For logs and health: `webhook ID`. */
  name: string;
  outbox: Outbox<DetectionEvent>;
  /** One attempt. It ends soon after `signal` aborts, and does not throw. */
  send: (event: DetectionEvent, signal: AbortSignal) => Promise<Outcome>;
  retry: BackoffOptions;
  /** Attempts after which an event is given up; null: never. */
  attempts: number | null;
  bus: Bus;
  logger: Logger;
}

/** How a delivery is doing. */
export interface DeliveryHealth {
  name: string;
  /** Why the oldest event is not through yet, for people; null: nothing is wrong. */
  reason: string | null;
  /** Events not delivered yet. */
  waiting: number;
  /** Capture time of the oldest of them, milliseconds since the epoch; null: none waits. */
  oldestAtMs: number | null;
  /** Events that were dropped unsent since the start, because too many waited. */
  dropped: number;
  /** Events that the receiver would not take, or that were given up, since the start. */
  refused: number;
}

/** Brings the events of an outbox to one receiver, one after the other: so the order is kept, of every camera and rule. */
export class Delivery implements AsyncDisposable {
  readonly #options: DeliveryOptions;
  readonly #abort = new AbortController();
  #wake = () => {};
  #draining = false;
  #running: Promise<void> | null = null;
  #reason: string | null = null;
  #refused = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Begins to send, what waits from earlier first. Returns at once. */
  start(): void {
    this.#options.bus.on('event', this.#onEvent);
    this.#running = this.#run();
  }

  health(): DeliveryHealth {
    const { name, outbox } = this.#options;
    const { size: waiting, oldest, dropped } = outbox;
    const oldestAtMs = oldest?.atMs ?? null;
    return { name, reason: this.#reason, waiting, oldestAtMs, dropped, refused: this.#refused };
  }

  /** Waits a little for what is under way; what is not through then is sent after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { bus, outbox, logger, name } = this.#options;
    bus.off('event', this.#onEvent);
    this.#draining = true;
    this.#wake();
    // What fails just now would not be through in time either.
    if (this.#reason !== null) this.#abort.abort();
    const timer = setTimeout(() => this.#abort.abort(), DRAIN_TIMEOUT_MS);
    await this.#running;
    clearTimeout(timer);
    if (outbox.size > 0)
      logger.warn(
        { destination: name, events: outbox.size },
        'stopped before all events were delivered; they wait for the next start',
      );
  }

  readonly #onEvent = (event: DetectionEvent): void => {
    this.#options.outbox.push(event);
    this.#wake();
  };

  async #run(): Promise<void> {
    const { outbox } = this.#options;
    while (!this.#abort.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const event = outbox.next();
      if (event) await this.#deliver(event);
      else if (this.#draining) return;
      else await woken;
    }
  }

  /** Tries until the event is through or given up, or until the program stops. */
  async #deliver(event: DetectionEvent): Promise<void> {
    const { send, attempts, retry, outbox } = this.#options;
    const { signal } = this.#abort;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const outcome = await send(event, signal);
      if (signal.aborted && outcome.kind !== 'delivered') return;
      if (outcome.kind === 'failed' && attempt !== attempts) {
        const waitMs = Math.max(backoffMs(attempt, retry), outcome.retryAfterMs ?? 0);
        this.#sayFailed(outcome.reason, waitMs);
        if (this.#draining) this.#abort.abort();
        await sleep(waitMs, undefined, { signal }).catch(() => {});
        continue;
      }
      if (outcome.kind !== 'failed') this.#sayWell();
      if (outcome.kind === 'delivered') this.#options.bus.emit('published', event, this.#options.name);
      else this.#giveUp(event, outcome.reason);
      outbox.acknowledge(event);
      return;
    }
  }

  #giveUp({ seq, id }: DetectionEvent, reason: string): void {
    this.#refused++;
    this.#options.logger.error(
      { destination: this.#options.name, seq, eventId: id, reason, refused: this.#refused },
      'event not taken by its destination: it is dropped there',
    );
  }

  /** Once an outage: a receiver that is down for a day must not fill the log. */
  #sayFailed(reason: string, retryInMs: number): void {
    const fields = { destination: this.#options.name, reason, retryInMs };
    if (this.#reason === null) this.#options.logger.warn(fields, 'event not delivered; trying again');
    else this.#options.logger.debug(fields, 'event still not delivered');
    this.#reason = reason;
  }

  #sayWell(): void {
    if (this.#reason !== null)
      this.#options.logger.info({ destination: this.#options.name }, 'destination answers again');
    this.#reason = null;
  }
}
