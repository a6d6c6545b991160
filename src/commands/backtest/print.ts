import type { Backtest } from '../../backtest/backtest.js';
import { type BacktestEvent, type BacktestRow, GAP_TEXTS } from '../../backtest/result.js';
import { formatMoment, formatRate } from '../calibrate/rows.js';
import { columns, formatDuration, type Output } from '../output.js';

/** Gaps and events listed of one rule on one camera; JSON and the timeline have all. */
const LISTED = 20;

/** Prints what came of a backtest: a table, then events; or one JSON object a rule and camera. */
export function printBacktest(
  { rows, otherModel }: Backtest,
  { output, ms }: { output: Output; ms: number },
): void {
  if (output.json) for (const row of rows) output.stdout(`${JSON.stringify(row)}\n`);
  else {
    for (const line of columns([CELL_TITLES, ...rows.map(cellsOf)])) output.stdout(line);
    for (const row of rows) printRow(row, output);
  }
  if (otherModel > 0) output.stderr(`${otherModel} vectors were made by another model, and left out\n`);
  const coveredMs = rows.reduce((sum, row) => sum + row.coveredMs, 0);
  output.stderr(`${hours(coveredMs)} of footage tried in ${(ms / 1000).toFixed(1)} s\n`);
}

/** The titles of {@link cellsOf}. */
export const CELL_TITLES: readonly string[] = [
  ...['camera', 'rule', 'footage', 'gaps', 'events', 'a day', 'before', 'gained', 'lost'],
  ...['threshold', 'state', 'false alarms a day'],
];

/** A row of the table, as texts. */
export function cellsOf(row: BacktestRow): string[] {
  const { old, eventsPerDay, threshold, expectedFalseAlarmsPerDay: expected, budgetPerDay } = row;
  const ofBudget = budgetPerDay === null ? '' : ` of ${formatRate(budgetPerDay)} wanted`;
  return [
    ...[row.cameraId, row.ruleId, hours(row.coveredMs), row.gaps.length === 0 ? '–' : gapsText(row)],
    ...[String(row.events.length), eventsPerDay === null ? '–' : formatRate(eventsPerDay)],
    ...(old ? [old.events.length, old.gained, old.lost].map(String) : ['–', '–', '–']),
    ...[threshold === null ? '–' : threshold.toFixed(2), row.thresholdState ?? 'nothing seen'],
    `${expected === null ? 'not known' : formatRate(expected)}${ofBudget}`,
  ];
}

function gapsText({ gaps }: BacktestRow): string {
  return `${gaps.length} (${hours(gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0))})`;
}

function printRow({ cameraId, ruleId, gaps, events, old }: BacktestRow, { stdout }: Output): void {
  const untested = old?.events.filter(({ change }) => change === 'untested') ?? [];
  const lost = old?.events.filter(({ change }) => change === 'lost') ?? [];
  const shown = [...events, ...lost, ...untested].sort((a, b) => a.startedAtMs - b.startedAtMs);
  if (shown.length + gaps.length === 0) return;
  stdout(`\n${ruleId} on ${cameraId}\n`);
  for (const { fromMs, toMs, reason } of gaps.slice(0, LISTED))
    stdout(`  gap     ${formatMoment(fromMs)}  ${formatDuration(toMs - fromMs)}  ${GAP_TEXTS[reason]}\n`);
  for (const event of shown.slice(0, LISTED)) stdout(`  ${eventText(event)}\n`);
  const left = Math.max(0, gaps.length - LISTED) + Math.max(0, shown.length - LISTED);
  if (left > 0) stdout(`  … and ${left} more: --json and --html have all\n`);
}

const CHANGES = { same: '=', gained: '+', lost: '-', untested: '?', new: ' ' } as const;

/** An event in a line for people. */
export function eventText({ change, startedAtMs, endedAtMs, peakScore, threshold }: BacktestEvent): string {
  const lasted = endedAtMs === null ? 'never ended' : formatDuration(endedAtMs - startedAtMs);
  const said = change === 'new' ? 'event' : change;
  return `${CHANGES[change]} ${said.padEnd(9)}${formatMoment(startedAtMs)}  ${lasted}  score ${peakScore.toFixed(2)} (threshold ${threshold.toFixed(2)})`;
}

/** A length of footage. */
function hours(ms: number): string {
  return ms < 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
