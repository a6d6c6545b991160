import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { DetectionEvent } from '../detect/event.js';

/** Which events. */
export interface EventRange {
  cameraId: string;
  ruleId: string;
  fromMs: number;
  /** Not included. */
  toMs: number;
}

/** Every start, update and end of one rule on one camera in a stretch of time, in the order in which they were raised. */
export function storedEvents(
  database: DatabaseSyncInstance,
  { cameraId, ruleId, fromMs, toMs }: EventRange,
): DetectionEvent[] {
  const rows = database
    .prepare(
      'SELECT json FROM events WHERE camera_id = ? AND rule_id = ? AND at_ms >= ? AND at_ms < ? ORDER BY seq',
    )
    .all(cameraId, ruleId, fromMs, toMs) as { json: string }[];
  return rows.map(({ json }) => DetectionEvent.parse(JSON.parse(json)));
}
