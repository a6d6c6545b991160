import type { ExpectedEvent } from '../config/load-tests.js';
import type { Alarm } from './footage.js';

/** What came of the events that a test expects. */
export interface Outcome {
  /** Each expected event that was raised, and what it was. */
  met: { expected: ExpectedEvent; alarm: Alarm }[];
  /** Expected, and not raised so. */
  missing: ExpectedEvent[];
  /** Raised, and not expected so. */
  unexpected: Alarm[];
}

/**
 * Compares what was raised with what was expected. An event meets one expectation, and an expectation is met once: by the
 * event, among those within its tolerance, that begins nearest to it.
 */
export function compareEvents(expected: readonly ExpectedEvent[], alarms: readonly Alarm[]): Outcome {
  const left = new Set(alarms);
  const outcome: Outcome = { met: [], missing: [], unexpected: [] };
  // Those that say least come last, so that they do not take what another one needs.
  const inOrder = [...expected].sort(
    (a, b) => (a.fromMs ?? Number.POSITIVE_INFINITY) - (b.fromMs ?? Number.POSITIVE_INFINITY),
  );
  for (const event of inOrder) {
    const far = ({ startedMs }: Alarm) => Math.abs(startedMs - (event.fromMs ?? 0));
    const [alarm] = [...left].filter((alarm) => meets(event, alarm)).sort((a, b) => far(a) - far(b));
    if (alarm) outcome.met.push({ expected: event, alarm });
    else outcome.missing.push(event);
    if (alarm) left.delete(alarm);
  }
  outcome.unexpected = [...left];
  return outcome;
}

function meets({ ruleId, fromMs, toMs, toleranceMs }: ExpectedEvent, alarm: Alarm): boolean {
  const isNear = (wanted: number | null, found: number) =>
    wanted === null || Math.abs(found - wanted) <= toleranceMs;
  return alarm.ruleId === ruleId && isNear(fromMs, alarm.startedMs) && isNear(toMs, alarm.endedMs);
}
