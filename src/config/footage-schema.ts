import { z } from 'zod';
import { Id } from '../detect/event.js';
import { duration } from './fields.js';

/** How a video is watched: what rule tests and labelled videos have in common. */
export const watching = {
  camera: Id.optional().describe('Which camera it is taken for. Default: the file’s name'),
  fps: z.number().min(0.05).max(30).default(1).describe('Frames looked at a second'),
  motion_gate: z
    .boolean()
    .default(true)
    .describe('Look again only at parts of the picture that change, and at each every 30 s'),
  start: z
    .string()
    .regex(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
      'a time such as "2026-05-01T20:00:00+02:00"',
    )
    .transform((text) => Date.parse(text))
    .superRefine((ms, context) => {
      if (Number.isNaN(ms)) context.addIssue({ code: 'custom', message: 'expected a time that exists' });
    })
    .nullable()
    .prefault(null)
    .describe('When the footage begins. null: not known, and rules are always active'),
};

export const Moment = duration({ max: '7d' });

/** A problem where something ends before it begins. */
export function expectOrder(
  { from, to }: { from?: number | undefined; to?: number | undefined },
  context: z.core.$RefinementCtx,
): void {
  if (from === undefined || to === undefined || from < to) return;
  context.addIssue({ code: 'custom', path: ['to'], message: 'expected a time after "from"' });
}
