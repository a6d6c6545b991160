import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { DetectionEvent } from '../detect/event.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { type Destination, forgetOtherDestinations, StoredOutbox } from './stored-outbox.js';
import { inTransactionUnsynced } from './transaction.js';
import { WalSync } from './wal-sync.js';

/** Events that could not be written wait in memory for the disk to come back, at most so many. */
const MAX_WAITING = 10_000;
/** How often a disk that refuses events is tried again while no new ones come. */
const RETRY_MS = 5_000;
/** Events written in one transaction when many wait. */
const WRITTEN_AT_ONCE = 500;

/**
 * The events of the past: every start, update and end, in the order of their sequence numbers. Nobody is told of an event
 * before it is on the disk: a power cut must not take back what a subscriber has seen.
 */
export class EventStore implements Disposable {
  readonly #database: DatabaseSyncInstance;
  readonly #logger: Logger;
  readonly #waiting: DetectionEvent[] = [];
  readonly #outboxes: ReadonlyMap<string, StoredOutbox>;
  /** Prepared once: a backlog asks thousands of times. */
  readonly #selectAt: StatementSyncInstance;
  readonly #disk: WalSync;
  /** Highest sequence number given out. */
  #newestSeq: number;
  /** Highest sequence number that anybody may be told of. */
  #toldSeq: number;
  /** The wait for the disk that is under way, and the one behind it, which is for all events that are added meanwhile. */
  #settling: Promise<void> = Promise.resolve();
  #settlingNext: Promise<void> | null = null;
  /** The newest event of the one that is under way. */
  #settlingUpToSeq = 0;
  #refused = false;
  #timer: NodeJS.Timeout | null = null;

