import { z } from 'zod';
import { DetectionEvent, Id } from '../detect/event.js';
import { THRESHOLD_STATES } from '../rules/score.js';

/** Why a stretch of time cannot say anything of a rule. */
export const GAP_REASONS = [
  'missing',
  'camera-blind',
  'not-scored',
  'other-tiles',
  'other-model',
  'unreadable',
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** The same for people. */
export const GAP_TEXTS: Readonly<Record<GapReason, string>> = {
  missing: 'nothing is stored',
  'camera-blind': 'the camera saw nothing',
  'not-scored': 'the model did not work',
  'other-tiles': 'the rule looks at parts of the picture that were not looked at then',
  'other-model': 'another model looked',
  unreadable: 'what is stored is damaged',
};

export const Gap = z.strictObject({
  fromMs: z.number(),
  toMs: z.number(),
  reason: z.enum(GAP_REASONS).describe('`missing`: nothing is stored'),
});
export type Gap = z.output<typeof Gap>;

/** What `run` would have said, without the number that the store gives. */
export const BacktestStep = DetectionEvent.omit({ seq: true });
export type BacktestStep = z.output<typeof BacktestStep>;

export const BacktestEvent = z.strictObject({
  id: z.uuid().describe('Of a stored event, its own; else a new one'),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable().describe('null: it was never ended'),
  peakScore: z.number(),
  threshold: z.number().describe('When it started'),
  thresholdState: z.enum(THRESHOLD_STATES),
  change: z
    .enum(['same', 'gained', 'lost', 'untested', 'new'])
    .describe(
      '`same`: on both sides; `gained`: only now; `lost`: only before; `untested`: before, in a gap; `new`: there is nothing to compare with',
    ),
  snapshot: z.string().optional().describe('Path of a stored event’s JPEG below the data folder'),
});
export type BacktestEvent = z.output<typeof BacktestEvent>;

/** One rule on one camera. */
export const BacktestRow = z.strictObject({
  cameraId: Id,
  ruleId: Id,
  fromMs: z.number(),
  toMs: z.number(),
  coveredMs: z.number().describe('Footage that the rule was tried on'),
  gaps: z.array(Gap).describe('Longer than half a minute: they say nothing of the rule'),
  events: z.array(BacktestEvent),
  eventsPerDay: z.number().nullable().describe('Of covered footage; null: there is less than an hour of it'),
  old: z
    .strictObject({
      source: z
        .enum(['stored', 'rules'])
        .describe('Events in the store, or other rules tried in the same way'),
      events: z.array(BacktestEvent),
      gained: z.int(),
      lost: z.int(),
      same: z.int(),
    })
    .nullable()
    .describe('null: there is nothing to compare with'),
  threshold: z.number().nullable().describe('At the end; null: nothing was seen'),
  thresholdState: z.enum(THRESHOLD_STATES).nullable(),
  budgetPerDay: z.number().nullable().describe('null: the threshold is fixed'),
  expectedFalseAlarmsPerDay: z
    .number()
    .nullable()
    .describe('At that threshold, as the footage up to the end tells; null: not known'),
  steps: z.array(BacktestStep).describe('Every start, update and end as `run` would have told them'),
});
export type BacktestRow = z.output<typeof BacktestRow>;
