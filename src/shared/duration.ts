const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as people type it in files and on the page: a number and its unit. */
export const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** `"1.5h"` → 5 400 000. NaN for anything else. */
export function parseDurationMs(text: string): number {
  const match = DURATION.exec(text);
  return match ? Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS] : Number.NaN;
}
