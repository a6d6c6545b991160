import { z } from 'zod';
import { DetectionEvent, Id } from '../../detect/event.js';
import { QueryWords } from '../../search/query.js';
import { type AnyRoute, notFound, Refusal, route, SeqParameter } from './route.js';

const MAX_HITS = 100;
const BUSY = new Refusal(503, 'busy', 'too many searches wait already', { 'Retry-After': '2' });

const TimeMs = z
  .number()
  .describe('Milliseconds since the epoch; where not `timed`, from the start of a recording');

/** What came of a search. */
export const SearchInfo = z.strictObject({
  hits: z
    .array(
      z.strictObject({
        cameraId: Id,
        atMs: TimeMs.describe('Of its best frame'),
        fromMs: TimeMs,
        toMs: TimeMs,
        timed: z.boolean().describe('Whether the times are times of day'),
        score: z.number().describe('Cosine, less what everyday pictures would have'),
        surprise: z
          .number()
          .nullable()
          .describe('How far above the camera’s ordinary moments, in spreads; null: there are too few'),
        standsOut: z.boolean().nullable(),
        tile: z.strictObject({ index: z.int().nonnegative(), box: DetectionEvent.shape.tile.shape.box }),
        pictureId: z
          .uuid()
          .nullable()
          .describe('Its picture is at `/api/moments/ID/snapshot`; null: none is kept'),
      }),
    )
    .describe('Best first; neighbouring frames are one'),
  standsOut: z.boolean().nullable().describe('Whether any does; null: too little is remembered to say'),
  minutes: z.int().nonnegative().describe('Minutes of cameras that were compared'),
  vectors: z.int().nonnegative(),
  lostMinutes: z.int().nonnegative().describe('Deleted meanwhile, or damaged'),
  skipped: z
    .array(z.strictObject({ modelHash: z.string(), vectors: z.int().nonnegative() }))
    .describe('What other models saw, which cannot be compared'),
});
export type SearchInfo = z.infer<typeof SearchInfo>;

/** Looking through what is remembered. */
export const searchRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/search',
    summary: 'The moments most like words, among all that is remembered',
    scope: 'view',
    query: z
      .strictObject({
        q: QueryWords.describe('What is looked for'),
        not: QueryWords.optional().describe('What it must not be taken for'),
        camera: Id.optional(),
        since: SeqParameter.optional().describe('Milliseconds since the epoch'),
        until: SeqParameter.optional().describe('Not included'),
        limit: SeqParameter.pipe(z.number().min(1).max(MAX_HITS)).default(10),
      })
      .refine(({ since = 0, until = Number.POSITIVE_INFINITY }) => since < until, {
        message: 'expected since before until',
        path: ['since'],
      }),
    answer: SearchInfo,
    refusals: { 404: 'Nothing is remembered: it is switched off', 503: 'Too many searches wait already' },
    handle: async ({ query, request }, { data }) => {
      const found = await data.search(query, request.signal);
      return found === 'busy' ? BUSY : (found ?? notFound('nothing is remembered: store.remember is false'));
    },
  }),
];
