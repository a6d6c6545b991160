import type { BacktestEvent, BacktestStep, Gap } from './result.js';

/** Two events are the same sighting when no more than this lies between them: a threshold moves their ends a little. */
const NEAR_MS = 10_000;

/** One event each of what was said of it, in the order in which they began. */
export function eventsOf(steps: readonly BacktestStep[]): BacktestEvent[] {
  const events = new Map<string, BacktestEvent>();
  for (const { id, phase, startedAtMs, endedAtMs, peakScore, threshold, thresholdState, snapshot } of steps) {
    const event = events.get(id) ?? {
      ...{ id, startedAtMs, endedAtMs: null, peakScore, threshold, thresholdState, change: 'new' },
      ...(snapshot === undefined ? {} : { snapshot }),
    };
    event.peakScore = peakScore;
    if (phase === 'end') event.endedAtMs = endedAtMs!;
    events.set(id, event);
  }
  return [...events.values()].sort((a, b) => a.startedAtMs - b.startedAtMs);
}

/** Old events and new ones side by side. */
export interface Comparison {
  events: BacktestEvent[];
  old: BacktestEvent[];
  gained: number;
  lost: number;
  same: number;
}

/**
 * Tells what changed, by overlap in time. An old event in a gap of what is stored is not lost: nobody can know.
 * @param gaps in which the new rules could not be tried
 */
export function compare(
  events: readonly BacktestEvent[],
  old: readonly BacktestEvent[],
  gaps: readonly Gap[],
): Comparison {
  const isIn = (event: BacktestEvent, others: readonly BacktestEvent[]) =>
    others.some(
      (other) => event.startedAtMs <= endOf(other) + NEAR_MS && other.startedAtMs <= endOf(event) + NEAR_MS,
    );
  const isUntested = ({ startedAtMs }: BacktestEvent) =>
    gaps.some(({ fromMs, toMs }) => startedAtMs >= fromMs && startedAtMs <= toMs);
  const now = events.map(
    (event): BacktestEvent => ({ ...event, change: isIn(event, old) ? 'same' : 'gained' }),
  );
  const before = old.map((event): BacktestEvent => {
    const change = isIn(event, events) ? 'same' : isUntested(event) ? 'untested' : 'lost';
    return { ...event, change };
  });
  const count = (list: readonly BacktestEvent[], change: BacktestEvent['change']) =>
    list.filter((event) => event.change === change).length;
  return {
    ...{ events: now, old: before },
    ...{ gained: count(now, 'gained'), lost: count(before, 'lost'), same: count(now, 'same') },
  };
}

/** One that was never ended: where it began. */
function endOf({ startedAtMs, endedAtMs }: BacktestEvent): number {
  return endedAtMs ?? startedAtMs;
}
