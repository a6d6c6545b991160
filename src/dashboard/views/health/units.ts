const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
const HOUR_MS = 3_600_000;

/** `340 MB` */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

/** `7 ms`, `1.2 s` */
export function formatDelay(delayMs: number): string {
  return delayMs < 1000 ? `${Math.round(delayMs)} ms` : `${(delayMs / 1000).toFixed(1)} s`;
}

/** `12 h`, `90 days`, as settings say it. */
export function formatSpan(spanMs: number): string {
  const hours = Math.round(spanMs / HOUR_MS);
  const unit = hours % 24 === 0 ? 'day' : 'hour';
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'long' }).format(
    unit === 'day' ? hours / 24 : hours,
  );
}
