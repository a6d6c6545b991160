// The parts of the service through which events go, without cameras and model. Arguments: FOLDER BROKER_URL.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { Pyramid } from '../../src/capture/pyramid.js';
import type { Transition } from '../../src/detect/rule-detector.js';
import { EventRecorder } from '../../src/pipeline/event-recorder.js';
import { MomentRecorder } from '../../src/pipeline/moment-recorder.js';
import type { WatchRule } from '../../src/pipeline/rule-book.js';
import { CodedTile } from '../../src/pipeline/tile-embedder.js';
import type { WatchedFrame } from '../../src/pipeline/watch-camera.js';
import { createMqttPublisher } from '../../src/publish/mqtt-publisher.js';
import { seededRandom } from '../../src/rules/calibration/random.js';
import { createServer } from '../../src/server/server.js';
import { WHOLE_FRAME } from '../../src/shared/geometry.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { EventStore } from '../../src/store/event-store.js';
import { MomentStore } from '../../src/store/moment-store.js';
import { SampleStore } from '../../src/store/sample-store.js';
import { SnapshotFolder } from '../../src/store/snapshots.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { planPreview } from '../../src/tiling/layout.js';
import { lightOf } from '../../src/tiling/light.js';
import { makeScore, makeStatus } from '../fixtures/happenings.js';
import { WatchedWorld } from '../fixtures/watched-world.js';
import { answer, nowMs } from './process.js';

const CAMERAS = 16;
const RULES = 10;
const PAIRS = CAMERAS * RULES;
const DIMENSION = 512;
const PHASES = ['start', 'update', 'end'] as const;
/** A backlog is written by so many events in one frame, without pictures. */
const BACKLOG_AT_ONCE = 100;
const SCORE_PERIOD_MS = 1_000;

/** Events at a rate, and the time at which each was confirmed, by `ID/PHASE`. */
export interface Raised {
  confirmedMs: Record<string, number>;
  /** Processor time of the whole process over the time that passed. */
  coreShare: number;
}

/** What the service can be asked. */
export type ServiceTalk = {
  url: { asked: null; answer: string };
  raise: { asked: { perS: number; seconds: number; scores: boolean }; answer: Raised };
  /** Raises so many events at once. */
  backlog: { asked: number; answer: null };
  /** Waits until it is, and says when that was. */
  connected: { asked: null; answer: number };
  disconnected: { asked: null; answer: number };
};

const [folder, brokerUrl] = process.argv.slice(2) as [string, string];
const logger = createLogger({ level: 'error' });
const database = openDatabase(databasePath(folder));
const store = new EventStore(database, logger, [{ id: 'mqtt', wants: () => true }]);
const snapshots = new SnapshotFolder(folder);
const world = Object.assign(new WatchedWorld(), {
  events: (range: { after: number; limit: number }) => store.list(range),
  lastSeq: () => store.lastSeq,
});
const { bus, model } = world;
const cameraIds = Array.from({ length: CAMERAS }, (_, i) => `camera-${i}`);
const ruleIds = Array.from({ length: RULES }, (_, i) => `rule-${i}`);
world.cameraList = cameraIds.map((id) => ({ id, name: id, status: makeStatus({ cameraId: id }) }));
world.ruleList = ruleIds.map((id) => ({ ...world.ruleList[0]!, id }));
const recorder = new EventRecorder({
  ...{ store, snapshots, logger, model: { describe: () => model } },
  moments: new MomentRecorder({
    ...{ moments: new MomentStore(database), samples: new SampleStore(database), snapshots, logger },
    model: { describe: () => model },
  }),
});
const publisher = createMqttPublisher({
  ...{ url: brokerUrl, prefix: 'wordwatch', bus, logger, cameras: cameraIds },
  rules: () => ruleIds.map((id) => ({ id, cameras: null })),
  outbox: store.outbox('mqtt'),
});
publisher.start();
const server = createServer({
  ...{ host: '127.0.0.1', port: 0, token: null, pageFolder: '/nonexistent', bus, data: world },
  logger: createLogger({ level: 'silent' }),
});
await server.start();
const picture = await picturePixels();
const coded = Array.from({ length: 4 }, () => new CodedTile(new Int8Array(DIMENSION).fill(127)));
const open = new Map<number, string>();
/** Per camera, so that its frames are kept one after the other, as the service does it. */
const underWay = new Map<string, Promise<void>>();

answer<ServiceTalk>({
  url: async () => server.url,
  raise,
  backlog: async (events) => {
    for (let n = 0; n < events; n += BACKLOG_AT_ONCE) {
      const transitions = Array.from({ length: BACKLOG_AT_ONCE }, (_, i) => nextTransition(n + i));
      await tell({ ...frameOf(cameraIds[(n / BACKLOG_AT_ONCE) % CAMERAS]!), pyramid: null, transitions });
    }
    return null;
  },
  connected: () => connection(true),
  disconnected: () => connection(false),
});

