import { z } from 'zod';
import { DetectionEvent, Id } from '../../detect/event.js';
import { type AnyRoute, notFound, route } from './route.js';

const Length = z.int().positive();

/** A camera's newest frame, tile by tile. */
export const TilesInfo = z.strictObject({
  cameraId: Id,
  ruleId: Id.nullable(),
  atMs: z.number().describe('When the frame was captured, milliseconds since the epoch'),
  frame: z.strictObject({ widthPx: Length, heightPx: Length }).describe('Its size before it is scaled'),
  score: z
    .strictObject({ score: z.number(), threshold: z.number(), tile: z.int().nonnegative() })
    .nullable()
    .describe('What the rule makes of the frame; null: nothing is known, as the camera is blind, say'),
  tiles: z
    .array(
      DetectionEvent.shape.tile.extend({
        margin: z
          .number()
          .nullable()
          .describe('Log-odds of the rule’s words in this tile; null: not known, or no rule was named'),
      }),
    )
    .describe('Those that the rule looks at; without a rule, those that any rule looks at'),
});
export type TilesInfo = z.infer<typeof TilesInfo>;

/** Where on a picture a rule finds what it looks for. */
export const tileRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/cameras/{id}/tiles',
    summary: 'The tiles of a camera’s newest frame, and what a rule says of each',
    scope: 'view',
    params: z.strictObject({ id: Id }),
    query: z.strictObject({ rule: Id.optional() }),
    answer: TilesInfo,
    refusals: { 404: 'No frame of such a camera so far, or it has no such rule' },
    handle: ({ params: { id }, query: { rule = null } }, { data }) =>
      data.tiles({ cameraId: id, ruleId: rule }) ??
      notFound('no frame of such a camera so far, or it has no such rule'),
  }),
];
