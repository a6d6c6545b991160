import type { CalibrationRow } from '../../pipeline/calibration-rows.js';
import { columns, formatDuration, type Output } from '../output.js';

/** Peaks of each rule and camera that are listed on a terminal; JSON and HTML have all. */
const LISTED_PEAKS = 3;

/** Prints rows as a table, or as JSON, one a line. */
export function printRows(
  rows: readonly CalibrationRow[],
  { output, pictureOf }: { output: Output; pictureOf: (id: string) => string },
): void {
  if (output.json) {
    for (const { peaks, ...row } of rows) {
      const pictured = peaks.map((peak) => ({ ...peak, picture: pictureOf(peak.id) }));
      output.stdout(`${JSON.stringify({ ...row, peaks: pictured })}\n`);
    }
    return;
  }
  const cells = rows.map((row) => [
    row.cameraId,
    row.ruleId,
    row.threshold.toFixed(2),
    row.state,
    `${row.observedHours.toFixed(row.observedHours < 10 ? 1 : 0)} h`,
    expectedText(row),
  ]);
  const head = ['camera', 'rule', 'threshold', 'state', 'footage', 'false alarms a day'];
  const [titles, ...lines] = columns([head, ...cells]);
  output.stdout(titles!);
  for (const [i, row] of rows.entries()) {
    output.stdout(lines[i]!);
    for (const warning of warningsOf(row)) output.stdout(`  ${warning}\n`);
    for (const { id, atMs, score, verdict } of row.peaks.slice(0, LISTED_PEAKS)) {
      const judged = verdict === null ? '' : `  (${verdict})`;
      output.stdout(`  peak ${score.toFixed(2)}  ${formatMoment(atMs)}  ${pictureOf(id)}${judged}\n`);
    }
  }
  output.stderr(
    'Look at the highest peaks: if one shows what the rule is for, say so, and it counts no longer as a false alarm:\n  wordwatch review true ID…   (the ID is the picture’s name)\n',
  );
}

/** `0.8 (0.3 to 2) of 1 wanted` */
export function expectedText({ expected, budgetPerDay, state }: CalibrationRow): string {
  const budget = `of ${formatRate(budgetPerDay)} wanted`;
  if (expected === null) return `not known yet, ${budget}`;
  const { value, low, high } = expected;
  const sure = state === 'warming_up' ? ', a guess' : '';
  return `${formatRate(value)} (${formatRate(low)} to ${formatRate(high)}) ${budget}${sure}`;
}

/** What a person should know of a row, in sentences. */
export function warningsOf({ contamination, observedHours, state }: CalibrationRow): string[] {
  const warnings: string[] = [];
  if (contamination.flagged) {
    warnings.push(
      `! its ${contamination.suspicious} highest peaks stand out from the rest: they may be true events, and hold the threshold too high`,
    );
  }
  if (observedHours === 0)
    warnings.push('! no score yet: it takes a minute of footage to know what is normal');
  else if (state === 'warming_up')
    warnings.push('warming up: the threshold is above all that was seen; more footage makes it better');
  return warnings;
}

/** So many a day. */
export function formatRate(perDay: number): string {
  return perDay >= 100 ? perDay.toFixed(0) : Number(perDay.toPrecision(2)).toString();
}

/** `2:03:04` of footage, or a time of day. */
export function formatMoment(atMs: number): string {
  return atMs < 366 * 24 * 3_600_000 ? formatDuration(atMs) : new Date(atMs).toLocaleString('sv-SE');
}
