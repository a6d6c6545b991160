import { z } from 'zod';
import { Id } from '../../detect/event.js';
import { REGIMES } from '../../rules/calibration/regime.js';
import { THRESHOLD_STATES } from '../../rules/score.js';
import { HEALTH_KINDS } from '../../shared/camera-health.js';
import { CameraStatusInfo } from '../messages.js';
import { scoreTimeline } from '../score-timeline.js';
import { type AnyRoute, notFound, route, SeqParameter } from './route.js';

const HOUR_MS = 3_600_000;
const MAX_POINTS = 2_000;
const MAX_CHANGES = 1_000;
const NO_CAMERA = 'no such camera';

const TimeMs = z.number().describe('Milliseconds since the epoch');
const Fraction = z.number().min(0).max(1);

const range = {
  camera: Id,
  from: SeqParameter.optional().describe('Milliseconds since the epoch. Default: an hour before the end'),
  to: SeqParameter.optional().describe('Not included. Default: now'),
};

/** A history's input: what was left out of its stretch of time is filled in, and it must not be empty. */
function withRange<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z
    .strictObject({ ...range, ...shape })
    .transform((given) => {
      const { from, to } = given as { from?: number; to?: number };
      const toMs = to ?? Date.now();
      return { ...given, fromMs: from ?? Math.max(0, toMs - HOUR_MS), toMs };
    })
    .refine(({ fromMs, toMs }) => fromMs < toMs, { message: 'expected from before to', path: ['from'] });
}

/** The highest scores of a camera's rules over time. */
const ScoreHistoryInfo = z.strictObject({
  cameraId: Id,
  atMs: z
    .array(TimeMs)
    .describe(
      'When each bucket begins, oldest first: a minute or more long, and shorter in the last five minutes. The other lists have a place for each',
    ),
  brightness: z.array(Fraction.nullable()).describe('Mean of the pictures; null: nothing was seen'),
  light: z
    .array(z.strictObject({ fromMs: TimeMs, regime: z.enum(REGIMES).nullable() }))
    .describe('How the scene was lit from a moment on; null: nothing was seen'),
  rules: z.array(
    z.strictObject({
      ruleId: Id.describe('It may be gone by now'),
      scores: z
        .array(z.number().nullable())
        .describe('The highest; null: the camera was blind, or nothing is known'),
      thresholds: z.array(z.number().nullable()).describe('What the highest was measured against'),
      thresholdStates: z
        .array(z.strictObject({ fromMs: TimeMs, state: z.enum(THRESHOLD_STATES) }))
        .describe('How sure thresholds were from a moment on'),
    }),
  ),
});
export type ScoreHistoryInfo = z.infer<typeof ScoreHistoryInfo>;

/** How a camera did over time. */
const HealthHistoryInfo = z.strictObject({
  cameraId: Id,
  changes: z
    .array(
      z.strictObject({
        atMs: TimeMs,
        state: z
          .enum([...CameraStatusInfo.shape.state.options, 'stopped'])
          .describe('`stopped`: the program did not run'),
        health: z.enum(HEALTH_KINDS).nullable().describe('What was wrong with its pictures; null: nothing'),
        reason: z.string().nullable().describe('Why it was offline, for people'),
      }),
    )
    .describe(
      `Oldest first, at most the newest ${MAX_CHANGES}, and before them the one that was in force at the beginning`,
    ),
});
export type HealthHistoryInfo = z.infer<typeof HealthHistoryInfo>;

/** What was, from minutes to weeks. */
export const historyRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/history/scores',
    summary: 'Highest scores of a camera over time, as far back as vectors are kept',
    scope: 'view',
    query: withRange({
      rule: Id.optional().describe('Default: all that were ever scored then'),
      points: SeqParameter.pipe(z.number().min(10).max(MAX_POINTS))
        .default(500)
        .describe('Most buckets that are wanted'),
    }),
    answer: ScoreHistoryInfo,
    refusals: { 404: 'No such camera' },
    handle: async ({ query: { camera: cameraId, rule, fromMs, toMs, points } }, { data, scores }) => {
      if (!data.cameras().some(({ id }) => id === cameraId)) return notFound(NO_CAMERA);
      const timeline = await scoreTimeline(
        { fromMs, toMs, points },
        {
          minutes: (stretch) => data.scoreMinutes({ cameraId, ...stretch }),
          recent: scores.list({ cameraId, sinceMs: 0 }),
        },
      );
      const rules = timeline.rules.filter(({ ruleId }) => rule === undefined || ruleId === rule);
      return { cameraId, ...timeline, rules };
    },
  }),
  route({
    method: 'GET',
    path: '/api/history/health',
    summary: 'When a camera was connected, and what was wrong with its pictures',
    scope: 'view',
    query: withRange({}),
    answer: HealthHistoryInfo,
    refusals: { 404: 'No such camera' },
    handle: ({ query: { camera: cameraId, fromMs, toMs } }, { data }) => {
      if (!data.cameras().some(({ id }) => id === cameraId)) return notFound(NO_CAMERA);
      return { cameraId, changes: data.healthChanges({ cameraId, fromMs, toMs, limit: MAX_CHANGES }) };
    },
  }),
];
