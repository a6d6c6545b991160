import type { ScoreCurveAsked, ScoreCurves } from './backtest/score-curve.js';
import type { Embedder } from './model/embedder.js';
import type { CalibrationKeeper } from './pipeline/calibration-keeper.js';
import type { ClipRecorder } from './pipeline/clip-recorder.js';
import { type Explanation, explain, type Unexplained } from './pipeline/explanation.js';
import type { FixedPeaks } from './pipeline/fixed-peaks.js';
import { nearMisses } from './pipeline/near-misses.js';
import type { Reviews } from './pipeline/reviews.js';
import type { RuleBook } from './pipeline/rule-book.js';
import type { Topics } from './publish/topics.js';
import type { EventDetail, EventRow, ScorePoint } from './server/api/past-schemas.js';
import type { EventQuery, PastData } from './server/past-data.js';
import { codeOf } from './shared/errors.js';
import type { MomentStore } from './store/moment-store.js';
import { csvLines, jsonLines } from './store/past-event-lines.js';
import type { PastEvent, PastEventFilter, PastEvents } from './store/past-events.js';
import type { SnapshotFolder } from './store/snapshots.js';

/** Phases of an event that are told. */
const PHASES_TOLD = 200;

/** What {@link createPastData} needs. */
export interface PastParts {
  events: PastEvents;
  moments: MomentStore;
  reviews: Reviews;
  calibrations: CalibrationKeeper;
  fixedPeaks: FixedPeaks;
  book: () => RuleBook;
  cameraIds: readonly string[];
  embedder: Embedder;
  snapshots: Pick<SnapshotFolder, 'has'>;
  /** null: none are made. */
  clips: Pick<ClipRecorder, 'find'> | null;
  /** null: there is no MQTT. */
  topics: Topics | null;
  curves: Pick<ScoreCurves, 'of'>;
}

/** Events of the past and what people say of them, as the server sees them. */
export function createPastData(parts: PastParts): PastData {
  const { events, reviews, book, curves } = parts;
  return {
    list: async (query, { before, limit }) => {
      const filter = filterOf(query);
      const page = events.page(filter, { before, limit });
      const rows = await Promise.all(page.events.map((past) => rowOf(past, parts)));
      return { events: rows, next: page.next, total: before === null ? events.count(filter) : null };
    },
    detail: async (id, query) => {
      const past = events.get(id);
      return past && detailOf(past, { filter: filterOf(query), parts });
    },
    curve: (asked, signal) => curveOf(curves, asked, signal),
    export: (query, format) => {
      const all = events.all(filterOf(query));
      return format === 'csv' ? csvLines(all) : jsonLines(all);
    },
    nearMisses: () => nearMisses({ ...parts, book: book() }),
    foresee: (asked) => reviews.foresee(asked),
    reviewAll: (asked) => reviews.applyAll(asked),
  };
}

function filterOf({ camera, rule, severity, state, verdict, since, until }: EventQuery): PastEventFilter {
  return {
    ...{ cameraId: camera ?? null, ruleId: rule ?? null, severity: severity ?? null },
    ...{ state: state ?? null, verdict: verdict ?? null, fromMs: since ?? null, toMs: until ?? null },
  };
}

async function rowOf({ event, verdict }: PastEvent, { snapshots, clips }: PastParts): Promise<EventRow> {
  const [hasSnapshot, clip] = await Promise.all([snapshots.has(event.id), clips?.find(event.id)]);
  return { event, verdict, hasSnapshot, clip: clip === 'coming' ? clip : clip ? 'there' : null };
}

async function detailOf(
  past: PastEvent,
  { filter, parts }: { filter: PastEventFilter; parts: PastParts },
): Promise<EventDetail> {
  const { events, topics, book } = parts;
  const { id, ruleId } = past.event;
  const plan = book().plans.get(ruleId);
  const explained = await explanationOf(id, parts);
  return {
    ...(await rowOf(past, parts)),
    phases: events.phases(id, PHASES_TOLD),
    budgetPerDay: plan?.kind === 'calibrated' ? plan.budgetPerDay : null,
    explanation: typeof explained === 'string' ? null : explained,
    unexplained: typeof explained === 'string' ? explained : null,
    topics: topics && {
      ...{ event: topics.event(past.event), events: topics.events, state: topics.state(past.event) },
      ...{ attributes: topics.attributes(past.event), snapshot: topics.snapshot(past.event) },
    },
    ...events.neighbours(id, filter),
  };
}

/** A model at a server may be away: all else is told without it. */
async function explanationOf(
  id: string,
  { moments, book, embedder }: PastParts,
): Promise<Explanation | Unexplained | 'model-away'> {
  try {
    return await explain(moments.get(id), { book: book(), model: embedder });
  } catch {
    return 'model-away';
  }
}

async function curveOf(
  curves: Pick<ScoreCurves, 'of'>,
  asked: ScoreCurveAsked,
  signal: AbortSignal,
): Promise<ScorePoint[] | 'busy'> {
  try {
    const curve = await curves.of(asked, signal);
    if (!curve) return [];
    const points = curve.scores.map(({ atMs, score, threshold }): ScorePoint => [atMs, score, threshold]);
    const breaks = curve.gaps.map(({ fromMs }): ScorePoint => [fromMs + 1, null, null]);
    return [...points, ...breaks].sort(([a], [b]) => a - b);
  } catch (error) {
    if (codeOf(error) === 'curves-busy' || codeOf(error) === 'backtest-stopped') return 'busy';
    throw error;
  }
}
