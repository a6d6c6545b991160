import type { DetectionEvent, Severity, Verdict } from '../detect/event.js';
import type { ReviewAsked, ReviewsOutcome } from '../pipeline/reviews.js';
import type { EventDetail, EventRow, NearMissesInfo, ScorePoint } from './api/past-schemas.js';

/** Which events; what is left out does not matter. */
export interface EventQuery {
  camera?: string | undefined;
  rule?: string | undefined;
  severity?: Severity | undefined;
  state?: 'open' | 'over' | undefined;
  /** `none`: nobody has said anything. */
  verdict?: Verdict | 'none' | undefined;
  /** Of when they began, milliseconds since the epoch. */
  since?: number | undefined;
  /** Not included. */
  until?: number | undefined;
}

/** Where an event stands in the list. */
export interface EventCursor {
  startedAtMs: number;
  seq: number;
}

/** What people look through: events of the past, near misses, and what was said of them. */
export interface PastData {
  /** Newest first, at most `limit` of them from behind `before`. `total` only of the first page. */
  list(
    query: EventQuery,
    page: { before: EventCursor | null; limit: number },
  ): Promise<{ events: EventRow[]; next: EventCursor | null; total: number | null }>;
  /** All that is known of one event, and its neighbours among those of the query; null: there is none. */
  detail(id: string, query: EventQuery): Promise<EventDetail | null>;
  /** Scores of a stretch, from what is remembered; empty where nothing is. `busy`: others wait already. */
  curve(
    asked: Pick<DetectionEvent, 'cameraId' | 'ruleId'> & { fromMs: number; toMs: number },
    signal: AbortSignal,
  ): Promise<ScorePoint[] | 'busy'>;
  /** The events as lines of text, in the order in which they were raised. */
  export(query: EventQuery, format: 'csv' | 'json'): Iterable<string>;
  nearMisses(): NearMissesInfo[];
  /** What reviews would do; nothing is changed. */
  foresee(reviews: readonly ReviewAsked[]): ReviewsOutcome;
  reviewAll(reviews: readonly ReviewAsked[]): ReviewsOutcome;
}
