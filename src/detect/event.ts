import { z } from 'zod';
import { THRESHOLD_STATES } from '../rules/score.js';
import { HEALTH_KINDS } from '../shared/camera-health.js';

const Fraction = z.number().min(0).max(1);

/** Ids in events, topics and paths: nothing in them can break out of an MQTT topic or a folder. */
export const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, _ and -, at most 64');

export const Severity = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** What a person says of an event or a peak: whether it was what the rule is for. */
export const Verdict = z.enum(['true', 'false', 'unsure']);
export type Verdict = z.infer<typeof Verdict>;

/** The one shape of an event: MQTT, WebSocket, HTTP, the store and the page all use it. */
export const DetectionEvent = z.strictObject({
  id: z.uuid().describe('Stable from start to end'),
  seq: z.int().nonnegative().describe('Counts every start, update and end that was raised; resume with it'),
  cameraId: Id,
  ruleId: Id,
  phase: z.enum(['start', 'update', 'end']),
  severity: Severity,
  atMs: z.number().describe('When this phase was reached, milliseconds since the epoch'),
  startedAtMs: z
    .number()
    .describe(
      'First frame of the confirmed run, milliseconds since the epoch (files without a known start time: since the start of the file)',
    ),
  startedPtsMs: z
    .number()
    .describe('The same moment as the source counts it, milliseconds from the start of the stream'),
  endedAtMs: z.number().optional().describe('Last frame that still showed it; only in phase end'),
  score: z.number().describe('Score of the frame behind this phase'),
  peakScore: z.number().describe('Highest score since the start'),
  threshold: z.number(),
  thresholdState: z
    .enum(THRESHOLD_STATES)
    .describe('How sure the threshold is: `fixed` makes no promise; see the README on calibration'),
  expectedFalseAlarmsPerDay: z
    .number()
    .nullable()
    .default(null)
    .describe('At this threshold on this camera, as its own footage tells; null: not known'),
  probability: Fraction.optional().describe(
    'Of this being what the rule is for, from your reviews; only once there are enough of them',
  ),
  tile: z.strictObject({
    index: z.int().nonnegative(),
    level: z.int().nonnegative(),
    box: z.strictObject({ x: Fraction, y: Fraction, w: Fraction, h: Fraction }),
  }),
  blindSinceMs: z
    .number()
    .optional()
    .describe(
      'Since when the camera has seen nothing, in updates of events that were open then: they stay open until it sees again',
    ),
  health: z
    .enum(HEALTH_KINDS)
    .optional()
    .describe('What is wrong with the camera; only of the rules camera-blind and camera-degraded'),
  snapshot: z.string().optional().describe('Path of the JPEG below the data folder'),
  modelHash: z.string(),
});
export type DetectionEvent = z.infer<typeof DetectionEvent>;
