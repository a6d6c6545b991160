import { z } from 'zod';
import { Id } from '../../detect/event.js';
import { THRESHOLD_STATES } from '../../rules/score.js';
import { CalibrationInfo, CameraInfo, FeasibilityInfo, RuleInfo } from '../messages.js';
import { type AnyRoute, notFound, route, SeqParameter } from './route.js';
import { SwitchInfo } from './studio-routes.js';

const ScoreSeriesInfo = z.strictObject({
  cameraId: Id,
  ruleId: Id,
  threshold: z.number(),
  thresholdState: z.enum(THRESHOLD_STATES),
  points: z
    .array(z.tuple([z.number(), z.number().nullable()]))
    .describe('[atMs, score], oldest first; null: from then on the camera saw nothing'),
});

/** Cameras, rules, and how they do. */
export const watchRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/cameras',
    summary: 'All cameras with their newest status',
    scope: 'view',
    answer: z.strictObject({ cameras: z.array(CameraInfo) }),
    handle: (_asked, { data }) => ({ cameras: data.cameras() }),
  }),
  route({
    method: 'GET',
    path: '/api/rules',
    summary: 'Rules in force, and what is switched about them',
    scope: 'view',
    answer: z.strictObject({ rules: z.array(RuleInfo.extend({ switches: z.array(SwitchInfo) })) }),
    handle: (_asked, { data }) => ({
      rules: data.rules().map((rule) => ({ ...rule, switches: data.studio.switches(rule.id) })),
    }),
  }),
  route({
    method: 'GET',
    path: '/api/scores',
    summary: 'Scores of the last minutes',
    scope: 'view',
    query: z.strictObject({
      camera: Id.optional(),
      rule: Id.optional(),
      since: SeqParameter.default(0).describe('Milliseconds since the epoch'),
    }),
    answer: z.strictObject({ series: z.array(ScoreSeriesInfo) }),
    handle: ({ query: { camera: cameraId, rule: ruleId, since: sinceMs } }, { scores }) => ({
      series: scores.list({ cameraId, ruleId, sinceMs }),
    }),
  }),
  route({
    method: 'GET',
    path: '/api/calibrations',
    summary: 'How calibrated thresholds stand',
    scope: 'view',
    query: z.strictObject({ camera: Id.optional(), rule: Id.optional() }),
    answer: z.strictObject({ calibrations: z.array(CalibrationInfo) }),
    handle: ({ query: { camera: cameraId, rule: ruleId } }, { data }) => ({
      calibrations: data.calibrations({ cameraId, ruleId }),
    }),
  }),
  route({
    method: 'GET',
    path: '/api/feasibility',
    summary: 'Whether a rule can work on a camera',
    scope: 'view',
    query: z.strictObject({ camera: Id, rule: Id }),
    answer: FeasibilityInfo,
    refusals: { 404: 'No such rule or camera' },
    handle: async ({ query: { camera: cameraId, rule: ruleId } }, { data }) =>
      (await data.feasibility({ cameraId, ruleId })) ?? notFound('no such rule or camera'),
  }),
];
