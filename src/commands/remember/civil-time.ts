import { tzOffset } from '@date-fns/tz';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A time as a clock on the wall shows it. */
export interface CivilTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/**
 * The moment at which a clock showed a time. Of an hour that comes twice, when summer ends, it is the first.
 * @param zone IANA name, `Z`, or an offset such as `+02:00` or `+0200`
 * @returns milliseconds since the epoch; null: there is no such time, such as a 30th of February
 */
export function momentOf({ year, month, day, hour, minute, second }: CivilTime, zone: string): number | null {
  const asUtc = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal =
    [asUtc.getUTCFullYear(), asUtc.getUTCMonth() + 1, asUtc.getUTCDate()].join() ===
      [year, month, day].join() &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!isReal) return null;
  const shownMs = asUtc.getTime();
  const offsetMs = (atMs: number) => tzOffset(zone === 'Z' ? '+00:00' : zone, new Date(atMs)) * MINUTE_MS;
  // Clocks are changed at most once within two days: by the offset before that, or the one after it.
  const [before, after] = [-DAY_MS, DAY_MS].map((away) => shownMs - offsetMs(shownMs + away)) as [
    number,
    number,
  ];
  const isShown = (atMs: number) => atMs + offsetMs(atMs) === shownMs;
  return !isShown(before) && isShown(after) ? after : before;
}
