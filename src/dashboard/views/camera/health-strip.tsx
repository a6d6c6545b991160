import type { HealthHistoryInfo } from '../../../server/api/history-routes.js';
import type { Resource } from '../../data/resource.js';
import { nowMs } from '../../data/state.js';
import { formatDuration, formatPercent, formatTime } from '../../format.js';
import { Failure } from '../../parts/states.js';
import { partOf, type TimeRange } from '../../time-range.js';
import { words } from '../../words.js';
import { type HealthPeriod, healthPeriods, isSeen } from './health.js';

/** Told in words below the strip. */
const TOLD = 4;

/** A camera's health over the stretch of time of the plot, as a strip. */
export function HealthStrip({
  periods,
  range,
  name,
}: {
  periods: HealthPeriod[];
  range: TimeRange;
  name: string;
}) {
  return (
    <div
      class="health-strip"
      role="img"
      aria-label={`${words.camera.healthStrip(name)}: ${seenShare(periods)}`}
    >
      {periods.map(({ fromMs, toMs, sight }) => (
        <span
          key={fromMs}
          class={sight}
          style={{
            left: `${partOf(fromMs, range) * 100}%`,
            width: `${(partOf(toMs, range) - partOf(fromMs, range)) * 100}%`,
          }}
        />
      ))}
    </div>
  );
}

/** The same in words, the newest first. */
export function HealthWords({ history, range }: { history: Resource<HealthHistoryInfo>; range: TimeRange }) {
  const { value, error, reload } = history;
  if (error) return <Failure error={error} retry={reload} />;
  const periods = healthPeriods(value?.changes ?? [], { ...range, toMs: Math.min(range.toMs, nowMs.value) });
  if (periods.length === 0) return <p class="quiet">{words.camera.healthUnknown}</p>;
  return (
    <>
      <p class="quiet share">{seenShare(periods)}</p>
      <ol class="periods">
        {periods
          .slice(-TOLD)
          .reverse()
          .map((period) => (
            <li key={period.fromMs} class={period.sight}>
              <strong>{words.camera.sight[period.sight]}</strong>
              <span class="when">
                {words.camera.period(
                  formatTime(period.fromMs, nowMs.value),
                  formatDuration(period.toMs - period.fromMs),
                )}
              </span>
              <span class="why">{whyOf(period)}</span>
            </li>
          ))}
      </ol>
      {periods.length > TOLD && <p class="quiet">{words.camera.earlier(periods.length - TOLD)}</p>}
    </>
  );
}

function whyOf({ change: { state, health, reason } }: HealthPeriod): string {
  if (state === 'stopped') return words.camera.stopped;
  if (state === 'ended') return words.camera.ended;
  return [health && words.health[health], reason].filter(Boolean).join(': ');
}

/** Of the time of which anything is known. */
function seenShare(periods: readonly HealthPeriod[]): string {
  const length = (chosen: readonly HealthPeriod[]) =>
    chosen.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const whole = length(periods);
  return whole === 0
    ? words.camera.healthUnknown
    : words.camera.seenShare(formatPercent(length(periods.filter(isSeen)) / whole));
}