async function raise({ perS, seconds, scores }: ServiceTalk['raise']['asked']): Promise<Raised> {
  const confirmedMs: Record<string, number> = {};
  const stopScores = scores ? emitScores() : () => {};
  const cpu = process.cpuUsage();
  const startedMs = nowMs();
  for (let n = 0; n < perS * seconds; n++) {
    // What comes late because the program is busy counts from when it was due.
    const dueMs = startedMs + (n * 1_000) / perS;
    if (dueMs > nowMs()) await sleep(dueMs - nowMs());
    const cameraId = cameraIds[n % CAMERAS]!;
    const transition = nextTransition(n);
    confirmedMs[`${transition.transition.id}/${transition.transition.phase}`] = dueMs;
    const before = underWay.get(cameraId) ?? Promise.resolve();
    underWay.set(
      cameraId,
      before.then(() => tell({ ...frameOf(cameraId), transitions: [transition] })),
    );
  }
  await Promise.all(underWay.values());
  stopScores();
  const { user, system } = process.cpuUsage(cpu);
  return { confirmedMs, coreShare: (user + system) / 1_000 / (nowMs() - startedMs) };
}

/** Every camera has a frame a second, at a moment of its own, and every rule scores it. */
function emitScores(): () => void {
  const random = seededRandom(1);
  const timers: NodeJS.Timeout[] = [];
  const emit = (cameraId: string) => {
    for (const ruleId of ruleIds) bus.emit('score', makeScore({ cameraId, ruleId, score: 4 * random() }));
  };
  for (const cameraId of cameraIds)
    timers.push(
      setTimeout(() => {
        timers.push(setInterval(() => emit(cameraId), SCORE_PERIOD_MS));
        emit(cameraId);
      }, random() * SCORE_PERIOD_MS),
    );
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}

/** Every pair of a camera and a rule in turn takes the next step in the life of its event. */
function nextTransition(n: number): WatchedFrame['transitions'][number] {
  const pair = n % PAIRS;
  const phase = PHASES[(pair + Math.floor(n / PAIRS)) % PHASES.length]!;
  const id = phase === 'start' ? randomUUID() : (open.get(pair) ?? randomUUID());
  open.set(pair, id);
  const transition: Transition = {
    ...{ id, phase, atMs: Date.now(), startedAtMs: Date.now(), startedPtsMs: 0, score: 6, peakScore: 6.5 },
    ...{ threshold: 4, thresholdState: 'fixed', expectedFalseAlarmsPerDay: null },
    tile: makeScore({}).tile,
  };
  const ruleId = ruleIds[Math.floor(pair / CAMERAS)]!;
  return { rule: { id: ruleId, severity: 'critical' } as WatchRule, transition };
}

function frameOf(cameraId: string): WatchedFrame {
  const pyramid: Pyramid = {
    ...{ ...picture, cameraId, frameIndex: 0, capturedAtMs: Date.now(), ptsMs: 0, levels: [] },
  };
  const { capturedAtMs: atMs, ptsMs } = pyramid;
  const seen = { cameraId, atMs, ptsMs, light: lightOf(pyramid), coded, unseen: false, blindSinceMs: null };
  return {
    ...{ pyramid, view: null, seen, fresh: [], scores: [], transitions: [], healthSteps: [], peaks: [] },
    ...{ sceneChanged: false, calibrationKeyOf: () => null, scoringOf: () => '' },
  };
}

/** As the service does it with what a camera brings. */
async function tell(frame: WatchedFrame): Promise<void> {
  const cameraId = frame.pyramid?.cameraId ?? cameraIds[0]!;
  for (const { event, jpeg } of await recorder.keep(frame, cameraId)) bus.emit('event', event, jpeg);
}

async function picturePixels() {
  const file = fileURLToPath(new URL('../fixtures/yard.png', import.meta.url));
  const { width, height } = await sharp(file).metadata();
  const preview = planPreview({ widthPx: width, heightPx: height });
  const { widthPx, heightPx } = preview;
  const data = await sharp(file).removeAlpha().resize(widthPx, heightPx, { fit: 'fill' }).raw().toBuffer();
  return {
    ...{ data, sourceWidthPx: width, sourceHeightPx: height },
    preview: { crop: WHOLE_FRAME, widthPx, heightPx, offsetBytes: 0, strideBytes: 3 * widthPx },
  };
}

async function connection(wanted: boolean): Promise<number> {
  while (publisher.health().connected !== wanted) await sleep(2);
  return nowMs();
}
