import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { DetectionEvent, type Verdict } from '../detect/event.js';

/** One event, from all that was stored of it. */
export interface PastEvent {
  /** As it stood last. */
  event: DetectionEvent;
  /** When its picture was taken, and of what: the picture is of the newest phase that has one. null: there is none. */
  picture: (Pick<DetectionEvent, 'atMs' | 'tile' | 'score'> & { path: string }) | null;
  /** What a person said of it; null: nothing. */
  verdict: Verdict | null;
}

/** Which events. */
export interface PastEventFilter {
  /** null: all. */
  cameraId: string | null;
  ruleId: string | null;
  /** Of when they began, milliseconds since the epoch. */
  fromMs: number;
  /** Not included. */
  toMs: number;
}

/** Events in the order in which they were raised, one at a time. */
export function* pastEvents(
  database: DatabaseSyncInstance,
  { cameraId, ruleId, fromMs, toMs }: PastEventFilter,
): Generator<PastEvent> {
  const ids = database
    .prepare(
      `SELECT id, MIN(seq) AS first FROM events
         WHERE (?1 IS NULL OR camera_id = ?1) AND (?2 IS NULL OR rule_id = ?2) AND at_ms >= ?3
         GROUP BY id ORDER BY first`,
    )
    .all(cameraId, ruleId, fromMs) as { id: string }[];
  const phases = database.prepare('SELECT json FROM events WHERE id = ? ORDER BY seq');
  const moment = database.prepare('SELECT verdict FROM moments WHERE id = ?');
  for (const { id } of ids) {
    const rows = phases.all(id) as { json: string }[];
    const all = rows.map(({ json }) => DetectionEvent.parse(JSON.parse(json)));
    const event = all.at(-1);
    // Deleted meanwhile, or begun at another time.
    if (!event || event.startedAtMs < fromMs || event.startedAtMs >= toMs) continue;
    const shown = all.findLast(({ snapshot, phase }) => snapshot !== undefined && phase !== 'end');
    const { verdict = null } = (moment.get(id) as { verdict: Verdict | null } | undefined) ?? {};
    const { atMs, tile, score } = shown ?? event;
    yield { event, picture: shown ? { atMs, tile, score, path: shown.snapshot! } : null, verdict };
  }
}
