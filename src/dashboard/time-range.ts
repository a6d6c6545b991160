/** A stretch of time, in milliseconds since the epoch. */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/** Where a moment lies in a stretch of time, 0 … 1. */
export function partOf(atMs: number, { fromMs, toMs }: TimeRange): number {
  return Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
}
