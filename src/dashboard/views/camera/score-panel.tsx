import { Undo2 } from 'lucide';
import type { ScoreHistoryInfo } from '../../../server/api/history-routes.js';
import type { Resource } from '../../data/resource.js';
import { nowMs } from '../../data/state.js';
import { formatScore, formatTime } from '../../format.js';
import { Icon } from '../../parts/icon.js';
import { Failure } from '../../parts/states.js';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX, TimePlot, textScale } from '../../parts/time-plot.js';
import type { TimeRange } from '../../time-range.js';
import { words } from '../../words.js';
import { EventRail } from './event-rail.js';
import type { HealthPeriod } from './health.js';
import { HealthStrip } from './health-strip.js';
import type { PointedMoment } from './legend.js';
import { SPAN_NAMES, type Span } from './ranges.js';
import { plotBands, plotLines, type ShownRule } from './rule-lines.js';
import type { EventSpan } from './use-camera-events.js';
import './score-panel.css';

const HEIGHT_PX = 260;

interface ScorePanelProps {
  name: string;
  scores: Resource<ScoreHistoryInfo>;
  rules: readonly ShownRule[];
  chosenId: string | null;
  hidden: ReadonlySet<string>;
  periods: HealthPeriod[];
  spans: readonly EventSpan[];
  range: TimeRange;
  /** null: a stretch that somebody marked. */
  span: Span | null;
  widthPx: number;
  moment: PointedMoment | null;
  onPoint: (atMs: number | null) => void;
  onSpan: (span: Span) => void;
  onZoom: (range: TimeRange) => void;
  onBack: () => boolean;
}

/** Scores over time: what is to be seen of the past, events above it, health below it. */
export function ScorePanel(props: ScorePanelProps) {
  const { name, scores, rules, chosenId, hidden, periods, spans, range, widthPx, moment, onZoom, onBack } =
    props;
  const { value, error, reload } = scores;
  const atMs = value?.atMs ?? [];
  const time = (at: number) => formatTime(at, nowMs.peek());
  const isEmpty =
    value !== null && rules.every(({ history }) => !history?.scores.some((score) => score !== null));
  const inset = { paddingLeft: `${PLOT_LEFT_PX}px`, paddingRight: `${PLOT_RIGHT_PX}px` };
  return (
    <section class="card scores" aria-labelledby="scores-title">
      <div class="caption">
        <h2 id="scores-title">{words.camera.scores}</h2>
        <Spans {...props} />
      </div>
      {error && <Failure error={error} retry={reload} />}
      <div style={inset}>
        <EventRail
          spans={spans}
          range={range}
          widthPx={widthPx - PLOT_LEFT_PX - PLOT_RIGHT_PX}
          onZoom={onZoom}
        />
      </div>
      <TimePlot
        label={words.camera.plot(name, time(range.fromMs), time(range.toMs))}
        heightPx={Math.round(HEIGHT_PX * textScale())}
        atMs={atMs}
        lines={plotLines(rules, { chosenId, hidden, atMs })}
        bands={plotBands({ light: value?.light ?? [], periods, spans, chosenId, range })}
        fromMs={range.fromMs}
        toMs={range.toMs}
        mustShow={
          rules.find(({ id }) => id === chosenId)?.history?.thresholds.findLast((at) => at !== null) ?? null
        }
        pointedMs={moment?.atMs ?? null}
        onPoint={props.onPoint}
        onRange={(fromMs, toMs) => onZoom({ fromMs, toMs })}
        onBack={onBack}
      />
      <div style={inset}>
        <HealthStrip periods={periods} range={range} name={name} />
      </div>
      <p class="under">
        <span class="key night">{words.camera.night}</span>
        <span class="key infrared">{words.camera.infrared}</span>
        <span class="key unseen">{words.camera.unseen}</span>
        <span class="key raised">{words.camera.eventBands}</span>
        <span class="hint">{isEmpty ? words.camera.nothingStored : words.camera.hint}</span>
      </p>
      <p class="for-readers" role="status">
        {moment && readingOf(rules, { hidden, moment })}
      </p>
    </section>
  );
}

function Spans({ span, onSpan, onBack }: ScorePanelProps) {
  return (
    <div class="actions" role="toolbar" aria-label={words.camera.spans}>
      {span === null && (
        <button type="button" onClick={onBack}>
          <Icon of={Undo2} />
          {words.camera.back}
        </button>
      )}
      {SPAN_NAMES.map((name, i) => (
        <button
          key={name}
          type="button"
          aria-pressed={span === name}
          title={words.camera.spanKey(words.camera.span[name], i + 1)}
          onClick={() => onSpan(name)}
        >
          {words.camera.span[name]}
        </button>
      ))}
    </div>
  );
}

function readingOf(
  rules: readonly ShownRule[],
  { hidden, moment: { index, text } }: { hidden: ReadonlySet<string>; moment: PointedMoment },
): string {
  const values = rules.flatMap(({ id, name, history }) => {
    const score = history?.scores[index] ?? null;
    return hidden.has(id) || score === null ? [] : [words.camera.readOne(name, formatScore(score))];
  });
  return words.camera.read(text, values);
}
