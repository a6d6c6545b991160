import { z } from 'zod';
import { DetectionEvent, Id } from '../../detect/event.js';
import { MAX_UNWANTED, QueryWords } from '../../search/query.js';
import type { ServerData } from '../server-data.js';
import { type AnyRoute, notFound, Refusal, route, SeqParameter } from './route.js';

const MAX_HITS = 100;
/** Of a picture's file. */
const MAX_IMAGE_BYTES = 10 * 2 ** 20;
/** Base64 takes four characters for three bytes; words and the rest take little. */
const MAX_IMAGE_CHARACTERS = 4 * Math.ceil(MAX_IMAGE_BYTES / 3);
const SEARCH_LIMIT_BYTES = MAX_IMAGE_CHARACTERS + 16 * 1024;
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

/** What is looked for: words, a picture or a tile of the past, or words and one of these. */
export const SearchInput = z
  .strictObject({
    words: QueryWords.optional(),
    not: z
      .array(QueryWords)
      .max(MAX_UNWANTED)
      .default([])
      .describe('What it must not be taken for: one phrase each'),
    image: z
      .string()
      .min(1)
      .max(MAX_IMAGE_CHARACTERS, `expected a file of at most ${MAX_IMAGE_BYTES / 2 ** 20} MiB`)
      .optional()
      .describe('A JPEG, PNG or WebP file as base64, at most 10 MiB and 50 million pixels'),
    like: z
      .strictObject({ cameraId: Id, atMs: TimeMs, tile: z.int().min(0).max(65_535) })
      .optional()
      .describe('A tile of a hit: more like it'),
    cameras: z.array(Id).min(1).max(256).optional().describe('Default: all'),
    sinceMs: z.number().optional().describe('Milliseconds since the epoch'),
    untilMs: z.number().optional().describe('Not included'),
    limit: z.int().min(1).max(MAX_HITS).default(10),
  })
  .refine(({ words, image, like }) => (words ?? image ?? like) !== undefined, {
    path: ['words'],
    message: 'expected words, an image or a tile (like)',
  })
  .refine(({ image, like }) => image === undefined || like === undefined, {
    path: ['like'],
    message: 'expected an image or a tile, not both',
  })
  .refine(({ sinceMs = -Infinity, untilMs = Infinity }) => sinceMs < untilMs, {
    path: ['sinceMs'],
    message: 'expected sinceMs before untilMs',
  });
export type SearchInput = z.output<typeof SearchInput>;

/** Of what is not the question's fault. */
const STATUSES: Readonly<Record<string, number>> = { 'tile-unknown': 404, 'vectors-missing': 404 };

async function answerOf(asked: ReturnType<ServerData['search']>): Promise<SearchInfo | Refusal> {
  const found = await asked;
  if (found === null) return notFound('nothing is remembered: store.remember is false');
  if (found === 'busy') return BUSY;
  if (!('refused' in found)) return found;
  const { code, message } = found.refused;
  return new Refusal(STATUSES[code] ?? 400, code, message);
}

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
    handle: ({ query: { q: words, not, camera, since, until, limit }, request }, { data }) => {
      const input = {
        ...{ words, not: not === undefined ? [] : [not], sinceMs: since, untilMs: until, limit },
        cameras: camera === undefined ? undefined : [camera],
      };
      return answerOf(data.search(input, request.signal));
    },
  }),
  route({
    method: 'POST',
    path: '/api/search',
    summary: 'The same by words, by a picture that is sent along, or by a tile of the past',
    scope: 'view',
    body: SearchInput,
    bodyLimitBytes: SEARCH_LIMIT_BYTES,
    answer: SearchInfo,
    refusals: {
      400: 'Something in the request is not as it should be, or the image is no picture that can be read',
      404: 'Nothing is remembered, or nothing of that tile',
      503: 'Too many searches wait already',
    },
    handle: ({ body, request }, { data }) => answerOf(data.search(body, request.signal)),
  }),
];
