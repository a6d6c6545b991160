const format = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A moment of the last week, in the viewer's zone. */
export function formatMoment(atMs: number): string {
  return format.format(atMs);
}
