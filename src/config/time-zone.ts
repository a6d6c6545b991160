import { z } from 'zod';

/** An IANA name. */
export const TimeZone = z.string().superRefine((name, context) => {
  if (isTimeZone(name)) return;
  context.addIssue({
    code: 'custom',
    message: 'expected an IANA time zone such as "Europe/Berlin"',
    params: { candidates: Intl.supportedValuesOf('timeZone') },
  });
});

function isTimeZone(name: string): boolean {
  // Some versions of Node.js take bare offsets such as +02:00 too; others do not, and they know no daylight saving.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
