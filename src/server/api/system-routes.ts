import { z } from 'zod';
import { Id } from '../../detect/event.js';
import { ModelInfo } from '../messages.js';
import { type AnyRoute, route } from './route.js';

const TimeMs = z.number().describe('Milliseconds since the epoch');
const Count = z.int().nonnegative();
const Bytes = z.number().nonnegative();
const Rate = z.number().nonnegative();
const Files = z.strictObject({ files: Count, bytes: Bytes });

const CameraRates = z.strictObject({
  cameraId: Id,
  receivedFps: Rate.describe('Frames a second that came'),
  scoredFps: Rate.describe('Of these, those that got scores'),
  embeddedPerS: Rate.describe('Tiles a second that the model looked at'),
  unchangedPart: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Part of the tiles that had not changed and needed no model; null: there were none'),
  latencyMs: z
    .strictObject({ p50: z.number(), p95: z.number() })
    .nullable()
    .describe('From the arrival of a frame to its scores; null: there were none'),
  frames: Count.describe('Since the start'),
  framesDropped: Count.describe('Since the start: the machine had no time for them'),
});

const Destination = z.strictObject({
  name: z.string().describe('`mqtt`, `webhook/ID`, `command/ID`'),
  connected: z.boolean(),
  reason: z.string().nullable().describe('Why nothing gets through, for people; null: nothing is wrong'),
  waiting: Count.describe('Events that it has not confirmed'),
  oldestAtMs: TimeMs.nullable().describe('Of the oldest of these; null: none waits'),
  dropped: Count.describe('Since the start: too many waited'),
  refused: Count.describe('Since the start: it would not take them'),
});

/** How the program does. */
export const SystemInfo = z.strictObject({
  atMs: TimeMs,
  startedAtMs: TimeMs,
  versions: z.strictObject({
    wordwatch: z.string(),
    node: z.string(),
    onnxruntime: z.string(),
    ffmpeg: z.string().nullable().describe('null: it cannot be started'),
  }),
  process: z.strictObject({
    residentBytes: Bytes,
    cpuSeconds: z.number().nonnegative().describe('Of all its threads, since the start'),
    cpus: Count.describe('Of the machine'),
  }),
  model: z.strictObject({
    ...ModelInfo.shape,
    dimension: Count,
    inputSizePx: Count,
    device: z.string(),
    runsAt: z.enum(['here', 'server']).describe('Where pictures are embedded'),
    reason: z.string().nullable().describe('Why it does not work; null: it does'),
  }),
  cameras: z.array(CameraRates).describe('Rates and delays of the last half minute'),
  queues: z.strictObject({
    modelBatches: Count.describe('Batches that wait for the model or are in it'),
    storeEvents: Count.describe('Events that wait for the disk'),
    vectorBytes: Bytes.describe('Vectors that wait for the disk'),
    vectorsLost: Count.describe('Since the start: too many waited for the disk'),
  }),
  destinations: z.array(Destination),
  store: z.strictObject({
    freeBytes: Bytes.describe('Of the disk'),
    totalBytes: Bytes.describe('Of the disk'),
    eventsBytes: Bytes,
    vectorsBytes: Bytes,
    historyBytes: Bytes.describe('Scores and health by the minute; kept as long as vectors'),
    snapshots: Files,
    clips: Files,
    remembers: z.boolean().describe('Whether vectors are kept'),
    keepsClips: z.boolean(),
    keepMs: z.strictObject({
      events: z.number(),
      vectors: z.number(),
      snapshots: z.number(),
      clips: z.number(),
    }),
  }),
});
export type SystemInfo = z.infer<typeof SystemInfo>;

/** Numbers for people; those for Prometheus are at `/metrics`. */
export const systemRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/system',
    summary: 'How the program does: rates, queues, delays, model, versions, disk, deliveries',
    scope: 'view',
    answer: SystemInfo,
    handle: (_asked, { data }) => data.system(),
  }),
];
