import { z } from 'zod';
import { DetectionEvent, Id, Severity, Verdict } from '../detect/event.js';
import { THRESHOLD_STATES } from '../rules/score.js';
import { HEALTH_KINDS } from '../shared/camera-health.js';

/** Raised when a message changes in a way that an older page would not understand. */
export const PROTOCOL_VERSION = 1;

/** `Sec-WebSocket-Protocol` of the live feed. */
export const SUBPROTOCOL = 'wordwatch';

/** The server closes a connection with it that cannot keep up with events; come back with `after`. */
export const CLOSE_TOO_SLOW = 4008;

const TimeMs = z.number().describe('Milliseconds since the epoch');
const SizePx = z.strictObject({ widthPx: z.int().positive(), heightPx: z.int().positive() });
const Tile = DetectionEvent.shape.tile;

/** A camera's connection, as `capture` tells it. */
export const CameraStatusInfo = z.strictObject({
  cameraId: Id,
  state: z.enum(['connecting', 'online', 'offline', 'ended']),
  atMs: TimeMs,
  reason: z.string().nullable(),
  retryInMs: z.number().nullable(),
  size: SizePx.nullable(),
  missedPart: z.number().min(0).max(1).describe('Part of its frames that the machine had no time for lately'),
  health: z
    .strictObject({ kind: z.enum(HEALTH_KINDS), sinceMs: TimeMs })
    .nullable()
    .describe('What is wrong with its pictures; null: nothing'),
});

/** A camera for clients: never its address, which may hold a password. */
export const CameraInfo = z.strictObject({ id: Id, name: z.string(), status: CameraStatusInfo });
export type CameraInfo = z.infer<typeof CameraInfo>;

/** A rule in force. */
export const RuleInfo = z.strictObject({
  id: Id,
  name: z.string(),
  when: z.array(z.string()),
  not: z.array(z.string()),
  cameras: z.array(Id).nullable().describe('null: all'),
  severity: Severity,
  threshold: z.number().nullable().describe('A fixed one; null: each camera has its own, in its scores'),
  budgetPerDay: z.number().nullable().describe('False alarms a day that a calibrated threshold keeps to'),
});
export type RuleInfo = z.infer<typeof RuleInfo>;

/** One of the highest peaks that a threshold is worked out from; its picture is at `/api/moments/ID/snapshot`. */
const PeakInfo = z.strictObject({
  id: z.uuid(),
  atMs: TimeMs,
  score: z.number(),
  verdict: Verdict.nullable().describe('What a person said of it'),
});

