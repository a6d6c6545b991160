import { cpus } from 'node:os';
import { decodeOnly, frames } from '../../capture/index.js';
import type { Pyramid } from '../../capture/pyramid.js';
import type { CaptureSource } from '../../capture/source.js';
import type { Embedder } from '../../model/embedder.js';
import { createOnnxEmbedder, type Device, type OptimisedModel } from '../../model/index.js';
import { CalibrationKeeper } from '../../pipeline/calibration-keeper.js';
import type { RuleBook, WatchRule } from '../../pipeline/rule-book.js';
import { TileEmbedder } from '../../pipeline/tile-embedder.js';
import { watchCamera } from '../../pipeline/watch-camera.js';
import { createLogger } from '../../telemetry/logger.js';
import { planPreview, planTiles } from '../../tiling/layout.js';

/** One measurement. */
export interface Measurement {
  stage: string;
  tilesPerS: number;
  framesPerS: number;
  note: string;
}

/** What every stage is measured with. */
export interface Bench {
  source: CaptureSource;
  /** Length of one measurement. */
  seconds: number;
  signal: AbortSignal;
}

const logger = createLogger({ level: 'warn' });

/** Tiles in one call of `embed`: as many as a 1080p frame has. */
export const EMBED_TILES = 11;

/** The part of the tiles that change in the scene of {@link benchGate}. */
const CHANGING_PART = 0.2;

/** A rule that looks everywhere and never finds anything. */
export const RULE: WatchRule = {
  id: 'bench',
  name: 'bench',
  when: ['something is on fire'],
  not: [],
  cameras: null,
  tiles: { layout: { kind: 'auto' }, region: null },
  timing: {
    confirm: { k: 3, n: 5 },
    hysteresis: 0.5,
    forMs: 0,
    clearForMs: 10_000,
    cooldownMs: 60_000,
    remindEveryMs: null,
  },
  active: null,
  severity: 'info',
  threshold: 1000,
  budget: null,
  calibrate: { warmupMs: 0, minMs: 0, adapt: false },
};

/** The model with the number of workers that embeds most tiles a second. */
export async function fastestEmbedder(
  directory: Parameters<typeof createOnnxEmbedder>[0]['directory'],
  device: Device,
  { optimised, ...bench }: Pick<Bench, 'seconds' | 'signal'> & { optimised: OptimisedModel | null },
): Promise<{ embedder: Embedder; workers: number }> {
  let best: { embedder: Embedder; workers: number; tilesPerS: number } | null = null;
  for (const workers of new Set([1, Math.max(1, cpus().length - 1), cpus().length])) {
    const embedder = await createOnnxEmbedder({ directory, optimised, device, workers, logger });
    const tilesPerS = await embedRate(embedder, bench);
    if (best && best.tilesPerS >= tilesPerS) {
      await embedder[Symbol.asyncDispose]();
    } else {
      await best?.embedder[Symbol.asyncDispose]();
      best = { embedder, workers, tilesPerS };
    }
  }
  return best!;
}

export async function benchEmbed(
  embedder: Embedder,
  { workers, ...bench }: Pick<Bench, 'seconds' | 'signal'> & { workers: number },
): Promise<Measurement> {
  const tilesPerS = await embedRate(embedder, bench);
  return { stage: 'embed', tilesPerS, framesPerS: tilesPerS / EMBED_TILES, note: `${workers} workers` };
}

export async function embedRate(
  embedder: Embedder,
  { seconds, signal }: Pick<Bench, 'seconds' | 'signal'>,
): Promise<number> {
  const { inputSizePx } = embedder.describe();
  const pixels = new Uint8Array(new SharedArrayBuffer(EMBED_TILES * inputSizePx * inputSizePx * 3)).fill(127);
  const call = () => embedder.embedImages({ pixels, count: EMBED_TILES });
  await Promise.all([call(), call(), call()]); // warm up
  const startedMs = performance.now();
  let calls = 0;
  // Two calls under way: while one is split and sent, the workers have the other.
  const loop = async () => {
    while (performance.now() - startedMs < seconds * 1000 && !signal.aborted) {
      await call();
      calls++;
    }
  };
  await Promise.all([loop(), loop()]);
  return (calls * EMBED_TILES) / ((performance.now() - startedMs) / 1000);
}

export async function benchDecode({ source, seconds, signal }: Bench): Promise<Measurement> {
  const { frames, elapsedS, sourceFps } = await decodeOnly(source, { seconds, signal });
  const framesPerS = frames / elapsedS / (sourceFps / source.fps);
  return {
    stage: 'decode',
    framesPerS,
    tilesPerS: framesPerS * EMBED_TILES,
    note: `${(frames / elapsedS / sourceFps).toFixed(1)}× real time`,
  };
}

export async function benchPyramid({
  source,
  inputSizePx,
  ...bench
}: Bench & { inputSizePx: number }): Promise<Measurement> {
  let tilesPerFrame = 0;
  const run = (signal: AbortSignal) =>
    frames(source, {
      plan: (frame) => {
        const plan = planTiles({ layout: { kind: 'auto' }, frame, inputSizePx });
        tilesPerFrame = plan.tiles.length;
        return { levels: plan.levels, preview: planPreview(frame) };
      },
      signal,
      logger,
      onStatus: () => {},
    });
  const framesPerS = await frameRate(run, bench);
  return {
    stage: 'decode + pyramid',
    framesPerS,
    tilesPerS: framesPerS * tilesPerFrame,
    note: `${tilesPerFrame} tiles a frame`,
  };
}

