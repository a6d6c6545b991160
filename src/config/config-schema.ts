import { z } from 'zod';
import { Id } from '../detect/event.js';
import { DEVICES, DTYPES, type ModelChoice } from '../model/model-choice.js';
import { Clips } from './clips-schema.js';
import { duration, line, matching, NO_CONTROL_CHARACTERS, NOT_EMPTY, section } from './fields.js';
import { Remote } from './remote-schema.js';

const Secret = z.string().min(1, NOT_EMPTY).max(256);
/** For descriptions. */
const FROM_ENVIRONMENT = `\${NAME} reads the environment`;
const Port = z.int().min(0).max(65_535);

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

const Mqtt = section({
  url: matching(
    /^(mqtts?|wss?):\/\/[^\s/]+\S*$/,
    "a broker's URL such as mqtt://broker:1883 (mqtt, mqtts, ws or wss)",
  )
    .max(1024)
    .optional()
    .describe('The broker: mqtt://, mqtts://, ws:// or wss://. None: an embedded broker on 127.0.0.1'),
  prefix: Id.default('wordwatch').describe('First part of all topics'),
  username: Secret.optional().describe('Name at the broker'),
  password: Secret.optional().describe(`Password at the broker; ${FROM_ENVIRONMENT}`),
  client_id: matching(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, at most 64')
    .optional()
    .describe('Client id at the broker. Default: one that is made up'),
  port: Port.default(1883).describe('Port of the embedded broker; 0: any free one'),
  embedded: z
    .boolean()
    .optional()
    .describe(
      'Start a broker of its own on 127.0.0.1. Default: only where no url is given. false without url: no MQTT',
    ),
  discovery: z
    .boolean()
    .default(false)
    .describe('Announce cameras and rules to Home Assistant (not in force yet)'),
})
  .superRefine(({ url, embedded }, context) => {
    if (url === undefined || !embedded) return;
    context.addIssue({
      code: 'custom',
      path: ['embedded'],
      message: 'expected false beside a url',
    });
  })
  .transform(({ url = null, username = null, password = null, client_id = null, embedded, ...mqtt }) => ({
    ...mqtt,
    url,
    username,
    password,
    clientId: client_id,
    embedded: embedded ?? url === null,
  }));

const Server = section({
  host: matching(/^[A-Za-z0-9.:_-]{1,253}$/, 'a host name or IP address')
    .default('127.0.0.1')
    .describe('Address to listen on. Other than loopback only with a token'),
  port: Port.default(8787).describe('Port of the page, the API and the WebSocket; 0: any free one'),
  token: matching(/^[!-~]{8,256}$/, '8 to 256 printable ASCII characters without blanks')
    .optional()
    .describe(`What a client must know to be let in; ${FROM_ENVIRONMENT}`),
})
  .superRefine(({ host, token }, context) => {
    if (token !== undefined || isLoopback(host)) return;
    context.addIssue({
      code: 'custom',
      path: ['host'],
      message: 'expected a loopback address such as 127.0.0.1 as long as there is no token',
      params: { hint: 'Set server.token, or everyone on the network can watch the cameras.' },
    });
  })
  .transform(({ token = null, ...server }) => ({ ...server, token }));

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

const Keep = section({
  events: duration({ min: '1h' }).prefault('90d').describe('Events'),
  vectors: duration({ min: '1h' }).prefault('7d').describe('What the model made of the frames'),
  snapshots: duration({ min: '1h' }).prefault('30d').describe('Pictures of events'),
}).transform(({ events, vectors, snapshots }) => ({
  eventsMs: events,
  vectorsMs: vectors,
  snapshotsMs: snapshots,
}));

const Store = section({
  path: line(4096).default('./data').describe('Folder of the database and the snapshots'),
  keep: Keep.prefault({}).describe('How long things are kept'),
});

const Log = section({
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least that is logged'),
  format: z.enum(['pretty', 'json']).default('pretty').describe('pretty for people, json for machines'),
});

const TimeZone = z.string().superRefine((name, context) => {
  if (isTimeZone(name)) return;
  context.addIssue({
    code: 'custom',
    message: 'expected an IANA time zone such as "Europe/Berlin"',
    params: { candidates: Intl.supportedValuesOf('timeZone') },
  });
});

function isTimeZone(name: string): boolean {
  // Some versions of Node.js take bare offsets such as +02:00 too; others do not, and they know no daylight saving.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

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
  server: Server.prefault({}).describe('The page, the API and the WebSocket'),
  store: Store.prefault({}).describe('What is kept on disk'),
  clips: Clips.prefault({}).describe('Video of events, below store.path'),
  time_zone: TimeZone.optional().describe(
    'Of active hours, IANA name such as Europe/Berlin. Default: the machine’s',
  ),
  log: Log.prefault({}).describe('What is told on stderr'),
}).transform(({ time_zone, ...config }) => ({
  ...config,
  timeZone: time_zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
}));

/**
 * The whole configuration, checked, with its defaults filled in. `model.baseFolder`, `rules`, `store.path` and sources
 * that are files are absolute paths.
 */
export type Config = z.output<typeof ConfigFile>;
