import { useMemo, useState } from 'preact/hooks';
import type { EventDetail, ScorePoint } from '../../../server/api/past-schemas.js';
import { useReloadOn, useResource } from '../../data/resource.js';
import { nowMs } from '../../data/state.js';
import { formatScore, formatTime } from '../../format.js';
import { Failure, Loading } from '../../parts/states.js';
import { indexAt, TimePlot } from '../../parts/time-plot.js';
import { words } from '../../words.js';
import { type Curve, curveContent } from './curve-content.js';

const text = words.history;
const HEIGHT_PX = 200;

/** The scores of the event's rule around it. */
export function CurveCard({ detail }: { detail: EventDetail }) {
  const { event } = detail;
  const { value, error, isLoading, reload } = useResource<Curve>(`/api/past/events/${event.id}/curve`);
  useReloadOn(event.phase === 'end', reload);
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
  const [pointedMs, setPointedMs] = useState<number | null>(null);
  const content = useMemo(() => curveContent(curve, detail), [curve, detail]);
  const known = curve.points.flatMap(([, score]) => (score === null ? [] : [score]));
  const highest = formatScore(known.reduce((a, b) => Math.max(a, b)));
  const { threshold } = detail.event;
  const label = text.curveIs(
    timeOf(curve.fromMs),
    timeOf(curve.toMs),
    highest,
    formatScore(content.mustShow ?? threshold),
  );
  return (
    <>
      <TimePlot
        {...content}
        label={label}
        heightPx={HEIGHT_PX}
        pointedMs={pointedMs}
        onPoint={setPointedMs}
      />
      <p class="quiet readout" role="status">
        {pointedMs === null ? text.pointAt : readoutOf(curve.points, pointedMs)}
      </p>
    </>
  );
}

function readoutOf(points: readonly ScorePoint[], pointedMs: number): string {
  const index = indexAt(
    points.map(([atMs]) => atMs),
    pointedMs,
  );
  const [, score = null, threshold = null] = index === null ? [] : points[index]!;
  return text.readout(timeOf(pointedMs), formatScore(score), formatScore(threshold));
}

function timeOf(atMs: number): string {
  return formatTime(atMs, nowMs.peek());
}