export async function benchEndToEnd({
  source,
  embedder,
  book,
  ...bench
}: Bench & { embedder: Embedder; book: RuleBook }): Promise<Measurement> {
  let tilesPerFrame = 0;
  async function* run(signal: AbortSignal): AsyncGenerator<Pyramid> {
    const options = {
      source,
      book: () => book,
      embedder,
      calibrations: new CalibrationKeeper({
        store: null,
        modelHash: () => embedder.describe().modelHash,
        logger,
      }),
      timeZone: null,
      motionGate: false,
      onModelError: 'throw' as const,
      onStatus: () => {},
      logger,
      signal,
    };
    for await (const { pyramid, scores } of watchCamera(options)) {
      tilesPerFrame = scores[0]?.tileMargins.length ?? tilesPerFrame;
      if (pyramid) yield pyramid;
    }
  }
  const framesPerS = await frameRate(run, bench);
  const memory = `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB resident`;
  return { stage: 'end to end', framesPerS, tilesPerS: framesPerS * tilesPerFrame, note: memory };
}

/** Frames a second from the first frame on: opening a file is not what is measured. */
async function frameRate(
  run: (signal: AbortSignal) => AsyncGenerator<Pyramid>,
  { seconds, signal }: Pick<Bench, 'seconds' | 'signal'>,
): Promise<number> {
  const ending = new AbortController();
  let startedMs = 0;
  let lastMs = 0;
  let count = -1;
  for await (const _ of run(AbortSignal.any([signal, ending.signal]))) {
    lastMs = performance.now();
    if (++count === 0) startedMs = lastMs;
    if (lastMs - startedMs >= seconds * 1000) break;
  }
  ending.abort();
  return count / ((lastMs - startedMs) / 1000);
}

/**
 * Frames of a scene in which a fifth of the tiles change all the time, with and without the motion gate. The frames are
 * made up and lie ready, one a second: what is measured is the gate and the model.
 */
export async function benchGate(
  embedder: Embedder,
  { seconds, signal, motionGate }: Pick<Bench, 'seconds' | 'signal'> & { motionGate: boolean },
): Promise<Measurement> {
  const scene = new Scene(embedder.describe().inputSizePx);
  const tiles = new TileEmbedder({ tiles: scene.plan.tiles, embedder, motionGate });
  await tiles.embed(scene.next()); // everything is new in it
  const startedMs = performance.now();
  let framesDone = 0;
  let embedded = 0;
  const loop = async () => {
    while (performance.now() - startedMs < seconds * 1000 && !signal.aborted) {
      const frame = await tiles.embed(scene.next());
      embedded += frame.fresh.length;
      framesDone++;
    }
  };
  await Promise.all([loop(), loop()]);
  const framesPerS = framesDone / ((performance.now() - startedMs) / 1000);
  const part = embedded / (framesDone * scene.plan.tiles.length);
  return {
    stage: motionGate ? 'gate on' : 'gate off',
    framesPerS,
    tilesPerS: framesPerS * scene.plan.tiles.length,
    note: `${Math.round(part * 100)} % of the tiles embedded, ${Math.round(CHANGING_PART * 100)} % change`,
  };
}

/** Made-up 1080p frames, a second apart. */
class Scene {
  readonly plan;
  readonly #levels;
  readonly #data: Uint8Array;
  #index = 0;

  constructor(inputSizePx: number) {
    const frame = { widthPx: 1920, heightPx: 1080 };
    this.plan = planTiles({ layout: { kind: 'auto' }, frame, inputSizePx });
    let offsetBytes = 0;
    this.#levels = this.plan.levels.map((level) => {
      const placed = { ...level, offsetBytes, strideBytes: level.widthPx * 3 };
      offsetBytes += placed.strideBytes * level.heightPx;
      return placed;
    });
    this.#data = new Uint8Array(offsetBytes).fill(90);
  }

  next(): Pyramid {
    const { tiles } = this.plan;
    const index = this.#index++;
    const due = (frames: number) => Math.floor(frames * tiles.length * CHANGING_PART);
    // The last tiles are the finest; what changes is in the middle of one, which no neighbour sees.
    for (const tile of tiles.slice(tiles.length - (due(index + 1) - due(index)))) this.#toggle(tile, index);
    return {
      ...{ cameraId: 'scene', frameIndex: index, capturedAtMs: index * 1000, ptsMs: index * 1000 },
      ...{ sourceWidthPx: 1920, sourceHeightPx: 1080, data: this.#data },
      ...{ levels: this.#levels, preview: this.#levels[0]! },
    };
  }

  #toggle({ level, xPx, yPx }: { level: number; xPx: number; yPx: number }, index: number): void {
    const { offsetBytes, strideBytes, widthPx } = this.#levels[level]!;
    const side = this.#levels[0]!.widthPx;
    const grey = 60 + ((index * 37) % 160);
    const x = Math.min(xPx + side / 2, widthPx - side / 4);
    for (let row = 0; row < side / 8; row++) {
      const from = offsetBytes + Math.floor(yPx + side / 2 + row) * strideBytes + Math.floor(x) * 3;
      this.#data.fill(grey, from, from + Math.floor(side / 8) * 3);
    }
  }
}
