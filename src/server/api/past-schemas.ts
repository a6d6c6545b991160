import { z } from 'zod';
import { DetectionEvent, Id, Severity, Verdict } from '../../detect/event.js';
import { THRESHOLD_STATES } from '../../rules/score.js';
import { SeqParameter } from './route.js';

const TimeMs = z.number().describe('Milliseconds since the epoch');

/** Which events, as parameters of a URL. */
export const EventFilters = {
  camera: Id.optional(),
  rule: Id.optional(),
  severity: Severity.optional(),
  state: z.enum(['open', 'over']).optional(),
  verdict: z
    .enum([...Verdict.options, 'none'])
    .optional()
    .describe('What somebody said of them; none: nobody said anything'),
  since: SeqParameter.optional().describe('They began then or later, milliseconds since the epoch'),
  until: SeqParameter.optional().describe('They began before'),
};

/** An event as a list shows it. */
export const EventRow = z.strictObject({
  event: DetectionEvent.describe('As it stood last'),
  verdict: Verdict.nullable().describe('null: nobody has said anything'),
  hasSnapshot: z.boolean(),
  clip: z.enum(['there', 'coming']).nullable().describe('null: there is none'),
});
export type EventRow = z.infer<typeof EventRow>;

const Phase = DetectionEvent.pick({ phase: true, atMs: true, score: true, threshold: true });

const PhrasePart = {
  text: z.string(),
  cosine: z.number().describe('Of the phrase and the winning tile'),
  lead: z
    .number()
    .describe('Log-odds against the contrast set: how much better than its average phrase it fits'),
};
const WordingPart = z.strictObject(PhrasePart);
const ContrastPart = z.strictObject({
  ...PhrasePart,
  share: z.number().describe('Of the contrast set’s weight, 0 to 1'),
});

/** Why an event was raised. */
const ExplanationInfo = z.strictObject({
  margin: z.number().describe('The rule’s log-odds against its contrast set in the winning tile'),
  probe: z.number().nullable().describe('The part of it that reviews have taught; null: they have not'),
  sameRule: z.boolean().describe('Whether the rule’s words and lessons are still those that raised it'),
  wordings: z.array(WordingPart),
  negatives: z.array(ContrastPart).describe('The rule’s own'),
  bank: z.array(ContrastPart).describe('The likest of those that every rule is contrasted with'),
});

const Topic = z.string();

/** All that is known of one event. */
export const EventDetail = z.strictObject({
  ...EventRow.shape,
  phases: z.array(Phase).describe('Its start, updates and end, oldest first; at most the last 200'),
  budgetPerDay: z
    .number()
    .nullable()
    .describe('False alarms a day that its rule’s threshold is for; null: it is fixed, or the rule is gone'),
  explanation: ExplanationInfo.nullable(),
  unexplained: z
    .enum(['no-moment', 'no-rule', 'other-model', 'model-away'])
    .nullable()
    .describe('Why there is no explanation'),
  topics: z
    .strictObject({ event: Topic, events: Topic, state: Topic, attributes: Topic, snapshot: Topic })
    .nullable()
    .describe('Where it was published; null: there is no MQTT'),
  newer: z.uuid().nullable().describe('The next newer event among those that were asked for'),
  older: z.uuid().nullable(),
});
export type EventDetail = z.infer<typeof EventDetail>;

/** A point of a score curve. */
export const ScorePoint = z
  .tuple([TimeMs, z.number().nullable(), z.number().nullable()])
  .describe('[atMs, score, threshold]; score null: nothing is known from here on');
export type ScorePoint = z.infer<typeof ScorePoint>;

const NearMissInfo = z.strictObject({
  id: z.uuid(),
  atMs: TimeMs,
  score: z.number().describe('The highest threshold at which an event would have started'),
  threshold: z.number().describe('In force then'),
  tile: DetectionEvent.shape.tile,
  verdict: Verdict.nullable(),
});

/** The highest peaks of a rule on a camera that raised no event. */
export const NearMissesInfo = z.strictObject({
  cameraId: Id,
  ruleId: Id,
  budgetPerDay: z.number().nullable().describe('null: the threshold is fixed'),
  state: z.enum(THRESHOLD_STATES),
  threshold: z.number().describe('In force now'),
  observedHours: z.number().nullable().describe('What the threshold was found in; null: it is fixed'),
  expected: z
    .strictObject({ value: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .describe('False alarms a day; null: not known'),
  misses: z.array(NearMissInfo).describe('Highest first'),
});
export type NearMissesInfo = z.infer<typeof NearMissesInfo>;

/** What is said of moments: events and peaks. */
export const ReviewsInput = z.strictObject({
  reviews: z
    .array(z.strictObject({ id: z.uuid(), verdict: Verdict.nullable().describe('null takes it back') }))
    .min(1)
    .max(500),
});

const BeforeAfter = z.strictObject({ before: z.number(), after: z.number() });
const MaybeBeforeAfter = z.strictObject({ before: z.number().nullable(), after: z.number().nullable() });

/** What reviews did, or would do. */
export const ReviewsResult = z.strictObject({
  reviewed: z
    .array(z.strictObject({ id: z.uuid(), before: Verdict.nullable(), after: Verdict.nullable() }))
    .describe('Sent back with `before` as the verdict, they are taken back'),
  unknown: z.array(z.uuid()).describe('There is no such event or peak'),
  effects: z
    .array(
      z.strictObject({
        cameraId: Id,
        ruleId: Id,
        threshold: BeforeAfter,
        expectedPerDay: MaybeBeforeAfter.describe('False alarms a day at the threshold; null: not known'),
      }),
    )
    .describe('One a calibrated threshold'),
});
export type ReviewsResult = z.infer<typeof ReviewsResult>;
