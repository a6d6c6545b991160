import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { DetectionEvent } from '../detect/event.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';

/** Events that could not be written wait in memory for the disk to come back, at most so many. */
const MAX_WAITING = 10_000;

/** The events of the past: every start, update and end, in the order of their sequence numbers. */
export class EventStore {
  readonly #database: DatabaseSyncInstance;
  readonly #logger: Logger;
  readonly #waiting: DetectionEvent[] = [];
  #lastSeq: number;

  constructor(database: DatabaseSyncInstance, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    const row = database.prepare('SELECT MAX(seq) AS seq FROM events').get() as { seq: number | null };
    this.#lastSeq = row.seq ?? 0;
  }

  /** Highest sequence number given out. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** How many events wait for the disk. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Numbers an event and writes it. A full or broken disk does not hold up the alarm: the event waits in memory and
   * is written with the next one.
   */
  append(event: Omit<DetectionEvent, 'seq'>): DetectionEvent {
    const numbered = { ...event, seq: ++this.#lastSeq };
    this.#waiting.push(numbered);
    if (this.#waiting.length > MAX_WAITING) {
      const dropped = this.#waiting.shift();
      this.#logger.error({ seq: dropped?.seq }, 'event dropped unwritten: too many wait for the disk');
    }
    this.flush();
    return numbered;
  }

  /** Writes what waits. Called by itself on every append; call it before closing. */
  flush(): void {
    const insert = this.#database.prepare(
      'INSERT INTO events (seq, id, camera_id, rule_id, at_ms, json) VALUES (?, ?, ?, ?, ?, ?)',
    );
    try {
      for (let event = this.#waiting[0]; event; event = this.#waiting[0]) {
        insert.run(event.seq, event.id, event.cameraId, event.ruleId, event.atMs, JSON.stringify(event));
        this.#waiting.shift();
      }
    } catch (error) {
      this.#logger.error(
        { waiting: this.#waiting.length, reason: messageOf(error) },
        'event not written yet: is the disk full or read-only?',
      );
    }
  }

  /** Events with a sequence number above `after`, oldest first. */
  list({ after, limit }: { after: number; limit: number }): DetectionEvent[] {
    const rows = this.#database
      .prepare('SELECT json FROM events WHERE seq > ? ORDER BY seq LIMIT ?')
      .all(after, limit) as { json: string }[];
    const waiting = this.#waiting.filter((event) => event.seq > after);
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
}

function parse(row: { json: string }): DetectionEvent {
  return DetectionEvent.parse(JSON.parse(row.json));
}
