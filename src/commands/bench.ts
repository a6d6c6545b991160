import { cpus } from 'node:os';
import { createSource, decodeOnly, frames } from '../capture/index.js';
import type { Pyramid } from '../capture/pyramid.js';
import type { CaptureSource } from '../capture/source.js';
import type { Embedder } from '../model/embedder.js';
import { createOnnxEmbedder, type ModelChoice, openChosenDirectory } from '../model/index.js';
import { openRuleBook, type RuleBook, type WatchRule } from '../pipeline/rule-book.js';
import { watchCamera } from '../pipeline/watch-camera.js';
import { createLogger } from '../telemetry/logger.js';
import { planPreview, planTiles } from '../tiling/layout.js';
import type { Output } from './output.js';

/** What {@link runBench} is asked to do. */
export interface BenchOptions {
  video: string;
  choice: ModelChoice;
  /** Where pulled models live. */
  modelsFolder: string;
  /** Length of each measurement. */
  seconds: number;
  output: Output;
  signal: AbortSignal;
}

/** One measurement. */
interface Measurement {
  stage: string;
  tilesPerS: number;
  framesPerS: number;
  note: string;
}

const logger = createLogger({ level: 'warn' });

/** Tiles in one call of `embed`: as many as a 1080p frame has. */
const EMBED_TILES = 11;

/** Rounds in which every stage is measured once: what else a machine does comes and goes, and meets all stages alike. */
const ROUNDS = 3;

/**
 * Measures decoding, decoding with the pyramid, embedding, and everything together, in turns on the same machine, and
 * sets the last beside the lower of its two ceilings: medians over the rounds.
 */
export async function runBench({
  video,
  choice,
  modelsFolder,
  seconds,
  output,
  signal,
}: BenchOptions): Promise<number> {
  const directory = await openChosenDirectory(choice, { modelsFolder });
  const source = createSource({ cameraId: 'bench', location: video, fps: 1, loop: true });
  const bench = { source, seconds: seconds / ROUNDS, signal };
  const { embedder, workers } = await fastestEmbedder(directory, bench);
  try {
    const { inputSizePx, name } = embedder.describe();
    const book = await openRuleBook([RULE], embedder);
    const stages = [
      () => benchDecode(bench),
      () => benchPyramid({ ...bench, inputSizePx }),
      () => benchEmbed(embedder, { ...bench, workers }),
      () => benchEndToEnd({ ...bench, embedder, book }),
    ];
    const measured: Measurement[][] = stages.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, measure] of stages.entries()) measured[i]!.push(await measure());
    }
    const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} CPUs, model ${name}`;
    print(measured.map(median), { output, machine });
  } finally {
    await embedder[Symbol.asyncDispose]();
  }
  return 0;
}

function median(measurements: readonly Measurement[]): Measurement {
  const sorted = [...measurements].sort((a, b) => a.tilesPerS - b.tilesPerS);
  return sorted[Math.floor(sorted.length / 2)]!;
}

const RULE: WatchRule = {
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
};

interface Bench {
  source: CaptureSource;
  seconds: number;
  signal: AbortSignal;
}

/** The model with the number of workers that embeds most tiles a second. */
async function fastestEmbedder(
  directory: Parameters<typeof createOnnxEmbedder>[0]['directory'],
  bench: Pick<Bench, 'seconds' | 'signal'>,
): Promise<{ embedder: Embedder; workers: number }> {
  let best: { embedder: Embedder; workers: number; tilesPerS: number } | null = null;
  for (const workers of new Set([1, Math.max(1, cpus().length - 1), cpus().length])) {
    const embedder = await createOnnxEmbedder({ directory, workers, logger });
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

async function benchEmbed(
  embedder: Embedder,
  { workers, ...bench }: Pick<Bench, 'seconds' | 'signal'> & { workers: number },
): Promise<Measurement> {
  const tilesPerS = await embedRate(embedder, bench);
  return { stage: 'embed', tilesPerS, framesPerS: tilesPerS / EMBED_TILES, note: `${workers} workers` };
}

async function embedRate(
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

async function benchDecode({ source, seconds, signal }: Bench): Promise<Measurement> {
  const { frames, elapsedS, sourceFps } = await decodeOnly(source, { seconds, signal });
  const framesPerS = frames / elapsedS / (sourceFps / source.fps);
  return {
    stage: 'decode',
    framesPerS,
    tilesPerS: framesPerS * EMBED_TILES,
    note: `${(frames / elapsedS / sourceFps).toFixed(1)}× real time`,
  };
}

async function benchPyramid({
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

async function benchEndToEnd({
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

function print(results: Measurement[], { output, machine }: { output: Output; machine: string }): void {
  const rate = (stage: string) => results.find((result) => result.stage === stage)!.tilesPerS;
  const ceiling = Math.min(rate('decode + pyramid'), rate('embed'));
  const ratio = rate('end to end') / ceiling;
  if (output.json) {
    for (const result of results) output.stdout(`${JSON.stringify(result)}\n`);
    output.stdout(`${JSON.stringify({ machine, endToEndOverCeiling: Number(ratio.toFixed(3)) })}\n`);
    return;
  }
  output.stdout(`${machine}\n`);
  for (const { stage, tilesPerS, framesPerS, note } of results) {
    output.stdout(
      `${stage.padEnd(18)}${tilesPerS.toFixed(0).padStart(7)} tiles/s ${framesPerS.toFixed(1).padStart(8)} frames/s   ${note}\n`,
    );
  }
  output.stdout(`end to end reaches ${ratio.toFixed(2)} of the lower of its two ceilings\n`);
}
