import { RulePreview } from './backtest/rule-preview.js';
import { ScoreCurves } from './backtest/score-curve.js';
import { createBus } from './bus.js';
import { createSource } from './capture/index.js';
import type { CameraStatus } from './capture/source.js';
import {
  type CameraConfig,
  type Config,
  type Environment,
  type RuleConfig,
  RuleFiles,
} from './config/index.js';
import type { DetectionEvent } from './detect/event.js';
import { modelsFolderOf, openModel, withHealth } from './model/index.js';
import { CalibrationKeeper } from './pipeline/calibration-keeper.js';
import { ClipRecorder } from './pipeline/clip-recorder.js';
import { DiskAlarm } from './pipeline/disk-alarm.js';
import { EventRecorder } from './pipeline/event-recorder.js';
import { FeasibilityCheck } from './pipeline/feasibility-check.js';
import { FixedPeaks } from './pipeline/fixed-peaks.js';
import { HistoryRecorder } from './pipeline/history-recorder.js';
import { Lessons } from './pipeline/lessons.js';
import { LiveRules } from './pipeline/live-rules.js';
import { MomentRecorder } from './pipeline/moment-recorder.js';
import { NewestFrames } from './pipeline/newest-frames.js';
import { smallJpeg } from './pipeline/picture.js';
import { Reviews } from './pipeline/reviews.js';
import { RuleSwitches } from './pipeline/rule-switches.js';
import { runCamera } from './pipeline/run-camera.js';
import { VectorRecorder } from './pipeline/vector-recorder.js';
import { createMqttParts } from './publish/create-parts.js';
import { Deliveries, destinationsOf } from './publish/destinations.js';
import { createEmbeddedBroker } from './publish/embedded-broker.js';
import { createMqttPublisher } from './publish/mqtt-publisher.js';
import { readTlsFiles } from './publish/mqtt-tls.js';
import { createTopics } from './publish/topics.js';
import { Commonness } from './search/commonness.js';
import { SearchService } from './search/search-service.js';
import { createServer } from './server/server.js';
import type { ServerData } from './server/server-data.js';
import { createServerData } from './service-data.js';
import { createPastData } from './service-past.js';
import { createSystemReport } from './service-system.js';
import { AnnouncementStore } from './store/announcement-store.js';
import { CalibrationStore } from './store/calibration-store.js';
import { ClipFolder } from './store/clips.js';
import { databasePath } from './store/database.js';
import { EventStore } from './store/event-store.js';
import { openHistoryOrSetAside } from './store/history/history-database.js';
import { HistoryStore } from './store/history/history-store.js';
import { LessonStore } from './store/lesson-store.js';
import { MomentStore } from './store/moment-store.js';
import { PastEvents } from './store/past-events.js';
import { openOrSetAside } from './store/recover-database.js';
import { Retention } from './store/retention.js';
import { SampleStore } from './store/sample-store.js';
import { readSessionKey } from './store/session-key.js';
import { SnapshotFolder } from './store/snapshots.js';
import { SwitchStore } from './store/switch-store.js';
import { openVectorsOrSetAside } from './store/vectors/vector-database.js';
import { VectorRetention } from './store/vectors/vector-retention.js';
import { VectorStore } from './store/vectors/vector-store.js';
import { RuleStudio } from './studio/rule-studio.js';
import type { Logger } from './telemetry/logger.js';
import { Metrics } from './telemetry/metrics.js';

/** What the service runs on. */
export interface AppOptions {
  config: Config;
  rules: readonly RuleConfig[];
  env: Environment;
  logger: Logger;
  /** Folder of the built page. */
  pageFolder: string;
  /** Of this program. */
  version: string;
  /** Everything is up. */
  onReady: (app: { pageUrl: string; brokerUrl: string | null; model: ServerData['model'] }) => void;
  onEvent: (event: DetectionEvent) => void;
  /** Ends it. */
  signal: AbortSignal;
}

/**
 * The service: builds every part in the order of the flow of data, runs until `signal` aborts, and disposes the parts
 * in the opposite order.
 * @throws WordwatchError when a part cannot start: model, data folder, ports
 */
