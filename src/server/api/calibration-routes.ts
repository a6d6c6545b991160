import { z } from 'zod';
import { Id } from '../../detect/event.js';
import { CalibrationInfo } from '../messages.js';
import { type AnyRoute, route, SeqParameter } from './route.js';

const MAX_SUMMARIES = 500;

const { peaks: _, ...withoutPeaks } = CalibrationInfo.shape;

/** How a rule's threshold on a camera stands, without its peaks, and how it moved. */
export const CalibrationSummaryInfo = z.strictObject({
  ...withoutPeaks,
  history: z
    .array(z.tuple([z.number(), z.number()]))
    .describe('[atMs, threshold], oldest first: all of its life in at most 48 points'),
});
export type CalibrationSummaryInfo = z.infer<typeof CalibrationSummaryInfo>;

/** Some of many. */
export const CalibrationSummaries = z.strictObject({
  total: z.int().nonnegative().describe('How many there are in all'),
  calibrations: z.array(CalibrationSummaryInfo),
});
export type CalibrationSummaries = z.infer<typeof CalibrationSummaries>;

/** Which of them, and some of many. */
export const SummaryQuery = z.strictObject({
  camera: Id.optional(),
  rule: Id.optional(),
  offset: SeqParameter.default(0),
  limit: SeqParameter.pipe(z.number().min(1).max(MAX_SUMMARIES)).default(200),
});
export type SummaryQuery = z.output<typeof SummaryQuery>;

/** Calibrated thresholds. */
export const calibrationRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/calibrations/summary',
    summary:
      'How calibrated thresholds of many rules and cameras stand and moved, camera by camera, without their peaks',
    scope: 'view',
    query: SummaryQuery,
    answer: CalibrationSummaries,
    handle: ({ query }, { data }) => data.calibrationSummaries(query),
  }),
];
