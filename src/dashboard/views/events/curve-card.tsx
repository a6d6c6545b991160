import { useEffect, useRef } from 'preact/hooks';
import type { EventDetail, ScorePoint } from '../../../server/api/past-schemas.js';
import { useResource } from '../../data/resource.js';
import { nowMs } from '../../data/state.js';
import { formatScore, formatTime } from '../../format.js';
import { Failure, Loading } from '../../parts/states.js';
import { words } from '../../words.js';
import { CurvePlot } from './curve-plot.js';

const text = words.history;

/** What `/api/past/events/ID/curve` answers. */
export interface Curve {
  fromMs: number;
  toMs: number;
  points: ScorePoint[];
}

/** The scores of the event's rule around it. */
export function CurveCard({ detail }: { detail: EventDetail }) {
  const { event } = detail;
  const { value, error, isLoading, reload } = useResource<Curve>(`/api/past/events/${event.id}/curve`);
  const isOver = event.phase === 'end';
  const wasOver = useRef(isOver);
  useEffect(() => {
    if (isOver && !wasOver.current) reload();
    wasOver.current = isOver;
  }, [isOver, reload]);
  const hasScores = value?.points.some(([, score]) => score !== null);
  return (
    <section class="card curve" aria-label={text.curve}>
      <div class="caption">
        <h2>{text.curve}</h2>
      </div>
      {error && <Failure error={error} retry={reload} />}
      {!value && isLoading && <Loading />}
      {value && !hasScores && <p class="quiet">{text.curveNone}</p>}
      {value && hasScores && <Plot curve={value} detail={detail} />}
      {value && hasScores && event.thresholdState !== 'fixed' && <p class="quiet">{text.curveNow}</p>}
    </section>
  );
}

function Plot({ curve, detail }: { curve: Curve; detail: EventDetail }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const plot = new CurvePlot(host.current!, { curve, detail });
    return () => plot.destroy();
  }, [curve, detail]);
  const known = curve.points.flatMap(([, score]) => (score === null ? [] : [score]));
  const time = (atMs: number) => formatTime(atMs, nowMs.peek());
  const highest = formatScore(known.reduce((a, b) => Math.max(a, b)));
  const label = text.curveIs(
    time(curve.fromMs),
    time(curve.toMs),
    highest,
    formatScore(detail.event.threshold),
  );
  return <div ref={host} class="curve-plot" role="img" aria-label={label} />;
}
