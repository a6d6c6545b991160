import type { PastEvent } from './past-events.js';

/** Columns of the table. Ids, numbers and times only: nothing in them needs quotes. */
const COLUMNS: [name: string, value: (past: PastEvent) => string | number | null | undefined][] = [
  ['id', ({ event }) => event.id],
  ['camera', ({ event }) => event.cameraId],
  ['rule', ({ event }) => event.ruleId],
  ['severity', ({ event }) => event.severity],
  ['started', ({ event }) => new Date(event.startedAtMs).toISOString()],
  ['ended', ({ event }) => event.endedAtMs && new Date(event.endedAtMs).toISOString()],
  ['duration_s', ({ event }) => event.endedAtMs && (event.endedAtMs - event.startedAtMs) / 1000],
  ['peak_score', ({ event }) => event.peakScore],
  ['threshold', ({ event }) => event.threshold],
  ['threshold_state', ({ event }) => event.thresholdState],
  ['probability', ({ event }) => event.probability],
  ['verdict', ({ verdict }) => verdict],
  ['picture_at', ({ picture }) => picture && new Date(picture.atMs).toISOString()],
  ['picture_score', ({ picture }) => picture?.score],
  ['tile_x', (past) => boxOf(past).x],
  ['tile_y', (past) => boxOf(past).y],
  ['tile_w', (past) => boxOf(past).w],
  ['tile_h', (past) => boxOf(past).h],
  ['picture', ({ picture }) => picture?.path],
  ['model', ({ event }) => event.modelHash],
];

/** Of the picture or, without one, of the last frame. */
function boxOf({ picture, event }: PastEvent) {
  return (picture ?? event).tile.box;
}

/** A table with a heading. */
export function* csvLines(events: Iterable<PastEvent>): Generator<string> {
  yield COLUMNS.map(([name]) => name).join(',');
  for (const past of events) yield COLUMNS.map(([, value]) => value(past) ?? '').join(',');
}

/** One JSON object a line. */
export function* jsonLines(events: Iterable<PastEvent>): Generator<string> {
  for (const { event, picture, verdict } of events) yield JSON.stringify({ ...event, verdict, picture });
}
