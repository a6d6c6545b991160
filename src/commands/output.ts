import type { DetectionEvent } from '../detect/event.js';
import { HEALTH_REASONS } from '../shared/camera-health.js';

/** Where a command writes: stdout is data, stderr is talk. */
export interface Output {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** Data as one JSON object a line instead of text for people. */
  json: boolean;
  /** Whether stderr is a terminal that can redraw a line. */
  isTerminal: boolean;
}

/** Writes an event as one line. */
export function writeEvent(event: DetectionEvent, { stdout, json }: Output): void {
  stdout(`${json ? JSON.stringify(event) : describeEvent(event)}\n`);
}

/** An event in a line for people. */
export function describeEvent(event: DetectionEvent): string {
  const mark = { start: '▶', update: '…', end: '■' }[event.phase];
  const what = `${mark} ${event.phase.padEnd(6)} ${event.ruleId} on ${event.cameraId}`;
  const score = event.health
    ? HEALTH_REASONS[event.health]
    : `score ${event.score.toFixed(2)} (threshold ${event.threshold.toFixed(2)})`;
  const { probability } = event;
  const chance = probability === undefined ? '' : `, probability ${probability.toFixed(2)}`;
  const unseen = event.blindSinceMs === undefined ? '' : ', the camera sees nothing';
  const lasted =
    event.endedAtMs === undefined ? '' : `, lasted ${formatDuration(event.endedAtMs - event.startedAtMs)}`;
  return `${formatTime(event.phase === 'start' ? event.startedAtMs : event.atMs)}  ${what}  ${score}${chance}${unseen}${lasted}`;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A time of day, or where only the position in a file is known, that position. */
function formatTime(atMs: number): string {
  if (atMs < DAY_MS) return formatDuration(atMs).padStart(8);
  return new Date(atMs).toLocaleString('sv-SE');
}

/** `1:02:03`, `2:03` or `0:03`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Rows of a table as lines, their cells one below the other. */
export function alignedLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
