/** A threshold that moved by less than this, in spreads of its scores, hardly moved. */
export const DRIFT_SPAN = 1;

/** A line of some numbers, as small as words. Says nothing to screen readers: what it shows stands beside it. */
export function Sparkline({
  values,
  least = null,
  leastSpan = 0,
  className = '',
}: {
  /** In order; null: not known. */
  values: readonly (number | null)[];
  /** The lowest value of its axis; null: that of the values. */
  least?: number | null;
  /** What moves less than this is not drawn as if it moved much. */
  leastSpan?: number;
  className?: string;
}) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return <span class={`sparkline ${className}`} />;
  const [lowest, highest] = [least ?? Math.min(...known), Math.max(...known)];
  const span = Math.max(highest - lowest, leastSpan, Number.EPSILON);
  // What hardly moves is a line in the middle, or at the bottom where that is nought.
  const low = least ?? (lowest + highest - span) / 2;
  const height = (value: number) => 1 - (value - low) / span;
  const last = values.length - 1;
  const points = values.flatMap((value, i) =>
    value === null ? [] : [`${((100 * i) / last).toFixed(1)},${(1 + 18 * height(value)).toFixed(1)}`],
  );
  return (
    <svg class={`sparkline ${className}`} viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
