/** Days of the week as rules name them, Sunday first. */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];
/** As they are shown. */
export const WEEK: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `['fri-mon', 'wed']` → all days meant. What is no day is left out. */
export function daysOf(ranges: readonly string[]): Set<Day> {
  return new Set(
    ranges.flatMap((range) => {
      const [from = -1, to = from] = range.split('-').map((day) => DAYS.indexOf(day as Day));
      if (from < 0 || to < 0) return [];
      return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, i) => DAYS[(from + i) % 7]!);
    }),
  );
}

/** As short as it can be said in a file: runs of days become ranges. */
export function rangesOf(days: ReadonlySet<Day>): string[] {
  if (days.size === 7) return ['sun-sat'];
  const ranges: [Day, Day][] = [];
  for (const day of WEEK.filter((known) => days.has(known))) {
    const last = ranges.at(-1);
    if (last && WEEK.indexOf(last[1]) + 1 === WEEK.indexOf(day)) last[1] = day;
    else ranges.push([day, day]);
  }
  return ranges.flatMap(([from, to]) => {
    if (from === to) return [from];
    return WEEK.indexOf(to) - WEEK.indexOf(from) === 1 ? [from, to] : [`${from}-${to}`];
  });
}

/** `"20:00-24:00"` → what two fields for times of day show. Midnight at the end is 00:00 in them. */
export function hoursOf(hours: string): { from: string; to: string } {
  const [from = '00:00', to = '00:00'] = hours.split('-');
  return { from, to: to === '24:00' ? '00:00' : to };
}

/** The other way round. */
export function hoursText({ from, to }: { from: string; to: string }): string {
  return `${from}-${to === '00:00' ? '24:00' : to}`;
}
