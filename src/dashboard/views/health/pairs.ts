import type { CalibrationSummaries, CalibrationSummaryInfo } from '../../../server/api/calibration-routes.js';
import type { CameraInfo, RuleInfo } from '../../../server/messages.js';
import { getJson } from '../../data/api.js';
import { formatRate, formatScore } from '../../format.js';
import { words } from '../../words.js';

/** Asked for at once: each takes the program milliseconds. */
const AT_ONCE = 200;

/** A rule on a camera that it watches. */
export interface Pair {
  camera: CameraInfo;
  rule: RuleInfo;
  /** null: its threshold is fixed, or no footage was seen. */
  summary: CalibrationSummaryInfo | null;
}

/** All summaries, by {@link pairKey}. */
export async function loadSummaries(signal: AbortSignal): Promise<Map<string, CalibrationSummaryInfo>> {
  const found = new Map<string, CalibrationSummaryInfo>();
  for (let offset = 0; ; offset += AT_ONCE) {
    const path = `/api/calibrations/summary?offset=${offset}&limit=${AT_ONCE}`;
    const { total, calibrations } = await getJson<CalibrationSummaries>(path, signal);
    for (const summary of calibrations) found.set(pairKey(summary.cameraId, summary.ruleId), summary);
    if (calibrations.length === 0 || offset + AT_ONCE >= total) return found;
  }
}

export function pairKey(cameraId: string, ruleId: string): string {
  return `${cameraId}/${ruleId}`;
}

/** Whether somebody should look at its peaks. */
export function isDoubtful({ summary }: Pair): boolean {
  return summary?.contamination.flagged ?? false;
}

export function stateOf({ rule, summary }: Pair): keyof typeof words.calibration.state | null {
  return summary ? summary.state : rule.threshold === null ? null : 'fixed';
}

/** All that is known of a pair, in a sentence. */
export function toldOf(pair: Pair): string {
  const { rule, summary } = pair;
  const state = stateOf(pair);
  if (state === null) return words.calibration.notCalibrated;
  const threshold = summary?.threshold ?? rule.threshold!;
  return [
    words.calibration.state[state],
    `${words.calibration.facts.threshold} ${formatScore(threshold)}`,
    ...(summary ? [words.calibration.hours(footage(summary.observedHours))] : []),
    ...(summary?.expected ? [words.calibration.perDay(formatRate(summary.expected.value))] : []),
    ...(isDoubtful(pair) ? [words.calibration.suspicious(summary!.contamination.suspicious)] : []),
  ].join(', ');
}

/** `12 min`, `3.4 h`, `96 h`. */
export function footage(hours: number): string {
  if (hours < 1) return words.calibration.minutesShort(Math.round(60 * hours));
  return words.calibration.hoursShort(hours < 10 ? hours.toFixed(1) : String(Math.round(hours)));
}
