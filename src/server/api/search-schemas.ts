import { z } from 'zod';
import { DetectionEvent, Id } from '../../detect/event.js';
import { MAX_UNWANTED, QueryWords } from '../../search/query.js';

// Apart from the routes: the page takes types from here, and must not see what only runs in Node.

/** Most of a search. */
export const MAX_HITS = 100;
/** Of a picture's file. */
const MAX_IMAGE_BYTES = 10 * 2 ** 20;
/** Base64 takes four characters for three bytes; words and the rest take little. */
export const MAX_IMAGE_CHARACTERS = 4 * Math.ceil(MAX_IMAGE_BYTES / 3);

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
        recorded: z
          .boolean()
          .describe('Whether its best frame is at `/api/search/still`: it is of an indexed recording'),
        pictureAtMs: TimeMs.nullable().describe(
          'Where neither is: a small picture, taken then, is at `/api/search/still`; null: none is kept',
        ),
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
