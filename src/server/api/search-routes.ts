import { z } from 'zod';
import { Id } from '../../detect/event.js';
import { QueryWords } from '../../search/query.js';
import { sendBytes } from '../ranges.js';
import type { ServerData } from '../server-data.js';
import { type AnyRoute, notFound, Refusal, route, SeqParameter } from './route.js';
import { MAX_HITS, MAX_IMAGE_CHARACTERS, SearchInfo, SearchInput } from './search-schemas.js';

/** A picture, and little besides. */
const SEARCH_LIMIT_BYTES = MAX_IMAGE_CHARACTERS + 16 * 1024;
const BUSY = new Refusal(503, 'busy', 'too many wait already', { 'Retry-After': '2' });

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
  route({
    method: 'GET',
    path: '/api/search/still',
    summary:
      'A frame that is remembered: from the recording that was indexed, or as the small picture of its minute',
    scope: 'view',
    query: z.strictObject({
      camera: Id,
      at: z
        .string()
        .regex(/^-?\d{1,15}(\.\d{1,9})?$/, 'expected a number')
        .transform(Number)
        .describe('`atMs` of a hit that is `recorded`, or `pictureAtMs`'),
    }),
    answer: 'image/jpeg',
    refusals: {
      404: 'It is of no recording, or that is gone, and no picture was taken then',
      503: 'Too many wait already',
    },
    handle: async ({ query: { camera: cameraId, at: atMs }, request }, { data }) => {
      const bytes = await data.still({ cameraId, atMs }, request.signal);
      if (bytes === 'busy') return BUSY;
      return bytes
        ? sendBytes(request, { bytes, type: 'image/jpeg' })
        : notFound('no recording shows this frame, and no picture was taken then');
    },
  }),
];
