import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { DetectionEvent, type Severity, type Verdict } from '../detect/event.js';

/** One event, from all that was stored of it. */
export interface PastEvent {
  /** As it stood last. */
  event: DetectionEvent;
  /** When its picture was taken, and of what: the picture is of the first phase that has one. null: there is none. */
  picture: (Pick<DetectionEvent, 'atMs' | 'tile' | 'score'> & { path: string }) | null;
  /** What a person said of it; null: nothing. */
  verdict: Verdict | null;
}

/** Which events; what is null does not matter. */
export interface PastEventFilter {
  cameraId: string | null;
  ruleId: string | null;
  severity: Severity | null;
  state: 'open' | 'over' | null;
  /** What somebody said of them; `none`: nobody said anything. */
  verdict: Verdict | 'none' | null;
  /** Of when they began, milliseconds since the epoch. */
  fromMs: number | null;
  /** Not included. */
  toMs: number | null;
}

export const ALL_EVENTS: PastEventFilter = {
  ...{ cameraId: null, ruleId: null, severity: null, state: null, verdict: null, fromMs: null, toMs: null },
};

/** Where an event stands in the list: by when it began; of several that began at once, by when they were raised. */
export interface EventPlace {
  startedAtMs: number;
  /** Of its first phase. */
  seq: number;
}

/** A stretch of the list. */
export interface EventPage {
  events: PastEvent[];
  /** Of the last one: older ones come behind it; null: there are none. */
  next: EventPlace | null;
}

/** Newest first, as people look through them, or as they were raised. */
const NEWEST_FIRST = 'ORDER BY started_at_ms DESC, first_seq DESC';
const OLDEST_FIRST = 'ORDER BY started_at_ms, first_seq';
const AS_RAISED = 'ORDER BY first_seq';

interface Row extends EventPlace {
  id: string;
  verdict: Verdict | null;
}

/** Every event on the disk, one by one. Those that wait for a disk that is full or broken are not among them. */
export class PastEvents {
  readonly #database: DatabaseSyncInstance;
  /** Nobody is told of phases after this one yet. */
  readonly #lastSeq: () => number;

  constructor(database: DatabaseSyncInstance, { lastSeq = () => Number.MAX_SAFE_INTEGER } = {}) {
    this.#database = database;
    this.#lastSeq = lastSeq;
  }

