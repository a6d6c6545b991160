import { happenings } from '../pipeline/rule-labels.js';
import type { Moment } from '../store/moment-store.js';

/** Two sightings are the same when no more than this lies between them. */
const NEAR_MS = 10_000;

/** How many of the moments that somebody judged are raised. */
export interface Recall {
  /** Judged true. */
  true: { raised: number; of: number };
  /** Judged false. */
  false: { raised: number; of: number };
  /** Judged, but of a time that could not be tried. */
  untested: number;
}

/** A stretch of time; null: it had no end. */
interface Stretch {
  startedAtMs: number;
  endedAtMs: number | null;
}

/**
 * Holds events against what people said of moments of the same camera. Pure.
 * @param moments that somebody has judged, of one rule and camera
 * @param tried the stretch that was tried, and the gaps in it
 */
export function recallOf(
  moments: readonly Moment[],
  {
    events,
    fromMs,
    toMs,
    gaps,
  }: {
    events: readonly Stretch[];
    fromMs: number;
    toMs: number;
    gaps: readonly { fromMs: number; toMs: number }[];
  },
): Recall {
  const recall: Recall = { true: { raised: 0, of: 0 }, false: { raised: 0, of: 0 }, untested: 0 };
  const inTime = moments.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  for (const { atMs, verdict } of happenings([...inTime].sort((a, b) => a.atMs - b.atMs))) {
    if (verdict !== 'true' && verdict !== 'false') continue;
    if (gaps.some((gap) => atMs >= gap.fromMs && atMs <= gap.toMs)) {
      recall.untested++;
      continue;
    }
    recall[verdict].of++;
    if (events.some((event) => isNear(event, atMs))) recall[verdict].raised++;
  }
  return recall;
}

function isNear({ startedAtMs, endedAtMs }: Stretch, atMs: number): boolean {
  return atMs >= startedAtMs - NEAR_MS && atMs <= (endedAtMs ?? startedAtMs) + NEAR_MS;
}