/** How a rule's threshold on a camera stands. */
export const CalibrationInfo = z.strictObject({
  cameraId: Id,
  ruleId: Id,
  budgetPerDay: z.number().describe('False alarms a day that were asked for'),
  state: z.enum(THRESHOLD_STATES),
  threshold: z.number(),
  observedHours: z.number().describe('Footage that it is worked out from'),
  clusters: z.int().describe('Peaks that its tail was fitted to'),
  expected: z
    .strictObject({ value: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .describe('False alarms a day to be expected, with a 90 % interval; null: not known yet'),
  contamination: z
    .strictObject({ flagged: z.boolean(), suspicious: z.int(), pValue: z.number() })
    .describe('Whether the highest peaks stand out from the rest, as true events do'),
  peaks: z.array(PeakInfo),
});
export type CalibrationInfo = z.infer<typeof CalibrationInfo>;

const Part = z.number().min(0).max(1);
const Measure = z.number().nullable().describe('null: not to be had, or beyond all numbers');

/** Whether a rule can work on a camera, as far as footage without labels tells; it never stops the rule. */
export const FeasibilityInfo = z.strictObject({
  cameraId: Id,
  ruleId: Id,
  verdict: z
    .enum(['works', 'weak', 'cannot tell'])
    .describe('`works` without confirmed events only means that nothing speaks against it'),
  reasons: z.array(z.string()).describe('For people, without full stops'),
  samples: z.int().describe('Everyday tiles of the camera that it goes by'),
  sightings: z.int().describe('Confirmed events that it goes by'),
  separation: z
    .strictObject({
      distinctness: Measure.describe(
        'Log-odds of the words themselves against all that they are contrasted with',
      ),
      median: Measure.describe('Margin of the footage, half of it'),
      tail: Measure.describe('Margin that 2 % of the footage is above'),
      self: Measure.describe('Margin that the words themselves would have'),
      climb: Measure.describe('How far quiet footage goes from its median to the words, 0 … 1'),
      headroom: Measure.describe('The rest of the way, in spreads of the footage'),
      auc: Measure.describe('Chance that a confirmed event scores above a tile of the footage'),
      found: Measure.describe('Part of the confirmed events that score above 98 % of the footage'),
    })
    .nullable()
    .describe('null: there was nothing to measure'),
  dominatingTile: z
    .strictObject({ tile: z.int(), share: Part, surplus: z.number() })
    .nullable()
    .describe('A tile of the camera’s plan that looks like the rule at any time'),
  likest: z
    .array(z.strictObject({ phrase: z.string(), share: Part }))
    .describe('What the footage that is most like the rule is called best'),
  negatives: z
    .array(
      z.strictObject({
        phrase: z.string(),
        closeness: z.number(),
        mostSaid: Part,
        finding: z.enum(['too-close', 'kind-of-positive', 'never-matters']).nullable(),
      }),
    )
    .describe('The rule’s own'),
  proposals: z.array(
    z.strictObject({
      kind: z.enum(['add-negative', 'drop-negative', 'use-wording']),
      phrase: z.string(),
      text: z.string().describe('A sentence for people, without the full stop'),
      climbBefore: z.number(),
      climbAfter: z.number(),
      aucBefore: z.number().nullable(),
      aucAfter: z.number().nullable(),
    }),
  ),
});
export type FeasibilityInfo = z.infer<typeof FeasibilityInfo>;

/** What a person says of an event or a peak; null takes it back. */
export const ReviewInput = z.strictObject({ verdict: Verdict.nullable() });

/** What came of it. */
export const ReviewResult = z.strictObject({
  id: z.uuid(),
  verdict: Verdict.nullable(),
  threshold: z
    .strictObject({ before: z.number(), after: z.number() })
    .nullable()
    .describe('null: the rule’s threshold is fixed'),
});
export type ReviewResult = z.infer<typeof ReviewResult>;

const LessonState = z
  .enum(['offered', 'in-force', 'none'])
  .describe('`in-force`: these labels have brought it already');
const LessonVersion = z.int().positive();
const Missing = z.int().nonnegative().describe('How many more are needed');

/** A moment that one way of scoring raises and the other does not. */
const ChangedMoment = z.strictObject({
  id: z.uuid(),
  kind: z.enum(['event', 'peak']),
  cameraId: Id,
  atMs: TimeMs,
  verdict: Verdict.nullable(),
});

/** A correction of the words' scores. */
const ProbeInfo = z.strictObject({
  state: LessonState,
  version: LessonVersion.nullable().describe('In force now'),
  reason: z.string().nullable(),
  missing: z.strictObject({ confirmed: Missing, others: Missing }),
  comparison: z
    .strictObject({ before: z.number(), after: z.number(), gain: z.number(), standardError: z.number() })
    .nullable()
    .describe('How it ranks against the words alone on labels that it has not seen, as AUC'),
});

/** A curve from scores to probabilities. */
const ProbabilityInfo = z.strictObject({
  state: LessonState,
  version: LessonVersion.nullable().describe('In force now'),
  reason: z.string().nullable(),
  labels: z
    .strictObject({ confirmed: z.int(), wrong: z.int() })
    .describe('Of moments that were scored as scores are made now'),
  missing: z.strictObject({ confirmed: Missing, wrong: Missing }),
});

/** What a probe would have changed, at thresholds that raise as many moments not judged true as before. */
const WhatIfInfo = z.strictObject({
  days: z.number(),
  moments: z.int(),
  gained: z.array(ChangedMoment),
  lost: z.array(ChangedMoment),
  kept: z.int(),
  neither: z.int(),
  better: z.int(),
  worse: z.int(),
  thresholds: z
    .array(
      z.strictObject({
        cameraId: Id.nullable().describe('null: all'),
        before: z.number().nullable(),
        after: z.number().nullable(),
      }),
    )
    .describe('In margins; null: all pass'),
  atFixed: z
    .strictObject({ gained: z.int(), lost: z.int() })
    .nullable()
    .describe('How many, where the threshold is fixed and nobody changes it; null: it is calibrated'),
});

/** What a person's reviews can teach about a rule, before it is applied. */
export const LessonInfo = z.strictObject({
  ruleId: Id,
  modelHash: z.string(),
  labels: z.strictObject({
    confirmed: z.int(),
    wrong: z.int(),
    unsure: z.int(),
    quiet: z.int().describe('Tiles of everyday footage'),
  }),
  probe: ProbeInfo,
  probability: ProbabilityInfo,
  whatIf: WhatIfInfo.nullable().describe('null: no probe is offered'),
});
export type LessonInfo = z.infer<typeof LessonInfo>;

/** `apply` takes what is offered, the probe first; `undo` takes back the newest lesson that is in force. */
export const LessonInput = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('apply'), kind: z.enum(['probe', 'probability']).optional() }),
  z.strictObject({ action: z.literal('undo') }),
]);
export type LessonInput = z.infer<typeof LessonInput>;

