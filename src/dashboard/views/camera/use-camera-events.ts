import type { DetectionEvent } from '../../../detect/event.js';
import { useResource } from '../../data/resource.js';
import { events } from '../../data/state.js';
import type { TimeRange } from '../../time-range.js';

const MOST = 500;
/** An event that began so long before may still have been going on. */
const BEFORE_MS = 3_600_000;

/** An event on the axis of time. */
export interface EventSpan extends TimeRange, Pick<DetectionEvent, 'id' | 'ruleId' | 'severity'> {}

/** A camera's events in a stretch of time: those that are stored, and those that the page has heard of since. Oldest first. */
export function useCameraEvents(cameraId: string, { fromMs, toMs }: TimeRange): EventSpan[] {
  const since = Math.max(0, fromMs - BEFORE_MS);
  const path = `/api/past/events?camera=${cameraId}&since=${since}&until=${toMs}&limit=${MOST}`;
  const { value } = useResource<{ events: { event: DetectionEvent }[] }>(path);
  const known = new Map((value?.events ?? []).map(({ event }) => [event.id, event]));
  for (const event of events.value) {
    const stored = known.get(event.id);
    if (event.cameraId === cameraId && (!stored || stored.seq < event.seq)) known.set(event.id, event);
  }
  return [...known.values()]
    .map((event) => ({ ...event, fromMs: event.startedAtMs, toMs: event.endedAtMs ?? event.atMs }))
    .filter((event) => event.fromMs < toMs && event.toMs >= fromMs && event.cameraId === cameraId)
    .sort((a, b) => a.fromMs - b.fromMs);
}
