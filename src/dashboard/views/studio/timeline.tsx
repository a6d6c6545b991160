import { useRef, useState } from 'preact/hooks';
import { cameraName } from '../../data/state.js';
import { formatMoment, formatScore } from '../../format.js';
import { Snapshot } from '../../parts/snapshot.js';
import { partOf, type TimeRange } from '../../time-range.js';
import { words } from '../../words.js';
import type { OutcomeCamera, OutcomeEvent } from './outcome-model.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Events of each camera over the time that was looked through, one line a camera. */
export function Timeline({
  cameras,
  span,
  pointed,
  onPoint,
}: {
  cameras: readonly OutcomeCamera[];
  span: TimeRange;
  pointed: string | null;
  onPoint: (key: string) => void;
}) {
  return (
    <div class="timeline">
      {cameras.map((camera) => (
        <div key={camera.cameraId} class="track-row">
          <span class="camera-name">{cameraName(camera.cameraId)}</span>
          <Track camera={camera} span={span} pointed={pointed} onPoint={onPoint} />
        </div>
      ))}
      <div class="track-row" aria-hidden="true">
        <span />
        <div class="ticks">
          {ticksOf(span).map(({ atMs, text }) => (
            <span key={atMs} style={{ left: `${place(atMs, span)}%` }}>
              {text}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

/** One camera: a single stop for Tab, the arrow keys go from event to event. */
function Track({
  camera: { cameraId, events, gaps },
  span,
  pointed,
  onPoint,
}: {
  camera: OutcomeCamera;
  span: TimeRange;
  pointed: string | null;
  onPoint: (key: string) => void;
}) {
  const track = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const [shown, setShown] = useState<OutcomeEvent | null>(null);
  const stop = Math.min(current, events.length - 1);
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -events.length, End: events.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(events.length - 1, Math.max(0, stop + step));
    setCurrent(next);
    track.current!.querySelectorAll('button')[next]?.focus();
  };
  const text = words.studio.outcome;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div
      class="track"
      ref={track}
      role="group"
      aria-label={text.track(cameraName(cameraId), events.length)}
      onKeyDown={press}
      onMouseLeave={() => setShown(null)}
    >
      {gaps.map(({ fromMs, toMs }) => (
        <span
          key={fromMs}
          class="gap"
          title={text.gap}
          style={{ left: `${place(fromMs, span)}%`, width: `${place(toMs, span) - place(fromMs, span)}%` }}
        />
      ))}
      {events.map((event, index) => (
        <button
          key={event.key}
          type="button"
          class={`mark ${event.change}`}
          tabIndex={index === stop ? 0 : -1}
          style={{ left: `${place(event.startedAtMs, span)}%` }}
          aria-label={`${text.change[event.change]}, ${formatMoment(event.startedAtMs)}, ${text.score(formatScore(event.peakScore))}`}
          aria-pressed={pointed === event.key}
          onMouseEnter={() => setShown(event)}
          onFocus={() => {
            setCurrent(index);
            setShown(event);
          }}
          onBlur={() => setShown(null)}
          onClick={() => onPoint(event.key)}
        />
      ))}
      {shown && events.includes(shown) && <Peek event={shown} atPercent={place(shown.startedAtMs, span)} />}
    </div>
  );
}

/** What one event looked like, beside its mark. */
function Peek({ event, atPercent }: { event: OutcomeEvent; atPercent: number }) {
  const text = words.studio.outcome;
  return (
    <div
      class="peek"
      aria-hidden="true"
      style={{ left: `clamp(0px, calc(${atPercent}% - 5.5rem), calc(100% - 11rem))` }}
    >
      <Snapshot src={event.picture} alt="">
        {text.noPicture}
      </Snapshot>
      <span>
        <b class={event.change}>{text.change[event.change]}</b> {formatMoment(event.startedAtMs)} ·{' '}
        {formatScore(event.peakScore)}
      </span>
    </div>
  );
}

/** In per cent. */
function place(atMs: number, span: TimeRange): number {
  return 100 * partOf(atMs, span);
}

/** Round times of the viewer's day: every six hours, or midnights. */
function ticksOf({ fromMs, toMs }: TimeRange): { atMs: number; text: string }[] {
  const isDay = toMs - fromMs <= 1.5 * DAY_MS;
  const first = new Date(fromMs);
  first.setHours(0, 0, 0, 0);
  const ticks: { atMs: number; text: string }[] = [];
  for (const at = first; at.getTime() <= toMs; at.setHours(at.getHours() + (isDay ? 6 : 24))) {
    if (at.getTime() < fromMs) continue;
    const options = isDay
      ? ({ hour: '2-digit', minute: '2-digit' } as const)
      : ({ weekday: 'short', day: 'numeric' } as const);
    ticks.push({ atMs: at.getTime(), text: new Intl.DateTimeFormat(undefined, options).format(at) });
  }
  return ticks;
}
