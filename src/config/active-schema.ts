import { z } from 'zod';
import type { ActiveHours } from '../detect/active-hours.js';
import { matching, section } from './fields.js';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY = '(?:sun|mon|tue|wed|thu|fri|sat)';
const DAY_OR_RANGE = new RegExp(`^${DAY}(?:-${DAY})?$`);
const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** `fri-mon` → 5, 6, 0, 1 (0 = Sunday): a range may pass the end of the week. */
function expandDays(dayOrRange: string): number[] {
  const [from, to = from] = dayOrRange.split('-').map((day) => DAYS.indexOf(day)) as [number, number?];
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, i) => (from + i) % 7);
}

/** `20:00-06:00` → minutes after midnight; `24:00` is 1440. */
function parseHours(hours: string): { fromMinute: number; toMinute: number } {
  const [fromMinute, toMinute] = hours.split('-').map((time) => {
    const [hour, minute] = time.split(':').map(Number) as [number, number];
    return hour * 60 + minute;
  }) as [number, number];
  return { fromMinute, toMinute };
}

/** When a rule watches. */
export const Active = section({
  days: z
    .array(
      matching(DAY_OR_RANGE, 'a day or a range of days such as "sat" or "mon-fri"').describe(
        'A day or a range of days',
      ),
    )
    .min(1)
    .max(7)
    .default(['sun-sat'])
    .describe('Days of the week: sun, mon, … sat, or ranges such as mon-fri. Default: every day'),
  hours: matching(HOURS, 'hours such as "20:00-06:00", with two digits each')
    .default('00:00-24:00')
    .describe(
      'From–to in local time. A window that passes midnight belongs to the day on which it begins. Default: all day',
    ),
}).transform(
  ({ days, hours }): ActiveHours => ({ days: new Set(days.flatMap(expandDays)), ...parseHours(hours) }),
);
