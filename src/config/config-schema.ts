import { z } from 'zod';
import { Id } from '../detect/event.js';
import { DEVICES, DTYPES, type ModelChoice } from '../model/model-choice.js';
import { Clips } from './clips-schema.js';
import { Commands, expectKnownCameras, Webhooks } from './destinations-schema.js';
import {
  duration,
  FROM_ENVIRONMENT,
  line,
  matching,
  NO_CONTROL_CHARACTERS,
  NOT_EMPTY,
  section,
} from './fields.js';
import { Mqtt } from './mqtt-schema.js';
import { Remote } from './remote-schema.js';
import { Server } from './server-schema.js';
import { size } from './size-field.js';
import { TimeZone } from './time-zone.js';

/** A camera as typed in the file; parsed, it is a {@link CameraConfig}. */
export const CameraConfig = section({
  id: Id.describe('Name in events and topics: lower-case letters, digits, _ and -, at most 64'),
  name: line(100).optional().describe('Name for people. Default: the id'),
  source: z
    .string()
    .trim()
    .min(1, NOT_EMPTY)
    .max(4096)
    .regex(NO_CONTROL_CHARACTERS, 'a URL, file, folder or device without control characters')
    .describe(
      `rtsp:// or http(s):// URL, video file, folder of images, or device such as /dev/video0. Keep passwords out of the file: ${FROM_ENVIRONMENT}`,
    ),
  fps: z.number().min(0.05).max(30).default(1).describe('Frames looked at a second'),
  keyframes_only: z
    .boolean()
    .default(false)
    .describe('Decode keyframes only: far cheaper, but no more frames than the source has keyframes'),
  motion_gate: z
    .boolean()
    .default(true)
    .describe(
      'Look again only at parts of the picture that change, and at each part every 30 s. false: at all of every frame',
    ),
  transport: z.enum(['tcp', 'udp']).default('tcp').describe('How RTSP pictures travel'),
  hardware_decoder: matching(
    /^[a-z0-9_]{1,32}$/,
    "ffmpeg's name of a hardware decoder such as vaapi or cuda, or none",
  )
    .default('none')
    .describe('ffmpeg’s name of a hardware decoder (vaapi, cuda, videotoolbox, auto, …) or none'),
  start_offset: duration().prefault('0s').describe('Skip this much at the start of a file'),
  loop: z.boolean().default(false).describe('A file is served for ever, as if live'),
  stall_timeout: duration({ min: '1s', max: '1h' })
    .prefault('10s')
    .describe('A live source that brings no frame for so long is taken down and connected again'),
  enabled: z.boolean().default(true).describe('false: the camera is kept but not opened'),
}).transform(({ keyframes_only, motion_gate, hardware_decoder, start_offset, stall_timeout, ...camera }) => ({
  ...camera,
  name: camera.name ?? camera.id,
  keyframesOnly: keyframes_only,
  motionGate: motion_gate,
  hardwareDecoder: hardware_decoder,
  startOffsetMs: start_offset,
  stallTimeoutMs: stall_timeout,
}));

/** A camera, checked, with its defaults filled in. `source` may hold a password: show it only through `redactUrl`. */
export type CameraConfig = z.output<typeof CameraConfig>;

const Keep = section({
  events: duration({ min: '1h' }).prefault('90d').describe('Events'),
  vectors: duration({ min: '1h' })
    .prefault('7d')
    .describe('What the model made of the frames, and the history of scores and cameras'),
  snapshots: duration({ min: '1h' }).prefault('30d').describe('Pictures of events'),
  vectors_size: size()
    .prefault('2GB')
    .describe('Of the vectors of each camera; the oldest go first, but for those around events'),
  size: size()
    .optional()
    .describe('Of events and pictures together; the oldest pictures go first. Default: any'),
}).transform(({ events, vectors, vectors_size, snapshots, size: sizeBytes = null }) => ({
  eventsMs: events,
  vectorsMs: vectors,
  vectorsSizeBytes: vectors_size,
  snapshotsMs: snapshots,
  sizeBytes,
}));

const Store = section({
  path: line(4096).default('./data').describe('Folder of the database and the snapshots'),
  remember: z
    .boolean()
    .default(true)
    .describe('Keep what the model made of the frames: for searching, and for trying rules on the past'),
  minute_pictures: z
    .boolean()
    .default(true)
    .describe(
      '… and with it a small picture of every minute of every camera, to be shown where it is searched',
    ),
  keep: Keep.prefault({}).describe('How long things are kept'),
}).transform(({ minute_pictures, ...store }) => ({ ...store, minutePictures: minute_pictures }));

const Log = section({
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least that is logged'),
  format: z.enum(['pretty', 'json']).default('pretty').describe('pretty for people, json for machines'),
});

const ModelSection = section({
  name: line(4096).default('auto').describe('As the short form says'),
  dtype: z
    .enum(DTYPES)
    .nullable()
    .default(null)
    .describe('Which of the model’s weights. null: the fastest on a CPU that are there'),
  device: z.enum(DEVICES).default('cpu').describe('What the model runs on'),
  remote: Remote.optional().describe(
    'A server that embeds the pictures. Texts are embedded here, by the model of that name. Default: none',
  ),
});

const Model = z
  .union([line(4096).transform((name) => ModelSection.parse({ name })), ModelSection])
  .prefault('auto')
  .describe(
    'A model of the catalogue (wordwatch models list), a folder in the hub’s layout, or auto: the pulled real model, else the shipped demonstration model. {name, dtype, device, remote} says more',
  )
  .transform(({ remote = null, ...model }): ModelChoice => ({ ...model, remote, baseFolder: '.' }));

/** `wordwatch.yaml` as typed; parsed, it is a {@link Config} whose paths are still as typed. */
export const ConfigFile = section({
  cameras: z
    .array(CameraConfig)
    .min(1, 'expected at least one camera')
    .max(256)
    .describe('Where pictures come from'),
  model: Model,
  rules: z
    .array(line(4096))
    .min(1, 'expected at least one file or folder')
    .max(64)
    .default(['./rules'])
    .describe('Rule files, or folders of them'),
  mqtt: Mqtt.prefault({}).describe('Where events are published'),
  webhooks: Webhooks.describe('Where else events are posted, one after the other'),
  commands: Commands.describe('What is run for each event, one after the other'),
  server: Server.prefault({}).describe('The page, the API and the WebSocket'),
  store: Store.prefault({}).describe('What is kept on disk'),
  clips: Clips.prefault({}).describe('Video of events, below store.path'),
  time_zone: TimeZone.optional().describe(
    'Of active hours, IANA name such as Europe/Berlin. Default: the machine’s',
  ),
  log: Log.prefault({}).describe('What is told on stderr'),
})
  .superRefine(expectKnownCameras)
  .transform(({ time_zone, ...config }) => ({
    ...config,
    timeZone: time_zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
  }));

/**
 * The whole configuration, checked, with its defaults filled in. `model.baseFolder`, `rules`, `store.path`, the files in
 * `mqtt.tls` and sources that are files are absolute paths.
 */
export type Config = z.output<typeof ConfigFile>;
