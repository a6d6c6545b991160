const DAY_S = 86_400;
const toSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const toMinutes = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const toDays = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/**
 * What stands at the ticks of a time axis, in the viewer's zone: the day where one begins, else the time.
 * @param splits seconds since the epoch
 * @param step from tick to tick, in seconds
 */
export function tickLabels(
  _plot: unknown,
  splits: readonly number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  return splits.map((atS) => {
    const at = new Date(atS * 1000);
    const isMidnight = at.getHours() + at.getMinutes() + at.getSeconds() === 0;
    if (step >= DAY_S || isMidnight) return toDays.format(at);
    return (step < 60 ? toSeconds : toMinutes).format(at);
  });
}
