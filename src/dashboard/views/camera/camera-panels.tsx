import { useComputed } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import type { HealthHistoryInfo, ScoreHistoryInfo } from '../../../server/api/history-routes.js';
import type { TilesInfo } from '../../../server/api/tile-routes.js';
import type { CameraInfo } from '../../../server/messages.js';
import { useResource } from '../../data/resource.js';
import { set, settings } from '../../data/settings.js';
import { nowMs, pictureOf, rules as rulesInForce, watches } from '../../data/state.js';
import { formatTime } from '../../format.js';
import { cameraStateOf } from '../../parts/camera-state.js';
import { Failure } from '../../parts/states.js';
import { indexAt } from '../../parts/time-plot.js';
import { useKeys } from '../../parts/use-keys.js';
import { useSelection } from '../../parts/use-selection.js';
import { replaceQuery } from '../../router.js';
import type { TimeRange } from '../../time-range.js';
import { words } from '../../words.js';
import { CameraPicture } from '../live/camera-picture.js';
import { Facts } from './facts.js';
import { healthPeriods } from './health.js';
import { HealthWords } from './health-strip.js';
import {
  HeatCells,
  HeatLegend,
  HeatTable,
  HeatTools,
  type Overlay,
  useNewest,
  useScale,
} from './heat-map.js';
import { Legend, type PointedMoment } from './legend.js';
import { bounded, rangeAt, rangeIn, SPAN_NAMES, type Span } from './ranges.js';
import { shownRules } from './rule-lines.js';
import { ScorePanel } from './score-panel.js';
import { ScoreTable } from './score-table.js';
import { useCameraEvents } from './use-camera-events.js';
import { useWidth } from './use-width.js';

/** Pixels of the plot for each bucket that is asked for, and in which steps: another width must not ask anew all the time. */
const PX_PER_POINT = 1.5;
const POINTS_STEP = 100;

/** All that is shown of one camera. */
export function CameraPanels({ camera, query }: { camera: CameraInfo; query: URLSearchParams }) {
  const { id, name } = camera;
  const inForce = rulesInForce.value.filter((rule) => watches(rule, id));
  const { span, range, zoom, back, showSpan } = useRange(query);
  const [panel, widthPx] = useWidth();
  const points = Math.max(POINTS_STEP, Math.ceil(widthPx / PX_PER_POINT / POINTS_STEP) * POINTS_STEP);
  const stretch = `camera=${id}&from=${range.fromMs}&to=${range.toMs}`;
  const scores = useResource<ScoreHistoryInfo>(
    widthPx === 0 ? null : `/api/history/scores?${stretch}&points=${Math.min(1_500, points)}`,
  );
  const health = useResource<HealthHistoryInfo>(`/api/history/health?${stretch}`);
  const rules = shownRules(inForce, scores.value);
  const chosenId = query.get('rule') ?? rules[0]?.id ?? null;
  const { ids: hidden, toggle } = useSelection();
  const [pointedMs, setPointedMs] = useState<number | null>(null);
  const moment = momentAt(pointedMs, scores.value);
  const periods = healthPeriods(health.value?.changes ?? [], range);
  const spans = useCameraEvents(id, range);
  useKeys({
    Escape: back,
    ...Object.fromEntries(SPAN_NAMES.map((each, i) => [String(i + 1), () => showSpan(each)])),
  });
  return (
    <div class="camera-grid">
      <Stage camera={camera} ruleId={inForce.some((rule) => rule.id === chosenId) ? chosenId : null} />
      <div class="beside">
        <Legend
          {...{ cameraId: id, rules, chosenId, hidden, moment }}
          onChoose={(rule) => replaceQuery({ ...Object.fromEntries(query), rule })}
          onToggle={toggle}
        />
        <CameraFacts camera={camera} history={scores.value} ruleIds={inForce.map((rule) => rule.id)} />
        <section class="card health" aria-labelledby="health-title">
          <div class="caption">
            <h2 id="health-title">{words.camera.health}</h2>
          </div>
          <HealthWords history={health} range={range} />
        </section>
      </div>
      <div class="wide" ref={panel}>
        <ScorePanel
          {...{ name, scores, rules, chosenId, hidden, periods, spans, range, widthPx, moment }}
          span={span}
          onPoint={setPointedMs}
          onSpan={showSpan}
          onZoom={zoom}
          onBack={back}
        />
      </div>
      <div class="wide">
        <ScoreTable atMs={scores.value?.atMs ?? []} rules={rules.filter((rule) => !hidden.has(rule.id))} />
      </div>
    </div>
  );
}

