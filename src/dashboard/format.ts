import { words } from './words.js';

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A moment in the viewer's zone; the date is left out today. */
export function formatTime(atMs: number, nowMs: number): string {
  const isToday = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return (isToday ? timeOfDay : dateAndTime).format(atMs);
}

/** A moment of the last week, in the viewer's zone. */
export function formatMoment(atMs: number): string {
  return dayAndTime.format(atMs);
}

/** A moment where the cameras are; null: that is where the viewer is, or not known. */
export function formatTimeThere(atMs: number, timeZone: string | null): string | null {
  if (timeZone === null || timeZone === dateAndTime.resolvedOptions().timeZone) return null;
  const format = { dateStyle: 'medium', timeStyle: 'long', timeZone } as const;
  return new Intl.DateTimeFormat(undefined, format).format(atMs);
}

/** `7 s`, `3:05 min`, `2:14 h`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  const minutes = Math.floor(seconds / 60);
  const two = (value: number) => String(value % 60).padStart(2, '0');
  if (minutes === 0) return `${seconds} s`;
  return minutes < 60 ? `${minutes}:${two(seconds)} min` : `${Math.floor(minutes / 60)}:${two(minutes)} h`;
}

/** A score as people read it: one decimal. @param score null: there is none */
export function formatScore(score: number | null): string {
  return score === null ? words.noScore : score.toFixed(1);
}

/** A rate a day: two significant digits. */
export function formatRate(perDay: number): string {
  return String(Number(perDay.toPrecision(2)));
}

/** 0 to 1 as `87 %`. */
export function formatPercent(part: number): string {
  return `${Math.round(100 * part)} %`;
}

/** Thresholds move by hundredths. */
export function formatThreshold(threshold: number): string {
  return threshold.toFixed(2);
}
