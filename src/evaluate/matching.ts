import type { Alarm } from './footage.js';
import type { Label } from './labels.js';

/** What came of the labels of one rule in one video. */
export interface Matched {
  found: { label: Label; alarm: Pick<Alarm, 'startedMs' | 'raisedMs'> }[];
  missed: Label[];
  /** Alarms that found nothing, or what another one had found. */
  falseAlarms: Pick<Alarm, 'startedMs' | 'raisedMs'>[];
}

/**
 * Brings labels and alarms together: an alarm finds a label when its first frame lies within it, or no farther outside than
 * the tolerance. A label is found once; further alarms are false alarms. As many labels as possible are found.
 * @param labels of one rule in one video, in any order
 * @param alarms of the same, in order of their first frames
 */
export function matchAlarms(
  labels: readonly Label[],
  alarms: readonly Pick<Alarm, 'startedMs' | 'raisedMs'>[],
  toleranceMs: number,
): Matched {
  const open = [...labels].sort((a, b) => a.toMs - b.toMs);
  const found: Matched['found'] = [];
  const falseAlarms: Matched['falseAlarms'] = [];
  for (const alarm of alarms) {
    // Of several, the one that ends first: the others can still be found by what comes later.
    const at = open.findIndex(
      ({ fromMs, toMs }) => alarm.startedMs >= fromMs - toleranceMs && alarm.startedMs <= toMs + toleranceMs,
    );
    if (at === -1) falseAlarms.push(alarm);
    else found.push({ label: open.splice(at, 1)[0]!, alarm });
  }
  return { found, missed: open.sort((a, b) => a.fromMs - b.fromMs), falseAlarms };
}
