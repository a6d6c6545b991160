import { availableParallelism } from 'node:os';
import { ffmpegVersion } from './capture/ffmpeg-version.js';
import type { Config } from './config/index.js';
import type { Embedder } from './model/embedder.js';
import type { ModelHealth } from './model/health.js';
import { ONNXRUNTIME_VERSION } from './model/runtime-version.js';
import type { VectorRecorder } from './pipeline/vector-recorder.js';
import type { Deliveries } from './publish/destinations.js';
import type { MqttPublisher } from './publish/mqtt-publisher.js';
import type { SystemInfo } from './server/api/system-routes.js';
import { diskSpaceOf } from './store/disk-space.js';
import type { EventStore } from './store/event-store.js';
import { StoreScale } from './store/store-sizes.js';
import type { Metrics } from './telemetry/metrics.js';

/** What {@link createSystemReport} needs. */
export interface SystemParts {
  config: Pick<Config, 'model' | 'store' | 'clips'>;
  cameraIds: readonly string[];
  /** Of this program. */
  version: string;
  embedder: Pick<Embedder, 'describe'>;
  modelHealth: ModelHealth;
  metrics: Metrics;
  store: Pick<EventStore, 'waiting'>;
  /** null: nothing is remembered. */
  vectors: Pick<VectorRecorder, 'counts'> | null;
  publisher: MqttPublisher | null;
  deliveries: Deliveries;
}

/** @returns what tells how the program does, whenever it is called */
export function createSystemReport(parts: SystemParts): () => Promise<SystemInfo> {
  const { config, cameraIds, version, metrics } = parts;
  const startedAtMs = Date.now();
  const scale = new StoreScale(config.store.path);
  // It may be installed or mended while the program runs, but then cameras have to be opened anew anyhow.
  let ffmpeg: string | null = null;
  return async () => {
    ffmpeg ??= ffmpegVersion();
    const { user, system } = process.cpuUsage();
    return {
      ...{ atMs: Date.now(), startedAtMs },
      versions: {
        ...{ wordwatch: version, node: process.version.slice(1), onnxruntime: ONNXRUNTIME_VERSION, ffmpeg },
      },
      process: {
        residentBytes: process.memoryUsage.rss(),
        ...{ cpuSeconds: (user + system) / 1e6, cpus: availableParallelism() },
      },
      model: modelOf(parts),
      cameras: await metrics.cameras(cameraIds),
      queues: queuesOf(parts),
      destinations: destinationsOf(parts),
      store: await storeOf(parts, scale),
    };
  };
}

function modelOf({ embedder, modelHealth, config }: SystemParts): SystemInfo['model'] {
  const { name, modelHash, license, demonstration, notice, dimension, inputSizePx } = embedder.describe();
  const { device, remote } = config.model;
  return {
    ...{ name, modelHash, license, demonstration, notice, dimension, inputSizePx, device },
    ...{ runsAt: remote ? 'server' : 'here', reason: modelHealth.reason() },
  };
}

function queuesOf({ modelHealth, store, vectors }: SystemParts): SystemInfo['queues'] {
  const { waitingBytes = 0, lost = 0 } = vectors?.counts ?? {};
  return {
    ...{ modelBatches: modelHealth.underWay(), storeEvents: store.waiting },
    ...{ vectorBytes: waitingBytes, vectorsLost: lost },
  };
}

function destinationsOf({ publisher, deliveries }: SystemParts): SystemInfo['destinations'] {
  return [
    ...(publisher ? [{ name: 'mqtt', ...publisher.health(), refused: 0 }] : []),
    ...deliveries.health().map((health) => ({ ...health, connected: health.reason === null })),
  ];
}

async function storeOf({ config }: SystemParts, scale: StoreScale): Promise<SystemInfo['store']> {
  const { store, clips } = config;
  const { eventsMs, vectorsMs, snapshotsMs } = store.keep;
  const [{ freeBytes, totalBytes }, sizes] = await Promise.all([diskSpaceOf(store.path), scale.sizes()]);
  return {
    ...{ freeBytes, totalBytes, ...sizes, remembers: store.remember, keepsClips: clips.enabled },
    keepMs: { events: eventsMs, vectors: vectorsMs, snapshots: snapshotsMs, clips: clips.keepMs },
  };
}
