import { Readable } from 'node:stream';
import { z } from 'zod';
import type { DetectionEvent } from '../../detect/event.js';
import type { EventCursor } from '../past-data.js';
import type { ScoreHistory } from '../score-history.js';
import {
  EventDetail,
  EventFilters,
  EventRow,
  NearMissesInfo,
  ReviewsInput,
  ReviewsResult,
  ScorePoint,
} from './past-schemas.js';
import { type AnyRoute, notFound, Refusal, route, SeqParameter } from './route.js';

/** Events of one page of the list. */
const PAGE_LIMIT = 500;
/** A score curve shows so much before the start and after the end; of an event that goes on for long, only this much. */
const CURVE_BESIDE_MS = 2 * 60_000;
const CURVE_MOST_MS = 20 * 60_000;
/** Reviews of {@link ReviewsInput} at their most, with room for spaces. */
const REVIEWS_BODY_BYTES = 64 * 1024;
const BUSY = new Refusal(503, 'busy', 'others wait for theirs already', { 'Retry-After': '2' });

const EventParams = z.strictObject({ id: z.uuid() });
const Cursor = z
  .string()
  .regex(/^-?\d{1,16}(\.\d{1,6})?_\d{1,15}$/, '`next` of the page before')
  .transform((text): EventCursor => {
    const [startedAtMs, seq] = text.split('_').map(Number) as [number, number];
    return { startedAtMs, seq };
  });

/** What people look through: events of the past, and what nearly became one. */
export const pastRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/past/events',
    summary: 'Stored events newest first, each as it stands last',
    scope: 'view',
    query: z.strictObject({
      ...EventFilters,
      limit: SeqParameter.pipe(z.number().min(1).max(PAGE_LIMIT)).default(100),
      before: Cursor.optional().describe('`next` of the page before'),
    }),
    answer: z.strictObject({
      events: z.array(EventRow),
      next: z.string().nullable().describe('Ask for the next page with it; null: this is the last one'),
      total: z.int().nullable().describe('How many there are; only on the first page'),
    }),
    handle: async ({ query: { limit, before, ...query } }, { data }) => {
      const { next, ...page } = await data.past.list(query, { before: before ?? null, limit });
      return { ...page, next: next && `${next.startedAtMs}_${next.seq}` };
    },
  }),
  route({
    method: 'GET',
    path: '/api/past/events/{id}',
    summary: 'All that is known of one event: why it was raised, and which events are next to it',
    scope: 'view',
    params: EventParams,
    query: z.strictObject(EventFilters),
    answer: EventDetail,
    refusals: { 404: 'No such event' },
    handle: async ({ params: { id }, query }, { data }) =>
      (await data.past.detail(id, query)) ?? notFound('no such event'),
  }),
  route({
    method: 'GET',
    path: '/api/past/events/{id}/curve',
    summary: 'The scores of its rule on its camera around it',
    scope: 'view',
    params: EventParams,
    answer: z.strictObject({
      fromMs: z.number(),
      toMs: z.number(),
      points: z.array(ScorePoint).describe('Oldest first; empty where nothing is remembered'),
    }),
    refusals: { 404: 'No such event', 503: 'Others wait for theirs already' },
    handle: async ({ params: { id }, request }, { data, scores }) => {
      const event = data.event(id);
      if (!event) return notFound('no such event');
      const range = curveRange(event, Date.now());
      const recent = recentPoints(event, { ...range, scores });
      const isAllRecent = (recent[0]?.[0] ?? Number.POSITIVE_INFINITY) <= range.fromMs + 1_000;
      const { cameraId, ruleId } = event;
      const older = isAllRecent ? [] : await data.past.curve({ cameraId, ruleId, ...range }, request.signal);
      if (older === 'busy') return BUSY;
      const lastMs = older.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
      return { ...range, points: [...older, ...recent.filter(([atMs]) => atMs > lastMs)] };
    },
  }),
  route({
    method: 'GET',
    path: '/api/past/export',
    summary: 'Stored events as a table or as JSON lines, in the order in which they were raised',
    scope: 'view',
    query: z.strictObject({ ...EventFilters, format: z.enum(['csv', 'json']).default('csv') }),
    answer: 'text/csv',
    handle: ({ query: { format, ...query } }, { data }) => {
      const lines = data.past.export(query, format);
      const [type, name] =
        format === 'csv' ? ['text/csv', 'events.csv'] : ['application/x-ndjson', 'events.jsonl'];
      return new Response(Readable.toWeb(Readable.from(chunksOf(lines))) as ReadableStream, {
        headers: {
          'Content-Type': `${type}; charset=utf-8`,
          'Content-Disposition': `attachment; filename="${name}"`,
        },
      });
    },
  }),
  route({
    method: 'GET',
    path: '/api/near-misses',
    summary: 'The highest peaks that raised no event, of each rule on each camera',
    scope: 'view',
    answer: z.strictObject({ nearMisses: z.array(NearMissesInfo) }),
    handle: (_asked, { data }) => ({ nearMisses: data.past.nearMisses() }),
  }),
  route({
    method: 'POST',
    path: '/api/reviews/preview',
    summary: 'What reviews of events and peaks would do to thresholds; nothing is changed',
    scope: 'view',
    body: ReviewsInput,
    bodyLimitBytes: REVIEWS_BODY_BYTES,
    answer: ReviewsResult,
    handle: ({ body: { reviews } }, { data }) => data.past.foresee(reviews),
  }),
  route({
    method: 'POST',
    path: '/api/reviews',
    summary: 'Says of many events and peaks at once whether they were what their rule is for',
    scope: 'control',
    body: ReviewsInput,
    bodyLimitBytes: REVIEWS_BODY_BYTES,
    answer: ReviewsResult,
    handle: ({ body: { reviews } }, { data }) => data.past.reviewAll(reviews),
  }),
];

/** Lines in lots, so that other requests are answered between them. */
async function* chunksOf(lines: Iterable<string>): AsyncGenerator<Buffer> {
  let lot: string[] = [];
  for (const line of lines) {
    lot.push(line, '\n');
    if (lot.length < 400) continue;
    yield Buffer.from(lot.join(''));
    lot = [];
    await new Promise(setImmediate);
  }
  yield Buffer.from(lot.join(''));
}

function curveRange(
  { startedAtMs, endedAtMs = startedAtMs, phase, atMs }: DetectionEvent,
  nowMs: number,
): { fromMs: number; toMs: number } {
  const fromMs = startedAtMs - CURVE_BESIDE_MS;
  const lastMs = phase === 'end' ? endedAtMs : Math.max(atMs, nowMs);
  return { fromMs, toMs: Math.min(lastMs + CURVE_BESIDE_MS, fromMs + CURVE_MOST_MS) };
}

/** What is still in memory. */
function recentPoints(
  { cameraId, ruleId }: DetectionEvent,
  { fromMs, toMs, scores }: { fromMs: number; toMs: number; scores: Pick<ScoreHistory, 'list'> },
): ScorePoint[] {
  return scores
    .list({ cameraId, ruleId, sinceMs: fromMs })
    .flatMap(({ points, threshold }) =>
      points
        .filter(([atMs]) => atMs < toMs)
        .map(([atMs, score]): ScorePoint => [atMs, Number.isFinite(score) ? score : null, threshold]),
    );
}
