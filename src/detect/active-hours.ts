/** When a rule watches. A window that passes midnight belongs to the day on which it begins. */
export interface ActiveHours {
  /** Days of the week, 0 = Sunday … 6 = Saturday. */
  days: ReadonlySet<number>;
  /** Minutes after midnight, local time; from = to means the whole day. */
  fromMinute: number;
  toMinute: number;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * Whether a moment lies in a rule's active hours. Pure; daylight saving is the time zone's own.
 * @param active null: always
 * @param timeZone IANA name, for example `Europe/Berlin`
 */
export function isActive(active: ActiveHours | null, atMs: number, timeZone: string): boolean {
  if (active === null) return true;
  const { day, minute } = localTime(atMs, timeZone);
  const { days, fromMinute, toMinute } = active;
  if (fromMinute < toMinute) return days.has(day) && minute >= fromMinute && minute < toMinute;
  // The window passes midnight (or lasts the whole day): this evening's part, or what is left of last night's.
  const previousDay = (day + 6) % 7;
  return (days.has(day) && minute >= fromMinute) || (days.has(previousDay) && minute < toMinute);
}

/** The newest answer: frames of a minute come one after the other, and asking takes some microseconds. */
let newest = { minuteOfAll: Number.NaN, timeZone: '', day: 0, minute: 0 };

function localTime(atMs: number, timeZone: string): { day: number; minute: number } {
  // Offsets of time zones are whole minutes.
  const minuteOfAll = Math.floor(atMs / 60_000);
  if (newest.minuteOfAll === minuteOfAll && newest.timeZone === timeZone) return newest;
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  const parts = Object.fromEntries(formatter.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const day = WEEKDAYS.indexOf(parts.weekday ?? '');
  newest = { minuteOfAll, timeZone, day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
  return newest;
}