export async function runApp(options: AppOptions): Promise<void> {
  const { config, env, logger, signal } = options;
  const bus = createBus();
  const cameras = config.cameras.filter(({ enabled }) => enabled);
  const cameraIds = cameras.map(({ id }) => id);
  // Rules may name a camera that is switched off, as they may when the program starts.
  const allCameraIds = config.cameras.map(({ id }) => id);

  const modelsFolder = modelsFolderOf(env);
  let workerDied = () => {};
  const opened = await openModel({
    ...{ choice: config.model, modelsFolder, logger, signal },
    // After a power cut the machine of the model may be up later than this one.
    unreachable: 'wait',
    onWorkerDeath: () => workerDied(),
  }).catch((error) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (opened === null) return;
  const { embedder, health: modelHealth } = withHealth(opened.embedder, opened.unready);
  await using _embedder = embedder;
  const paths = config.rules;

  using opening = openOrSetAside(databasePath(config.store.path), { nowMs: Date.now(), logger });
  const { database, setAside } = opening;
  const lessonStore = new LessonStore(database, logger);
  const rules = await LiveRules.open(options.rules, {
    ...{ paths, env, cameraIds: allCameraIds, embedder, lessons: lessonStore, bus, logger },
  });
  const hasMqtt = config.mqtt.embedded || config.mqtt.url !== null;
  const destinations = [...(hasMqtt ? [{ id: 'mqtt', wants: () => true }] : []), ...destinationsOf(config)];
  using store = new EventStore(database, logger, destinations);
  const snapshots = new SnapshotFolder(config.store.path);
  const momentStore = new MomentStore(database);
  const samples = new SampleStore(database);
  using moments = new MomentRecorder({ moments: momentStore, samples, snapshots, model: embedder, logger });
  const recorder = new EventRecorder({ store, snapshots, moments, model: embedder, logger });
  const { remember, minutePictures } = config.store;
  using vectorDatabase = remember
    ? openVectorsOrSetAside(config.store.path, { nowMs: Date.now(), logger })
    : null;
  const commonness = remember ? await Commonness.open(embedder) : null;
  using vectors =
    vectorDatabase &&
    new VectorRecorder({
      ...{ store: new VectorStore(vectorDatabase), model: embedder, commonness, logger },
      pictureOf: minutePictures ? smallJpeg : null,
    });
  using historyDatabase = openHistoryOrSetAside(config.store.path, { nowMs: Date.now(), logger });
  const historyStore = new HistoryStore(historyDatabase);
  using history = new HistoryRecorder({ store: historyStore, cameraIds, bus, logger });
  const newest = new NewestFrames();
  const modelHash = () => embedder.describe().modelHash;
  using calibrations = new CalibrationKeeper({ store: new CalibrationStore(database), modelHash, logger });

  const fixedPeaks = new FixedPeaks({ moments: momentStore });
  const reviews = new Reviews({ moments: momentStore, calibrations });
  const feasibility = new FeasibilityCheck({ samples, moments: momentStore, model: embedder, beside: true });
  await using search =
    commonness &&
    new SearchService({
      ...{ folder: config.store.path, embedder, commonness, moments: momentStore },
      image: opened.directory.image,
    });
  const lessons = new Lessons({ lessons: lessonStore, moments: momentStore, samples });
  await using preview = new RulePreview({
    ...{ folder: config.store.path, model: embedder, timeZone: config.timeZone, lessons: lessonStore },
  });

  const switches = new RuleSwitches({
    ...{ store: new SwitchStore(database), book: () => rules.book, cameraIds, bus, logger },
  });
  await using broker = config.mqtt.embedded ? createEmbeddedBroker({ ...config.mqtt, logger }) : null;
  await broker?.start();
  const brokerUrl = broker?.url ?? config.mqtt.url;
  await using publisher = brokerUrl
    ? createMqttPublisher({
        url: brokerUrl,
        prefix: config.mqtt.prefix,
        clientId: config.mqtt.clientId ?? undefined,
        username: broker ? broker.ownUser?.name : config.mqtt.username,
        password: broker ? broker.ownUser?.password : config.mqtt.password,
        protocolVersion: broker ? 4 : config.mqtt.protocolVersion,
        tls: config.mqtt.tls && (await readTlsFiles(config.mqtt.tls, logger)),
        bus,
        logger,
        rules: () => rules.book.rules,
        cameras: cameraIds,
        outbox: store.outbox('mqtt'),
        parts: createMqttParts({
          ...{ config: config.mqtt, cameras, switches, bus, logger, version: options.version },
          rules: () => rules.book.rules,
          announcements: new AnnouncementStore(database),
        }),
      })
    : null;
  publisher?.start();
  await using deliveries = new Deliveries({ config, outbox: (name) => store.outbox(name), env, bus, logger });
  deliveries.start();
  const diskAlarm = new DiskAlarm({ store, bus, model: embedder });
  await using retention = new Retention({
    ...{ database, store, history: historyStore, root: config.store.path, keep: config.store.keep, logger },
    vectors:
      vectorDatabase &&
      new VectorRetention({ database: vectorDatabase, events: database, keep: config.store.keep, signal }),
    onNearlyFull: (isNearlyFull) => diskAlarm.tell(isNearlyFull, Date.now()),
  });

  using metrics = new Metrics({
    bus,
    store: () => store,
    vectors: () => vectors?.counts ?? null,
    model: () => ({ underWay: modelHealth.underWay(), works: modelHealth.reason() === null }),
    destinations: () => ({
      ...(publisher ? { mqtt: publisher.health() } : {}),
      ...Object.fromEntries(
        deliveries.health().map((health) => [health.name, { ...health, connected: health.reason === null }]),
      ),
    }),
  });
  metrics.start();
  workerDied = () => metrics.workerDied();

  const { enabled: keepsClips, ...clipBounds } = config.clips;
  const clipFolder = new ClipFolder(config.store.path);
  await using clips = keepsClips
    ? new ClipRecorder({ ...clipBounds, clips: clipFolder, root: config.store.path, cameraIds, bus, logger })
    : null;
  await clips?.start();

  const statuses = followStatuses(cameras);
  bus.on('camera', (status) => statuses.set(status.cameraId, status));
  bus.on('event', options.onEvent);
  retention.start();
  history.start();

  const past = createPastData({
    ...{ cameraIds, embedder, snapshots, clips, reviews, calibrations, fixedPeaks, moments: momentStore },
    ...{ events: new PastEvents(database, { lastSeq: () => store.lastSeq }), book: () => rules.book },
    topics: hasMqtt ? createTopics(config.mqtt.prefix) : null,
    curves: new ScoreCurves({
      ...{ folder: config.store.path, model: embedder, book: () => rules.book, timeZone: config.timeZone },
    }),
  });
  const studio = new RuleStudio({
    files: new RuleFiles({ folder: config.model.baseFolder, paths, env, cameraIds: allCameraIds }),
    ...{ preview, moments: momentStore, book: () => rules.book, folder: config.store.path, signal },
    ...{ model: embedder, lessons: lessonStore, newest, feasibility, switches, cameraIds },
  });
  const data = createServerData({
    past,
    timeZone: config.timeZone,
    ...{ cameras, rules, embedder, modelHealth, statuses, store, snapshots, clips, setAside, retention },
    ...{ calibrations, feasibility, reviews, lessons, studio, search, publisher, deliveries, metrics },
    ...{ moments: momentStore, history: historyStore, newest, signal },
    system: createSystemReport({
      ...{ config, cameraIds, version: options.version, embedder, modelHealth, metrics, store, vectors },
      ...{ publisher, deliveries },
    }),
  });
  const sessionKey = await readSessionKey(config.store.path);
  const { pageFolder } = options;
  await using server = createServer({ ...config.server, sessionKey, pageFolder, data, bus, logger });
  await server.start();

  await rules.follow(signal);
  options.onReady({ pageUrl: server.url, brokerUrl, model: data.model });
  await Promise.all(
    cameras.map((camera) =>
      runCamera({
        source: sourceOf(camera, clips?.segmentsFolder(camera.id) ?? null),
        book: () => rules.book,
        ...{ embedder, calibrations, fixedPeaks, recorder, vectors, history, newest, bus, logger, signal },
        switches: switches.ofCamera(camera.id),
        timeZone: config.timeZone,
        motionGate: camera.motionGate,
      }),
    ),
  );
  // Files may be over while people still look at the page.
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function sourceOf(
  { id, source, enabled: _, name: __, motionGate: ___, ...camera }: CameraConfig,
  segmentsFolder: string | null,
) {
  return createSource({ cameraId: id, location: source, ...camera, realtime: true, segmentsFolder });
}

function followStatuses(cameras: readonly CameraConfig[]): Map<string, CameraStatus> {
  const atMs = Date.now();
  return new Map(
    cameras.map(({ id }) => [
      id,
      {
        cameraId: id,
        state: 'connecting',
        atMs,
        reason: null,
        retryInMs: null,
        size: null,
        missedPart: 0,
        health: null,
      },
    ]),
  );
}
