import type { Embedder } from '../../model/embedder.js';
import { CameraView } from '../../pipeline/camera-view.js';
import { openRuleBook } from '../../pipeline/rule-book.js';
import { CodedTile } from '../../pipeline/tile-embedder.js';
import { VectorRecorder } from '../../pipeline/vector-recorder.js';
import { seededRandom } from '../../rules/calibration/random.js';
import { Commonness } from '../../search/commonness.js';
import { openVectorDatabase } from '../../store/vectors/vector-database.js';
import { VectorStore } from '../../store/vectors/vector-store.js';
import { createLogger } from '../../telemetry/logger.js';
import { embedRate, RULE } from './stages.js';

const FRAMES = 1200;
/** Newly embedded tiles of a frame: about a fifth. */
const FRESH_TILES = 2;

/** What storing costs beside embedding, both in time of processors. */
export interface StoreShare {
  /** Microseconds a newly embedded tile. */
  embedUs: number;
  storeUs: number;
  /** Part of both. */
  share: number;
}

/** Measures what remembering a tile costs, commonness and the disk included, beside what the model costs. */
export async function benchStoring(
  embedder: Embedder,
  { folder, seconds, signal }: { folder: string; seconds: number; signal: AbortSignal },
): Promise<StoreShare> {
  const before = process.cpuUsage();
  const startedMs = performance.now();
  const tilesPerS = await embedRate(embedder, { seconds, signal });
  const { user, system } = process.cpuUsage(before);
  const tiles = (tilesPerS * (performance.now() - startedMs)) / 1000;
  const embedUs = (user + system) / tiles;
  const storeUs = await storingUs(embedder, folder);
  return { embedUs, storeUs, share: storeUs / (embedUs + storeUs) };
}

async function storingUs(embedder: Embedder, folder: string): Promise<number> {
  const { dimension, inputSizePx } = embedder.describe();
  const book = await openRuleBook([RULE], embedder);
  const view = new CameraView({ book, frame: { widthPx: 1920, heightPx: 1080 }, inputSizePx });
  const commonness = await Commonness.open(embedder);
  using database = openVectorDatabase(folder);
  const store = new VectorStore(database);
  const logger = createLogger({ level: 'warn' });
  const random = seededRandom(1);
  const tile = () => new CodedTile(Int8Array.from({ length: dimension }, () => random() * 255 - 127));
  let coded = view.plan.tiles.map(tile);
  const frames = Array.from({ length: FRAMES }, (_, frame) => {
    coded = coded.map((old, i) => ((i + frame) % coded.length < FRESH_TILES ? tile() : old));
    return {
      ...{ cameraId: 'bench', atMs: frame * 1000, ptsMs: frame * 1000, coded },
      ...{ light: { saturation: 0.3, brightness: 0.5 }, unseen: false, blindSinceMs: null },
    };
  });
  const before = process.cpuUsage();
  {
    using recorder = new VectorRecorder({ store, model: embedder, commonness, logger });
    const how = { cameraId: 'bench', fps: 1, motionGate: true, timed: true };
    for (const seen of frames) recorder.keep({ view, seen }, how);
  }
  const { user, system } = process.cpuUsage(before);
  const vectors = store.cameras().reduce((sum, camera) => sum + camera.vectors, 0);
  return (user + system) / vectors;
}
