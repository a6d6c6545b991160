import { z } from 'zod';
import { Id } from '../detect/event.js';
import { line, section } from './fields.js';
import { expectOrder, Moment, watching } from './footage-schema.js';
import { TimeZone } from './time-zone.js';

/** How large a thing is in the picture. */
export const SizeClass = z.enum(['small', 'medium', 'large']);
export type SizeClass = z.infer<typeof SizeClass>;

const Label = section({
  rule: Id.describe('Id of the rule that is true'),
  from: Moment.describe('Since when, from the start of the video'),
  to: Moment.describe('Until when, from the start of the video'),
  size: SizeClass.optional().describe('How large the thing is in the picture'),
  width_px: z
    .number()
    .gt(0)
    .max(100_000)
    .optional()
    .describe(
      'How wide it is in pixels of the video: small below 5 % of the picture’s width, large from 15 % on',
    ),
}).superRefine((label, context) => {
  expectOrder(label, context);
  if (label.size === undefined || label.width_px === undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['width_px'],
    message: 'expected "size" or "width_px", got both',
  });
});

const LabelledVideo = section({
  video: line(4096).describe('A video file or a folder of pictures; its path starts at this file'),
  ...watching,
  labels: z.array(Label).max(10_000).default([]).describe('When which rule is true. Left out: none ever is'),
});

/** A manifest of labelled videos as typed. */
export const ManifestFile = section({
  rules: z
    .array(Id)
    .min(1, 'expected at least one rule')
    .max(1000)
    .optional()
    .describe('Rules whose labels are complete; no others watch. Left out: those that have labels'),
  time_zone: TimeZone.optional().describe(
    'Of active hours, IANA name such as Europe/Berlin. Default: the machine’s',
  ),
  videos: z.array(LabelledVideo).min(1, 'expected at least one video').max(100_000).describe('The videos'),
});
