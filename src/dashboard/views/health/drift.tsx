import type { CalibrationSummaryInfo } from '../../../server/api/calibration-routes.js';
import { nowMs } from '../../data/state.js';
import { formatDuration, formatScore, formatTime } from '../../format.js';
import { words } from '../../words.js';
import { DRIFT_SPAN, Sparkline } from './sparkline.js';

/** Times before it count from the start of a recording whose time is not known. */
const LONG_AGO_MS = Date.UTC(1990, 0, 1);

/** How a threshold moved, from its first footage to now. */
export function Drift({ history }: Pick<CalibrationSummaryInfo, 'history'>) {
  const [first, last] = [history[0], history.at(-1)];
  const values = history.map(([, threshold]) => threshold);
  const [low, high] = [Math.min(...values), Math.max(...values)].map(formatScore);
  return (
    <figure class="drift">
      <figcaption>{words.calibration.drift}</figcaption>
      {!first || !last || history.length < 2 ? (
        <p class="quiet">{words.calibration.noDrift}</p>
      ) : (
        <>
          <div
            class="drift-plot"
            role="img"
            aria-label={words.calibration.driftName(formatScore(first[1]), formatScore(last[1]))}
          >
            <Sparkline values={values} leastSpan={DRIFT_SPAN} />
            <span class="high">{high}</span>
            {low !== high && <span class="low">{low}</span>}
          </div>
          <div class="drift-times">
            <span>{footageTime(first[0])}</span>
            <span>{footageTime(last[0])}</span>
          </div>
        </>
      )}
    </figure>
  );
}

/** A time of footage; of a recording whose time is not known, how far into it. */
export function footageTime(atMs: number): string {
  return atMs < LONG_AGO_MS
    ? words.calibration.ofFootage(formatDuration(atMs))
    : formatTime(atMs, nowMs.peek());
}
