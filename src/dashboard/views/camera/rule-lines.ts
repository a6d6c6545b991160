import type { DetectionEvent } from '../../../detect/event.js';
import type { ScoreHistoryInfo } from '../../../server/api/history-routes.js';
import type { RuleInfo } from '../../../server/messages.js';
import type { PlotBand, PlotLine } from '../../parts/time-plot.js';
import type { TimeRange } from '../../time-range.js';
import { type HealthPeriod, isSeen } from './health.js';
import { lookOf } from './palette.js';
import type { EventSpan } from './use-camera-events.js';

type RuleHistory = ScoreHistoryInfo['rules'][number];
type ThresholdState = DetectionEvent['thresholdState'];

/** A rule as the view shows it. */
export interface ShownRule {
  id: string;
  name: string;
  /** It is no longer in force. */
  isGone: boolean;
  colour: string;
  dash: readonly number[];
  history: RuleHistory | null;
}

/** Rules in force on a camera, and behind them those of the past; each has its look by its place. */
export function shownRules(inForce: readonly RuleInfo[], history: ScoreHistoryInfo | null): ShownRule[] {
  const past = history?.rules ?? [];
  const gone = past.filter(({ ruleId }) => !inForce.some(({ id }) => id === ruleId));
  return [
    ...inForce.map(({ id, name }) => ({ id, name, isGone: false })),
    ...gone.map(({ ruleId }) => ({ id: ruleId, name: ruleId, isGone: true })),
  ].map((rule, place) => ({
    ...rule,
    ...lookOf(place),
    history: past.find(({ ruleId }) => ruleId === rule.id) ?? null,
  }));
}

/** How much of the others is to be seen where one rule is the chosen one. */
const BESIDE_CHOSEN = 0.6;

/** The surer a threshold is, the less its line is broken. */
const THRESHOLD_DASHES: Record<ThresholdState, readonly number[]> = {
  certified: [],
  extrapolated: [10, 3],
  fixed: [5, 4],
  warming_up: [1.5, 4],
};

/** Lines of the plot: all rules that are shown and, of the chosen one, its threshold and the points above it. */
export function plotLines(
  rules: readonly ShownRule[],
  {
    chosenId,
    hidden,
    atMs,
  }: { chosenId: string | null; hidden: ReadonlySet<string>; atMs: readonly number[] },
): PlotLine[] {
  const shown = rules.filter(({ id, history }) => history && (!hidden.has(id) || id === chosenId));
  const chosen = shown.find(({ id }) => id === chosenId);
  return [
    ...shown
      .filter((rule) => rule !== chosen)
      .map(({ name, colour, dash, history }) => ({
        ...{ label: name, colour, dash, values: history!.scores },
        opacity: chosen ? BESIDE_CHOSEN : 1,
      })),
    ...(chosen ? thresholdLines(chosen.history!, atMs) : []),
    ...(chosen ? chosenLines(chosen) : []),
  ];
}

function chosenLines({ name, colour, dash, history }: ShownRule): PlotLine[] {
  const { scores, thresholds } = history!;
  const over = scores.map((score, i) => (score !== null && score >= thresholds[i]! ? score : null));
  return [
    { label: name, colour, dash, values: scores, widthPx: 2.25 },
    { label: `${name} ≥`, colour: '--hit', values: over, dots: true },
  ];
}

function thresholdLines({ thresholds, thresholdStates }: RuleHistory, atMs: readonly number[]): PlotLine[] {
  const states = new Set(thresholdStates.map(({ state }) => state));
  return [...states].map((state) => ({
    ...{ label: state, colour: '--soft', widthPx: 1.25, stepped: true, dash: THRESHOLD_DASHES[state] },
    values: thresholds.map((threshold, i) =>
      stateAt(thresholdStates, atMs[i]!) === state ? threshold : null,
    ),
  }));
}

/** How sure a threshold was at a time; null: it was not known yet. */
export function stateAt(states: RuleHistory['thresholdStates'], atMs: number): ThresholdState | null {
  return states.findLast(({ fromMs }) => fromMs <= atMs)?.state ?? null;
}

/** Grounds of the plot: darkness, blindness, and events. */
export function plotBands({
  light,
  periods,
  spans,
  chosenId,
  range,
}: {
  light: ScoreHistoryInfo['light'];
  periods: readonly HealthPeriod[];
  spans: readonly EventSpan[];
  chosenId: string | null;
  range: TimeRange;
}): PlotBand[] {
  const dark = light.flatMap(({ fromMs, regime }, i) => {
    if (regime !== 'night' && regime !== 'infrared') return [];
    const toMs = light[i + 1]?.fromMs ?? range.toMs;
    return [{ fromMs, toMs, colour: '--ink', opacity: regime === 'night' ? 0.1 : 0.06 }];
  });
  const blind = periods
    .filter((period) => !isSeen(period))
    .map(({ fromMs, toMs, sight }) => {
      const colour = sight === 'blind' || sight === 'offline' ? '--critical' : '--soft';
      return { fromMs, toMs, colour, opacity: 0.13 };
    });
  const events = spans.map(({ fromMs, toMs, ruleId }) => {
    return { fromMs, toMs, colour: '--hit', opacity: ruleId === chosenId ? 0.25 : 0.1 };
  });
  return [...dark, ...blind, ...events];
}