/** Apart from the rest, as it changes every second. */
function CameraFacts({
  camera,
  history,
  ruleIds,
}: {
  camera: CameraInfo;
  history: ScoreHistoryInfo | null;
  ruleIds: readonly string[];
}) {
  const plan = useResource<TilesInfo>(`/api/cameras/${camera.id}/tiles`);
  useNewest(plan.reload, { atMs: plan.value ? 0 : (pictureOf(camera.id).value?.header.atMs ?? 0), ...plan });
  return <Facts {...{ camera, history, ruleIds }} tiles={plan.value?.tiles.length ?? null} />;
}

/** The picture and what lies over it. @param ruleId null: no rule is looked at */
function Stage({ camera, ruleId }: { camera: CameraInfo; ruleId: string | null }) {
  const [overlay, setOverlay] = useState<Overlay>({ heat: true, values: false, level: null });
  const change = (changes: Partial<Overlay>) => setOverlay((before) => ({ ...before, ...changes }));
  const { grid } = settings.value;
  const isWanted = ruleId !== null && (overlay.heat || overlay.values || grid);
  const tiles = useResource<TilesInfo>(isWanted ? `/api/cameras/${camera.id}/tiles?rule=${ruleId}` : null);
  useNewest(tiles.reload, { atMs: pictureOf(camera.id).value?.header.atMs ?? 0, ...tiles });
  const info = tiles.value?.ruleId === ruleId ? tiles.value : null;
  const scale = useScale(info);
  useKeys({
    h: () => change({ heat: !overlay.heat }),
    v: () => change({ values: !overlay.values }),
    g: () => set({ grid: !grid }),
  });
  return (
    <div class={`card stage-card ${cameraStateOf(camera.status)}`}>
      <CameraPicture camera={camera}>
        {info && scale ? <HeatCells {...{ info, scale, overlay }} /> : undefined}
      </CameraPicture>
      <div class="over-picture">
        {ruleId !== null && <HeatTools overlay={overlay} onChange={change} tiles={info?.tiles ?? []} />}
        {info && overlay.heat && <HeatLegend info={info} scale={scale} />}
      </div>
      {/* Before the first frame there is nothing to be told. */}
      {tiles.error && tiles.error.status !== 404 && <Failure error={tiles.error} retry={tiles.reload} />}
      {info && <HeatTable info={info} />}
    </div>
  );
}

/** The stretch of time that is shown, which the address keeps, and the way back from where somebody zoomed in. */
function useRange(query: URLSearchParams) {
  const { span, fixed } = rangeIn(query);
  const before = useRef<(TimeRange | null)[]>([]);
  const now = useComputed(() => rangeAt(span, nowMs.value).toMs);
  const range = fixed ?? rangeAt(span, now.value);
  const show = (stretch: TimeRange | null, to: Span = span) =>
    replaceQuery({ rule: query.get('rule'), span: to, from: stretch?.fromMs, to: stretch?.toMs });
  return {
    range,
    span: fixed ? null : span,
    zoom: (to: TimeRange) => {
      before.current.push(fixed);
      show(bounded(to, nowMs.peek()));
    },
    /** @returns false: it is where it began */
    back: () => {
      if (fixed === null) return false;
      show(before.current.pop() ?? null);
      return true;
    },
    showSpan: (to: Span) => {
      before.current = [];
      show(null, to);
    },
  };
}

function momentAt(pointedMs: number | null, history: ScoreHistoryInfo | null): PointedMoment | null {
  const index = pointedMs === null || !history ? null : indexAt(history.atMs, pointedMs);
  if (index === null) return null;
  const atMs = history!.atMs[index]!;
  return { index, atMs, text: formatTime(atMs, nowMs.peek()) };
}
