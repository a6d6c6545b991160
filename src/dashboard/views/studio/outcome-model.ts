import { nearestPicture } from '../../data/pictures.js';
import type { BudgetCost } from './budget-chart.js';
import type { BudgetsResult, PreviewResult } from './studio-api.js';

type Row = PreviewResult['rows'][number];

/** What became of an event by a change of its rule. */
export type Change = 'kept' | 'gained' | 'lost';
export const CHANGES: readonly Change[] = ['gained', 'lost', 'kept'];

/** An event that the draft raises, or that it does not raise any more. */
export interface OutcomeEvent {
  key: string;
  cameraId: string;
  change: Change;
  startedAtMs: number;
  endedAtMs: number | null;
  peakScore: number;
  /** Address of its picture; null: none is kept. */
  picture: string | null;
}

/** One camera over the time that was looked through. */
export interface OutcomeCamera {
  cameraId: string;
  /** Oldest first. */
  events: OutcomeEvent[];
  /** Stretches of which nothing is known. */
  gaps: { fromMs: number; toMs: number }[];
  coveredMs: number;
}

/** What a draft would have done. */
export interface Outcome {
  cameras: OutcomeCamera[];
  counts: Record<Change, number>;
  /** False alarms a day, on the camera that has most of them; null: not known. */
  expected: number | null;
  /** Footage of all cameras. */
  coveredMs: number;
  reviewed: { true: Judged; false: Judged };
}

/** Of moments that somebody judged: how many there are, and how many are raised. */
interface Judged {
  of: number;
  raised: number;
}

/** An answer as it is shown. */
export function outcomeOf({ rows }: Pick<PreviewResult, 'rows'>): Outcome {
  const cameras = rows.map(({ cameraId, events, old, gaps, coveredMs }): OutcomeCamera => {
    const now = events.map((event) => shown(event, cameraId, event.change === 'same' ? 'kept' : 'gained'));
    const lost = (old?.events ?? [])
      .filter(({ change }) => change === 'lost')
      .map((event) => shown(event, cameraId, 'lost'));
    const all = [...now, ...lost].sort((a, b) => a.startedAtMs - b.startedAtMs);
    return { cameraId, events: all, gaps, coveredMs };
  });
  const all = cameras.flatMap(({ events }) => events);
  const count = (change: Change) => all.filter((event) => event.change === change).length;
  const rates = rows.flatMap(({ expectedFalseAlarmsPerDay: rate }) => rate ?? []);
  return {
    cameras,
    counts: { gained: count('gained'), lost: count('lost'), kept: count('kept') },
    expected: rates.length === 0 ? null : Math.max(...rates),
    coveredMs: cameras.reduce((sum, { coveredMs }) => sum + coveredMs, 0),
    reviewed: { true: judgedOf(rows, 'true'), false: judgedOf(rows, 'false') },
  };
}

function judgedOf(rows: readonly Row[], verdict: 'true' | 'false'): Judged {
  const all = rows.flatMap(({ reviewed }) => reviewed?.[verdict] ?? []);
  return {
    of: all.reduce((sum, { of }) => sum + of, 0),
    raised: all.reduce((sum, { raised }) => sum + raised, 0),
  };
}

/** What each budget would have come to on all cameras together. */
export function costsOf({ cameras }: Pick<BudgetsResult, 'cameras'>): BudgetCost[] {
  const all = cameras.flatMap(({ budgets }) => budgets);
  return [...new Set(all.map(({ budgetPerDay }) => budgetPerDay))].map((perDay) => {
    const same = all.filter(({ budgetPerDay }) => budgetPerDay === perDay);
    return {
      perDay,
      events: same.reduce((sum, { events }) => sum + events, 0),
      // Each camera has its own.
      threshold: same.length === 1 ? same[0]!.threshold : null,
      kept: same.reduce((sum, { reviewed }) => sum + reviewed.true.raised, 0),
      raised: same.reduce((sum, { reviewed }) => sum + reviewed.false.raised, 0),
    };
  });
}

function shown(event: Row['events'][number], cameraId: string, change: Change): OutcomeEvent {
  const { id, startedAtMs, endedAtMs, peakScore, snapshot } = event;
  const picture = snapshot === undefined ? nearestPicture(event, cameraId) : `/api/events/${id}/snapshot`;
  return { key: `${change}/${id}`, cameraId, change, startedAtMs, endedAtMs, peakScore, picture };
}
