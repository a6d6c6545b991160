import { cpus } from 'node:os';
import { createSource } from '../../capture/index.js';
import type { Embedder } from '../../model/embedder.js';
import {
  createOnnxEmbedder,
  type ModelChoice,
  type ModelDirectory,
  type OptimisedModel,
  openChosenDirectory,
  optimiseChosen,
} from '../../model/index.js';
import { openRuleBook } from '../../pipeline/rule-book.js';
import { createLogger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { benchCameras } from './cameras.js';
import { type RawSetup, rawRate } from './raw-rate.js';
import {
  type Bench,
  benchDecode,
  benchEmbed,
  benchEndToEnd,
  benchGate,
  benchPyramid,
  EMBED_TILES,
  fastestEmbedder,
  type Measurement,
  RULE,
} from './stages.js';
import { openTransformersJs, type TransformersJs } from './transformers-js.js';

/** What {@link runBench} is asked to do. */
export interface BenchOptions {
  video: string;
  choice: ModelChoice;
  /** Where pulled models live. */
  modelsFolder: string;
  /** Length of each measurement. */
  seconds: number;
  /** Also measure what one could use instead. */
  compare: boolean;
  /** Watch the video as so many cameras at once, for {@link seconds}, instead of measuring stages; null: do not. */
  cameras: number | null;
  /** Of those cameras: decode keyframes only. */
  keyframesOnly: boolean;
  output: Output;
  signal: AbortSignal;
}

/** Rounds in which every stage is measured once: what else a machine does comes and goes, and meets all stages alike. */
const ROUNDS = 3;

/** What the measurements come to; null: not measured. */
export interface Ratios {
  /** Embedding, over the best that a bare session of onnxruntime-node did. */
  embedOverBest: number | null;
  /** A file watched with the gate off, over embedding alone. */
  endToEndOverEmbed: number | null;
  /** The same, over the lower of decoding with the pyramid and embedding. */
  endToEndOverCeiling: number | null;
  /** Embedding, over the model's own file in a session with default settings. */
  overHubDefault: number | null;
  /** Embedding, over transformers.js on the same files, at its better batch size. */
  overTransformersJs: number | null;
  /** Cameras with the motion gate over cameras without, where a fifth of the tiles change. */
  gateCameraGain: number | null;
}

/**
 * Measures decoding, decoding with the pyramid, embedding, everything together, and the motion gate, in turns on the
 * same machine, and what one could use instead when asked to: medians over the rounds, of rates and of ratios.
 * @returns the exit code
 */
export async function runBench(options: BenchOptions): Promise<number> {
  const { video, choice, modelsFolder, output, signal, cameras } = options;
  const logger = createLogger({ level: 'warn' });
  const directory = await openChosenDirectory(choice, { modelsFolder });
  const { device } = choice;
  const optimised = device === 'cpu' ? await optimiseChosen(choice, { modelsFolder, logger }) : null;
  const source = createSource({ cameraId: 'bench', location: video, fps: 1, loop: true });
  const bench = { source, seconds: options.seconds / ROUNDS, signal };
  if (cameras !== null) {
    await using embedder = await createOnnxEmbedder({ directory, device, optimised, logger });
    return await benchCameras({ ...options, cameras, embedder });
  }
  const { embedder, workers } = await fastestEmbedder(directory, device, { ...bench, optimised });
  await using _embedder = embedder;
  const others = options.compare
    ? await alternatives({ directory, optimised, seconds: bench.seconds, output })
    : null;
  const stages = [...(await ownStages(embedder, { ...bench, workers })), ...(others?.stages ?? [])];
  const measured: Measurement[][] = stages.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, measure] of stages.entries()) {
      if (output.isTerminal)
        output.stderr(`\r\x1b[2Kround ${round + 1} of ${ROUNDS}, stage ${i + 1} of ${stages.length}`);
      measured[i]!.push(await measure());
    }
  }
  if (output.isTerminal) output.stderr('\r\x1b[2K');
  await others?.dispose();
  const results = measured.map(median);
  const rounds = Array.from({ length: ROUNDS }, (_, round) =>
    ratiosOf(measured.map((stage) => stage[round]!)),
  );
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} CPUs, Node.js ${process.version}, model ${directory.name} (${directory.visionPath.split('/').at(-1)})`;
  print(results, { output, machine, ratios: medianRatios(rounds) });
  return 0;
}

async function ownStages(
  embedder: Embedder,
  { workers, ...bench }: Bench & { workers: number },
): Promise<(() => Promise<Measurement>)[]> {
  const { inputSizePx } = embedder.describe();
  const book = await openRuleBook([RULE], embedder);
  return [
    () => benchDecode(bench),
    () => benchPyramid({ ...bench, inputSizePx }),
    () => benchEmbed(embedder, { ...bench, workers }),
    () => benchEndToEnd({ ...bench, embedder, book }),
    () => benchGate(embedder, { ...bench, motionGate: false }),
    () => benchGate(embedder, { ...bench, motionGate: true }),
  ];
}

/** What one could use instead: sessions of onnxruntime-node tuned by hand and with its defaults, and transformers.js. */
async function alternatives({
  directory,
  optimised,
  seconds,
  output,
}: {
  directory: ModelDirectory;
  optimised: OptimisedModel | null;
  seconds: number;
  output: Output;
}): Promise<{ stages: (() => Promise<Measurement>)[]; dispose: () => Promise<void> }> {
  const sidePx = directory.image.inputSizePx;
  const best = {
    path: optimised?.vision.path ?? directory.visionPath,
    optimised: Boolean(optimised?.vision.path),
    sidePx,
  };
  const hub = { path: directory.visionPath, optimised: false, sidePx, workers: 1, threads: null };
  const all = cpus().length;
  const raw = (name: string, setup: RawSetup) => async () => {
    const tilesPerS = await rawRate(setup, { seconds });
    return measurement(`${name}, batch ${setup.batch}`, tilesPerS);
  };
  const transformersJs = await openTransformersJs(directory, output.stderr);
  return {
    stages: [
      ...[1, 4, EMBED_TILES].flatMap((batch) => [
        raw(`tuned, ${all} sessions`, { ...best, workers: all, threads: 1, batch }),
        raw(`tuned, ${all} threads`, { ...best, workers: 1, threads: all, batch }),
      ]),
      ...[1, EMBED_TILES].map((batch) => raw('hub default', { ...hub, batch })),
      ...(transformersJs === null
        ? []
        : [1, 4, EMBED_TILES].map((batch) => () => transformersJsRate(transformersJs, { batch, seconds }))),
    ],
    dispose: async () => transformersJs?.dispose(),
  };
}

async function transformersJsRate(
  { embed }: TransformersJs,
  { batch, seconds }: { batch: number; seconds: number },
): Promise<Measurement> {
  await embed(batch); // warm up
  const startedMs = performance.now();
  let pictures = 0;
  while (performance.now() - startedMs < seconds * 1000) {
    await embed(batch);
    pictures += batch;
  }
  return measurement(`transformers.js, batch ${batch}`, pictures / ((performance.now() - startedMs) / 1000));
}

function measurement(stage: string, tilesPerS: number): Measurement {
  return {
    stage,
    tilesPerS,
    framesPerS: tilesPerS / EMBED_TILES,
    note: `${(1000 / tilesPerS).toFixed(1)} ms a tile`,
  };
}

function median(measurements: readonly Measurement[]): Measurement {
  const sorted = [...measurements].sort((a, b) => a.tilesPerS - b.tilesPerS);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Of each ratio the median over the rounds: a machine that is slower for a while is slower for both sides of a ratio. */
function medianRatios(rounds: readonly Ratios[]): Ratios {
  const names = Object.keys(rounds[0]!) as (keyof Ratios)[];
  const medianOf = (name: keyof Ratios) => {
    const sorted = rounds.map((ratios) => ratios[name]).sort((a, b) => (a ?? 0) - (b ?? 0));
    return sorted[Math.floor(sorted.length / 2)]!;
  };
  return Object.fromEntries(names.map((name) => [name, medianOf(name)])) as unknown as Ratios;
}

function ratiosOf(results: readonly Measurement[]): Ratios {
  /** The best of the stages whose names begin so. */
  const rate = (stage: string) => {
    const rates = results
      .filter((result) => result.stage.startsWith(stage))
      .map(({ tilesPerS }) => tilesPerS);
    return rates.length === 0 ? null : Math.max(...rates);
  };
  const ratio = (above: number | null, below: number | null) =>
    above === null || below === null ? null : Number((above / below).toFixed(3));
  const embed = rate('embed');
  return {
    embedOverBest: ratio(embed, rate('tuned')),
    endToEndOverEmbed: ratio(rate('end to end'), embed),
    endToEndOverCeiling: ratio(rate('end to end'), Math.min(embed!, rate('decode + pyramid')!)),
    overHubDefault: ratio(embed, rate('hub default')),
    overTransformersJs: ratio(embed, rate('transformers.js')),
    gateCameraGain: ratio(rate('gate on'), rate('gate off')),
  };
}

function print(
  results: readonly Measurement[],
  { output, machine, ratios }: { output: Output; machine: string; ratios: Ratios },
): void {
  if (output.json) {
    output.stdout(`${JSON.stringify({ machine })}\n`);
    for (const result of results) output.stdout(`${JSON.stringify(result)}\n`);
    output.stdout(`${JSON.stringify(ratios)}\n`);
    return;
  }
  // Markdown, so that it can stand in a README as it is.
  output.stdout(`${machine}\n\n| stage | tiles/s | frames/s | |\n|---|---:|---:|---|\n`);
  for (const { stage, tilesPerS, framesPerS, note } of results) {
    output.stdout(`| ${stage} | ${tilesPerS.toFixed(0)} | ${framesPerS.toFixed(1)} | ${note} |\n`);
  }
  const said = {
    endToEndOverEmbed: 'end to end over embed',
    endToEndOverCeiling: 'end to end over the lower of embed and decode + pyramid',
    gateCameraGain: 'cameras with the motion gate over cameras without',
    embedOverBest: 'embed over the best tuned session',
    overHubDefault: 'embed over the hub’s file with default settings',
    overTransformersJs: 'embed over transformers.js at its best',
  } satisfies Record<keyof Ratios, string>;
  output.stdout('\n');
  for (const [name, words] of Object.entries(said) as [keyof Ratios, string][]) {
    if (ratios[name] !== null) output.stdout(`- ${words}: ${ratios[name].toFixed(2)}\n`);
  }
}