/** The lesson that was applied or taken back. */
export const LessonResult = z.strictObject({
  version: LessonVersion,
  kind: z.enum(['probe', 'probability']),
  active: LessonVersion.nullable().describe('The version that is active now; null: none'),
});
export type LessonResult = z.infer<typeof LessonResult>;

/** What clients are told of the model. */
export const ModelInfo = z.strictObject({
  name: z.string(),
  modelHash: z.string(),
  license: z.string().nullable(),
  demonstration: z.boolean().describe('It only demonstrates the program'),
  notice: z.string().nullable().describe('What a demonstration model does understand'),
});
export type ModelInfo = z.infer<typeof ModelInfo>;

/** Something that does not work now. */
export const Problem = z.strictObject({
  part: z.string().describe('`camera yard`, `mqtt`, …'),
  reason: z.string().describe('For people, without secrets'),
});
export type Problem = z.infer<typeof Problem>;

const Hello = z.strictObject({
  type: z.literal('hello'),
  protocol: z.literal(PROTOCOL_VERSION),
  nowMs: TimeMs.describe('The clock that all times of this connection come from'),
  lastSeq: z.int().nonnegative().describe('Events up to this one are of the past'),
  cameras: z.array(CameraInfo),
  rules: z.array(RuleInfo),
  ruleProblems: z.array(z.string()),
  model: ModelInfo,
  problems: z.array(Problem),
  timeZone: z.string().describe('The cameras’, as IANA names it'),
});

const EventMessage = z.strictObject({ type: z.literal('event'), event: DetectionEvent });

const ScoreMessage = z.strictObject({
  type: z.literal('score'),
  cameraId: Id,
  ruleId: Id,
  atMs: TimeMs,
  score: z.number(),
  threshold: z.number(),
  thresholdState: z.enum(THRESHOLD_STATES),
  expectedFalseAlarmsPerDay: z.number().nullable(),
  tile: Tile,
});

const ScoresMessage = z
  .strictObject({ type: z.literal('scores'), scores: z.array(ScoreMessage) })
  .describe('Only with `?scores=together`: those of one frame');

const CameraMessage = z.strictObject({ type: z.literal('camera'), status: CameraStatusInfo });

const RulesMessage = z.strictObject({
  type: z.literal('rules'),
  rules: z.array(RuleInfo),
  problems: z.array(z.string()).describe('Why the newest rule files are not in force; empty: they are'),
});

const ProblemMessage = z.strictObject({
  type: z.literal('problem'),
  nowMs: TimeMs,
  problems: z.array(Problem).describe('All there are; sent on a change, and every 15 s as a sign of life'),
});

/** The header of a binary message; its JPEG follows. */
export const FrameHeader = z.strictObject({
  type: z.literal('frame'),
  cameraId: Id,
  atMs: TimeMs,
  widthPx: z.int().positive(),
  heightPx: z.int().positive(),
  tiles: z
    .array(z.strictObject({ ruleId: Id, tile: Tile, score: z.number(), threshold: z.number() }))
    .describe('Winning tile of each rule'),
});
export type FrameHeader = z.infer<typeof FrameHeader>;

/** Most cameras that a client can choose. */
const MAX_WATCHED = 1_000;

/** What a client may say: of which cameras it wants pictures. Until it says so it gets all. */
export const ClientMessage = z.strictObject({
  type: z.literal('watch'),
  cameras: z.array(Id).max(MAX_WATCHED),
});
export type ClientMessage = z.infer<typeof ClientMessage>;

/** Every text message of the live feed to its clients. Pictures are binary, see {@link encodeFrame}. */
export const ServerMessage = z.discriminatedUnion('type', [
  Hello,
  EventMessage,
  ScoreMessage,
  ScoresMessage,
  CameraMessage,
  RulesMessage,
  ProblemMessage,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
export type HelloMessage = z.infer<typeof Hello>;

/** The message as it goes over the wire, made once for all clients. */
export function encodeMessage(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/**
 * A binary message: the header's length in bytes (uint32, big endian), the header as JSON, the JPEG. Base64 in JSON
 * would be a third larger and would be decoded on the page's only thread.
 */
export function encodeFrame(header: FrameHeader, jpeg: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, jpeg]);
}

/** Takes {@link encodeFrame} apart again. @throws ZodError, SyntaxError or RangeError when it is none */
export function decodeFrame(message: Buffer): { header: FrameHeader; jpeg: Buffer } {
  const end = 4 + message.readUInt32BE(0);
  const header = FrameHeader.parse(JSON.parse(message.subarray(4, end).toString()));
  return { header, jpeg: message.subarray(end) };
}
