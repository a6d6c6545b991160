import { isActive } from '../detect/active-hours.js';
import { RuleDetector } from '../detect/rule-detector.js';
import { MAX_GAP_MS } from '../pipeline/detectors.js';
import type { WatchRule } from '../pipeline/rule-book.js';
import { WHOLE_FRAME } from '../shared/geometry.js';
import type { Alarm, WatchedFootage } from './footage.js';

/** Thresholds that are tried, beside the one in force. */
const SHIFTS = 48;
/** Where on the frame something is makes no difference to whether it is raised. */
const ANYWHERE = { index: 0, box: WHOLE_FRAME, level: 0 };

/**
 * By how much a rule's thresholds are moved, one after the other, to see what else it could do: 0, infinity (it raises
 * nothing), and steps that lie closer together the higher the scores are, where alarms get few.
 * @returns from high to low; score units
 */
export function shiftsOf(ruleId: string, footage: readonly WatchedFootage[]): number[] {
  const margins = footage.flatMap(({ rules }) => {
    const track = rules.get(ruleId);
    return track ? [...track.scores].flatMap((score, i) => finite(score - track.thresholds[i]!)) : [];
  });
  const sorted = [...new Set(margins)].sort((a, b) => b - a);
  const shifts = new Set([Number.POSITIVE_INFINITY, 0]);
  for (let step = 0; step <= SHIFTS; step++) {
    const rank = Math.round(sorted.length ** (step / SHIFTS)) - 1;
    const shift = sorted[rank];
    if (shift !== undefined) shifts.add(shift);
  }
  return [...shifts].sort((a, b) => b - a);
}

function finite(value: number): number[] {
  return Number.isFinite(value) ? [value] : [];
}

/**
 * What a rule would have raised in a video, had its thresholds been higher by so much: its scores go through the same
 * detector again.
 * @param shift score units; infinity raises nothing
 * @param timeZone of active hours; null: the footage's time is not known, and rules are always active
 */
export function raisedAt(
  shift: number,
  { rule, footage, timeZone }: { rule: WatchRule; footage: WatchedFootage; timeZone: string | null },
): Pick<Alarm, 'startedMs' | 'raisedMs'>[] {
  const track = footage.rules.get(rule.id);
  if (!track || shift === Number.POSITIVE_INFINITY) return [];
  const detector = new RuleDetector({ ...rule.timing, maxGapMs: MAX_GAP_MS, newId: () => '' });
  const raised: Pick<Alarm, 'startedMs' | 'raisedMs'>[] = [];
  // Millions of steps: objects are written out, as spreading is ten times slower.
  for (let i = 0; i < footage.moments.length; i++) {
    const moment = footage.moments[i]!;
    if (moment.unseen) {
      detector.unseen(moment);
      continue;
    }
    const { atMs } = moment;
    const transition = detector.step({
      atMs,
      ptsMs: atMs - footage.startTimeMs,
      score: track.scores[i]!,
      threshold: track.thresholds[i]! + shift,
      thresholdState: 'fixed',
      expectedFalseAlarmsPerDay: null,
      tile: ANYWHERE,
      active: timeZone === null || isActive(rule.active, atMs, timeZone),
    });
    if (transition?.phase !== 'start') continue;
    const { startedAtMs, atMs: raisedAtMs } = transition;
    raised.push({ startedMs: startedAtMs - footage.startTimeMs, raisedMs: raisedAtMs - footage.startTimeMs });
  }
  return raised;
}
