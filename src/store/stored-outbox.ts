import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { DetectionEvent } from '../detect/event.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { inTransactionUnsynced } from './transaction.js';

/** Events that may wait for one destination; beyond it the oldest are dropped and counted. */
export const OUTBOX_LIMIT = 100_000;
/** Confirmed rows are deleted together, so many or after so long: each delete of its own would wait for the disk. */
const DELETE_AT_ONCE = 100;
const DELETE_AFTER_MS = 50;
/** Wait after a delete that the disk refused. */
const DELETE_RETRY_MS = 5_000;

/** Somebody who is told of events. */
export interface Destination {
  /** `mqtt`, `webhook/ID` or `command/ID`: what waits for it is kept under this name. */
  id: string;
  wants: (event: Omit<DetectionEvent, 'seq'>) => boolean;
}

/** What {@link StoredOutbox} needs. */
export interface StoredOutboxOptions {
  database: DatabaseSyncInstance;
  destination: Destination;
  /** null: it has been deleted meanwhile. */
  eventAt: (seq: number) => DetectionEvent | null;
  /** Whether an event, and its row here, still waits for the disk. */
  isUnwritten: (seq: number) => boolean;
  /** Whether anybody may be told of an event yet. */
  isTold: (seq: number) => boolean;
  limit?: number | undefined;
  logger: Logger;
}

/**
 * The events that one destination has not confirmed, oldest first; what a killed program left is there again. The
 * {@link EventStore} writes the rows, in one transaction with the events. A crash repeats what was confirmed in the last
 * moments, under the same ids.
 */
export class StoredOutbox implements Disposable {
  readonly #options: StoredOutboxOptions;
  readonly #limit: number;
  /** Sequence numbers. */
  readonly #pending: number[];
  /** The first so many of them are under way. */
  #underWay = 0;
  /** No longer pending, but their rows still there. */
  #settled: number[] = [];
  #timer: NodeJS.Timeout | null = null;
  #refused = false;
  #dropped = 0;
  #saidDropped = false;

  constructor(options: StoredOutboxOptions) {
    const { database, destination, limit = OUTBOX_LIMIT } = options;
    this.#options = options;
    this.#limit = limit;
    const rows = database
      .prepare('SELECT seq FROM outbox WHERE destination = ? ORDER BY seq')
      .all(destination.id) as { seq: number }[];
    this.#pending = rows.map(({ seq }) => seq);
    this.#dropBeyondLimit();
  }

  get destination(): Destination {
    return this.#options.destination;
  }

  /** Events not confirmed yet. */
  get size(): number {
    return this.#pending.length;
  }

  /** The oldest event not confirmed yet; null when there is none. */
  get oldest(): DetectionEvent | null {
    const [seq] = this.#pending;
    return seq === undefined ? null : (this.#read(seq) ?? null);
  }

  /** Events that were dropped unsent since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Puts a new event behind all others. Called by the store, before anybody else hears of the event. */
  add(seq: number): void {
    this.#pending.push(seq);
    this.#dropBeyondLimit();
  }

  /** Whether an event still waits here. */
  holds(seq: number): boolean {
    // Asked about the newest ones.
    return this.#pending.lastIndexOf(seq) >= 0;
  }

  /** Does nothing: the store has added the event when it was raised. */
  push(_event: DetectionEvent): void {}

  /**
   * The oldest event that is not under way yet, which from now on it is; null when there is none that may be told. The bus
   * says when there is one more.
   */
  next(): DetectionEvent | null {
    for (let seq = this.#pending[this.#underWay]; seq !== undefined; seq = this.#pending[this.#underWay]) {
      if (!this.#options.isTold(seq)) return null;
      const event = this.#read(seq);
      if (event === undefined) return null;
      if (event) {
        this.#underWay++;
        return event;
      }
      this.#pending.splice(this.#underWay, 1);
      this.#drop(seq, 'it is no longer in the store');
    }
    return null;
  }

  /** The destination has confirmed an event, or it is given up: its row goes, soon. */
  acknowledge({ seq }: Pick<DetectionEvent, 'seq'>): void {
    const index = this.#pending.indexOf(seq);
    if (index < 0) return; // dropped meanwhile
    this.#pending.splice(index, 1);
    if (index < this.#underWay) this.#underWay--;
    this.#settle(seq);
  }

  /** The connection is gone: what was under way has to be sent again, in the old order. */
  rewind(): void {
    this.#underWay = 0;
  }

  /** Deletes what is confirmed. Call it before the database is closed. */
  [Symbol.dispose](): void {
    this.#delete();
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** undefined: the disk does not give it now, and is asked again with the next event. */
  #read(seq: number): DetectionEvent | null | undefined {
    try {
      return this.#options.eventAt(seq);
    } catch (error) {
      this.#options.logger.error({ seq, reason: messageOf(error) }, 'stored event cannot be read now');
      return undefined;
    }
  }

  #dropBeyondLimit(): void {
    while (this.#pending.length > this.#limit) {
      const seq = this.#pending.shift()!;
      this.#underWay = Math.max(0, this.#underWay - 1);
      this.#drop(seq, 'too many wait');
    }
    if (this.#pending.length < this.#limit) this.#saidDropped = false;
  }

  #drop(seq: number, reason: string): void {
    this.#dropped++;
    this.#settle(seq);
    const fields = {
      destination: this.destination.id,
      seq,
      dropped: this.#dropped,
      limit: this.#limit,
      reason,
    };
    // Once an outage: an error for each of thousands helps nobody.
    if (!this.#saidDropped) this.#options.logger.error(fields, 'event dropped unsent, and perhaps more');
    else this.#options.logger.debug(fields, 'event dropped unsent');
    this.#saidDropped = true;
  }

  #settle(seq: number): void {
    // An event that is confirmed before the disk took it gets no row at all.
    if (this.#options.isUnwritten(seq)) return;
    this.#settled.push(seq);
    if (this.#refused) return;
    if (this.#settled.length >= DELETE_AT_ONCE) this.#delete();
    else this.#timer ??= setTimeout(() => this.#delete(), DELETE_AFTER_MS).unref();
  }

  #delete(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#settled.length === 0) return;
    const { database, destination, logger } = this.#options;
    try {
      const statement = database.prepare('DELETE FROM outbox WHERE destination = ? AND seq = ?');
      // After a power cut they would be sent again, under the same ids.
      inTransactionUnsynced(database, () => {
        for (const seq of this.#settled) statement.run(destination.id, seq);
      });
      this.#settled = [];
      this.#refused = false;
    } catch (error) {
      const fields = { destination: destination.id, events: this.#settled.length, reason: messageOf(error) };
      if (!this.#refused)
        logger.error(fields, 'sent events not crossed off: after a restart they would be sent again');
      this.#refused = true;
      this.#timer = setTimeout(() => this.#delete(), DELETE_RETRY_MS).unref();
    }
  }
}

/**
 * Forgets what waits for destinations that are no longer configured.
 * @returns how many events, by destination
 */
export function forgetOtherDestinations(
  database: DatabaseSyncInstance,
  ids: readonly string[],
): { destination: string; events: number }[] {
  const rows = database
    .prepare('SELECT destination, COUNT(*) AS events FROM outbox GROUP BY destination')
    .all() as { destination: string; events: number }[];
  const gone = rows.filter(({ destination }) => !ids.includes(destination));
  const statement = database.prepare('DELETE FROM outbox WHERE destination = ?');
  for (const { destination } of gone) statement.run(destination);
  return gone;
}