  /** @param destinations who is to be told of events; what waits for others is forgotten. None: only the past is read */
  constructor(database: DatabaseSyncInstance, logger: Logger, destinations?: readonly Destination[]) {
    this.#database = database;
    this.#logger = logger;
    this.#selectAt = database.prepare('SELECT json FROM events WHERE seq = ?');
    const row = database.prepare('SELECT MAX(seq) AS seq FROM events').get() as { seq: number | null };
    this.#newestSeq = row.seq ?? 0;
    this.#toldSeq = this.#newestSeq;
    this.#disk = new WalSync(database);
    if (destinations) this.#forgetOthers(destinations);
    const eventAt = (seq: number) => this.at(seq);
    const isUnwritten = (seq: number) => this.#isUnwritten(seq);
    const isTold = (seq: number) => seq <= this.#toldSeq;
    this.#outboxes = new Map(
      (destinations ?? []).map((destination) => [
        destination.id,
        new StoredOutbox({ database, destination, eventAt, isUnwritten, isTold, logger }),
      ]),
    );
  }

  /** Sequence number of the newest event that anybody may be told of. */
  get lastSeq(): number {
    return this.#toldSeq;
  }

  /** How many events wait for the disk. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** What a destination has not confirmed; the destination is one of those given to the constructor. */
  outbox(destinationId: string): StoredOutbox {
    return this.#outboxes.get(destinationId)!;
  }

  /**
   * Numbers an event and puts it into the outboxes. It is written soon, and nobody is told of it before {@link settled}
   * resolves.
   */
  add(event: Omit<DetectionEvent, 'seq'>): DetectionEvent {
    const numbered = { ...event, seq: ++this.#newestSeq };
    this.#waiting.push(numbered);
    for (const outbox of this.#outboxes.values())
      if (outbox.destination.wants(numbered)) outbox.add(numbered.seq);
    if (this.#waiting.length > MAX_WAITING) {
      const dropped = this.#waiting.shift();
      this.#logger.error({ seq: dropped?.seq }, 'event dropped unwritten: too many wait for the disk');
    }
    return numbered;
  }

  /**
   * Resolves when all events that were added are on the disk; those that come from several cameras meanwhile share one wait
   * for it. A full or broken disk does not hold up the alarm: the event waits in memory, goes out from there, and is written
   * when the disk is back.
   */
  async settled(): Promise<void> {
    if (this.#toldSeq === this.#newestSeq) return;
    if (this.#settlingUpToSeq === this.#newestSeq) return this.#settling;
    this.#settlingNext ??= this.#settling.then(() => {
      this.#settlingNext = null;
      this.#settling = this.#settle();
      return this.#settling;
    });
    await this.#settlingNext;
  }

  /** {@link add} and {@link settled} in one call that holds up everything else: for what happens rarely. */
  append(event: Omit<DetectionEvent, 'seq'>): DetectionEvent {
    const numbered = this.add(event);
    this.flush();
    return numbered;
  }

  /** Writes what waits, and waits for the disk. Called by itself now and then while the disk refuses. */
  flush(): void {
    try {
      this.#writeWaiting();
      this.#disk.waitNow();
      this.#sayWritten();
    } catch (error) {
      this.#retryLater(error);
    }
    this.#toldSeq = this.#newestSeq;
  }

  /** Events with a sequence number above `after`, oldest first. */
  list({ after, limit }: { after: number; limit: number }): DetectionEvent[] {
    const rows = this.#database
      .prepare('SELECT json FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?')
      .all(after, this.#toldSeq, limit) as { json: string }[];
    const waiting = this.#waiting.filter(({ seq }) => seq > after && seq <= this.#toldSeq);
    return [...rows.map(parse), ...waiting].slice(0, limit);
  }

  /** The newest phase of one event. */
  get(id: string): DetectionEvent | null {
    const waiting = this.#waiting.findLast((event) => event.id === id);
    if (waiting) return waiting;
    const row = this.#database
      .prepare('SELECT json FROM events WHERE id = ? ORDER BY seq DESC LIMIT 1')
      .get(id) as { json: string } | undefined;
    return row ? parse(row) : null;
  }

  /** The event of one number; null where there is none, or none that can be read. */
  at(seq: number): DetectionEvent | null {
    const first = this.#waiting[0];
    const waiting = first && this.#waiting[seq - first.seq]; // they are numbered without gaps
    if (waiting) return waiting;
    const row = this.#selectAt.get(seq) as { json: string } | undefined;
    try {
      return row ? parse(row) : null;
    } catch (error) {
      this.#logger.error({ seq, reason: messageOf(error) }, 'stored event unreadable');
      return null;
    }
  }

  /** Writes what waits and crosses off what is confirmed. Call it before the database is closed. */
  [Symbol.dispose](): void {
    this.flush();
    if (this.#timer) clearTimeout(this.#timer);
    for (const outbox of this.#outboxes.values()) outbox[Symbol.dispose]();
    void this.#settling.then(() => this.#disk[Symbol.dispose]());
  }

  async #settle(): Promise<void> {
    const upToSeq = this.#newestSeq;
    this.#settlingUpToSeq = upToSeq;
    try {
      this.#writeWaiting();
      await this.#disk.wait();
      this.#sayWritten();
    } catch (error) {
      this.#retryLater(error);
    }
    this.#toldSeq = Math.max(this.#toldSeq, upToSeq);
  }

  #writeWaiting(): void {
    while (this.#waiting.length > 0) this.#write(this.#waiting.slice(0, WRITTEN_AT_ONCE));
  }

  #sayWritten(): void {
    if (this.#refused) this.#logger.info('events written: the disk is back');
    this.#refused = false;
  }

  #retryLater(error: unknown): void {
    const fields = { waiting: this.#waiting.length, reason: messageOf(error) };
    if (!this.#refused) this.#logger.error(fields, 'event not written yet: is the disk full or read-only?');
    this.#refused = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, RETRY_MS).unref();
  }

  #forgetOthers(destinations: readonly Destination[]): void {
    const ids = destinations.map(({ id }) => id);
    try {
      for (const gone of forgetOtherDestinations(this.#database, ids))
        this.#logger.warn(gone, 'events forgotten: their destination is no longer configured');
    } catch (error) {
      // A full disk must not keep the service from starting; retention makes room.
      this.#logger.error(
        { reason: messageOf(error) },
        'events of destinations that are gone not deleted yet',
      );
    }
  }

  #isUnwritten(seq: number): boolean {
    const first = this.#waiting[0];
    return first !== undefined && seq >= first.seq;
  }

  #write(events: readonly DetectionEvent[]): void {
    const insert = this.#database.prepare(
      'INSERT INTO events (seq, id, camera_id, rule_id, at_ms, json, stored_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const insertRow = this.#database.prepare('INSERT INTO outbox (destination, seq) VALUES (?, ?)');
    inTransactionUnsynced(this.#database, () => {
      for (const event of events) {
        const { seq, id, cameraId, ruleId, atMs } = event;
        insert.run(seq, id, cameraId, ruleId, atMs, JSON.stringify(event), Date.now());
        for (const [destination, outbox] of this.#outboxes)
          if (outbox.holds(seq)) insertRow.run(destination, seq);
      }
    });
    this.#waiting.splice(0, events.length);
  }
}

function parse(row: { json: string }): DetectionEvent {
  return DetectionEvent.parse(JSON.parse(row.json));
}