  /** Newest first. @param before only what comes behind that place; null: from the newest on */
  page(filter: PastEventFilter, { before, limit }: { before: EventPlace | null; limit: number }): EventPage {
    const rows = this.#rows(filter, { behind: before, order: NEWEST_FIRST, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const next = rows.length > limit && last ? { startedAtMs: last.startedAtMs, seq: last.seq } : null;
    return { events: shown.flatMap((row) => this.#read(row) ?? []), next };
  }

  /** How many there are. */
  count(filter: PastEventFilter): number {
    const { where, values } = this.#conditions(filter);
    const row = this.#database.prepare(`SELECT COUNT(*) AS count FROM event_list ${where}`).get(...values);
    return (row as { count: number }).count;
  }

  /** One event; null: there is none. */
  get(id: string): PastEvent | null {
    const row = this.#row(id);
    return row && this.#read(row);
  }

  /** Its start, updates and end, oldest first; of many the last ones. */
  phases(id: string, limit: number): Pick<DetectionEvent, 'phase' | 'atMs' | 'score' | 'threshold'>[] {
    const rows = this.#database
      .prepare('SELECT json FROM events WHERE id = ? AND seq <= ? ORDER BY seq DESC LIMIT ?')
      .all(id, this.#lastSeq(), limit) as { json: string }[];
    return rows.reverse().flatMap((row) => {
      const event = parsed(row);
      if (!event) return [];
      const { phase, atMs, score, threshold } = event;
      return [{ phase, atMs, score, threshold }];
    });
  }

  /** Ids of the events next to one in the list. */
  neighbours(id: string, filter: PastEventFilter): { newer: string | null; older: string | null } {
    const place = this.#row(id);
    if (!place) return { newer: null, older: null };
    const [older] = this.#rows(filter, { behind: place, order: NEWEST_FIRST, limit: 1 });
    const [newer] = this.#rows(filter, { behind: place, order: OLDEST_FIRST, limit: 1 });
    return { newer: newer?.id ?? null, older: older?.id ?? null };
  }

  /** All of them in the order in which they were raised, read one at a time. */
  *all(filter: PastEventFilter): Generator<PastEvent> {
    for (const row of this.#rows(filter, { behind: null, order: AS_RAISED, limit: -1 })) {
      const past = this.#read(row);
      if (past) yield past; // deleted meanwhile
    }
  }

  #row(id: string): Row | null {
    const { where, values } = this.#conditions(ALL_EVENTS);
    const row = this.#database.prepare(`SELECT ${COLUMNS} FROM event_list ${where} AND id = ?`);
    return (row.get(...values, id) as Row | undefined) ?? null;
  }

  #rows(
    filter: PastEventFilter,
    { behind, order, limit }: { behind: EventPlace | null; order: string; limit: number },
  ): Row[] {
    const { where, values } = this.#conditions(filter);
    const comparison = order === OLDEST_FIRST ? '>' : '<';
    const place = behind === null ? '' : `AND (started_at_ms, first_seq) ${comparison} (?, ?)`;
    const from = behind === null ? [] : [behind.startedAtMs, behind.seq];
    return this.#database
      .prepare(`SELECT ${COLUMNS} FROM event_list ${where} ${place} ${order} LIMIT ?`)
      .all(...values, ...from, limit) as unknown as Row[];
  }

  #conditions(filter: PastEventFilter): { where: string; values: (string | number)[] } {
    const { cameraId, ruleId, severity, state, verdict, fromMs, toMs } = filter;
    const given: [string, string | number | null][] = [
      ['camera_id = ?', cameraId],
      ['rule_id = ?', ruleId],
      ['severity = ?', severity],
      ['verdict = ?', verdict === 'none' ? null : verdict],
      ['started_at_ms >= ?', fromMs],
      ['started_at_ms < ?', toMs],
    ];
    // The unary plus keeps this one, which nearly all rows fulfil, from being what rows are looked up by.
    const conditions: [string, string | number][] = [['+first_seq <= ?', this.#lastSeq()]];
    for (const [text, value] of given) if (value !== null) conditions.push([text, value]);
    const fixed = [
      ...(state === null ? [] : [`is_open = ${state === 'open' ? 1 : 0}`]),
      ...(verdict === 'none' ? ['verdict IS NULL'] : []),
    ];
    return {
      where: `WHERE ${[...conditions.map(([text]) => text), ...fixed].join(' AND ')}`,
      values: conditions.map(([, value]) => value),
    };
  }

  /** null: it cannot be read, or was deleted meanwhile. */
  #read({ id, verdict }: Row): PastEvent | null {
    const event = this.#phase(id, 'ORDER BY seq DESC');
    if (!event) return null;
    const shown = this.#phase(
      id,
      "AND json_extract(json, '$.snapshot') IS NOT NULL AND json_extract(json, '$.phase') <> 'end' ORDER BY seq",
    );
    if (!shown) return { event, picture: null, verdict };
    const { atMs, tile, score, snapshot } = shown;
    return { event, picture: { atMs, tile, score, path: snapshot! }, verdict };
  }

  /** The first of some phases. @param which SQL: of which, and in which order */
  #phase(id: string, which: string): DetectionEvent | null {
    const row = this.#database
      .prepare(`SELECT json FROM events WHERE id = ? AND seq <= ? ${which} LIMIT 1`)
      .get(id, this.#lastSeq()) as { json: string } | undefined;
    return row ? parsed(row) : null;
  }
}

/** null: it cannot be read. */
function parsed({ json }: { json: string }): DetectionEvent | null {
  try {
    return DetectionEvent.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

const COLUMNS = 'id, verdict, started_at_ms AS startedAtMs, first_seq AS seq';
