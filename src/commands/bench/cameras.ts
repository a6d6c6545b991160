import { createSource } from '../../capture/index.js';
import type { Embedder } from '../../model/embedder.js';
import { CalibrationKeeper } from '../../pipeline/calibration-keeper.js';
import { openRuleBook } from '../../pipeline/rule-book.js';
import { watchCamera } from '../../pipeline/watch-camera.js';
import { createLogger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { RULE } from './stages.js';

/** What {@link benchCameras} needs. */
export interface BenchCamerasOptions {
  video: string;
  cameras: number;
  keyframesOnly: boolean;
  seconds: number;
  embedder: Embedder;
  output: Output;
  signal: AbortSignal;
}

/** Parts of the run that are told one by one: a backlog would show as ages that grow. */
const PARTS = 10;

interface Part {
  /** Of every scored frame, milliseconds from its capture to its scores. */
  agesMs: number[];
  tiles: number;
  embedded: number;
  /** Memory of the whole program at its last frame, the children that decode left out. */
  residentMiB: number;
}

/**
 * Plays a video as so many live cameras at once, one frame a second each, with the motion gate.
 * @returns the exit code
 */
export async function benchCameras(options: BenchCamerasOptions): Promise<number> {
  const { video, cameras, keyframesOnly, seconds, embedder, output } = options;
  const book = await openRuleBook([RULE], embedder);
  const logger = createLogger({ level: 'warn' });
  const modelHash = () => embedder.describe().modelHash;
  const calibrations = new CalibrationKeeper({ store: null, modelHash, logger });
  // Not AbortSignal.timeout: Node.js 20 forgets one that only AbortSignal.any knows of.
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), seconds * 1000);
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const startedMs = Date.now();
  const parts: Part[] = Array.from({ length: PARTS }, () => ({
    ...{ agesMs: [], tiles: 0, embedded: 0, residentMiB: 0 },
  }));
  const scored = Array.from({ length: cameras }, () => 0);
  await Promise.all(
    scored.map(async (_, camera) => {
      const cameraId = `camera-${camera + 1}`;
      const about = { fps: 1, loop: true, realtime: true, keyframesOnly };
      const watched = watchCamera({
        source: createSource({ cameraId, location: video, ...about }),
        book: () => book,
        embedder,
        calibrations,
        timeZone: null,
        motionGate: true,
        onModelError: 'throw',
        onStatus: () => {},
        logger,
        signal,
      });
      for await (const { pyramid, scores, fresh } of watched) {
        if (!pyramid) continue;
        scored[camera]!++;
        const elapsedMs = Date.now() - startedMs;
        const part = parts[Math.min(PARTS - 1, Math.floor((elapsedMs / 1000 / seconds) * PARTS))]!;
        part.agesMs.push(Date.now() - pyramid.capturedAtMs);
        part.tiles += scores[0]?.tileMargins.length ?? 0;
        part.embedded += fresh.length;
        part.residentMiB = residentMiB();
      }
    }),
  );
  clearTimeout(timer);
  for (const [i, part] of parts.entries()) {
    const row = {
      untilS: Math.round(((i + 1) * seconds) / PARTS),
      framesPerSAndCamera: round(part.agesMs.length / (seconds / PARTS) / cameras),
      medianAgeMs: round(quantile(part.agesMs, 0.5)),
      p95AgeMs: round(quantile(part.agesMs, 0.95)),
      embeddedPart: round(part.embedded / Math.max(1, part.tiles)),
      residentMiB: part.residentMiB,
    };
    output.stdout(output.json ? `${JSON.stringify(row)}\n` : `${describe(row)}\n`);
  }
  const summary = {
    cameras,
    fewestFrames: Math.min(...scored),
    mostFrames: Math.max(...scored),
    residentMiB: residentMiB(),
  };
  output.stdout(
    output.json
      ? `${JSON.stringify(summary)}\n`
      : `${cameras} cameras, each with ${summary.fewestFrames} to ${summary.mostFrames} frames scored, ${summary.residentMiB} MiB resident\n`,
  );
  return 0;
}

function describe(
  row: Record<
    'untilS' | 'framesPerSAndCamera' | 'medianAgeMs' | 'p95AgeMs' | 'embeddedPart' | 'residentMiB',
    number
  >,
) {
  const { untilS, framesPerSAndCamera, medianAgeMs, p95AgeMs, embeddedPart, residentMiB } = row;
  return `until ${untilS} s: ${framesPerSAndCamera} frames/s a camera, scored ${medianAgeMs} ms after capture (95 %: ${p95AgeMs} ms), ${Math.round(embeddedPart * 100)} % of the tiles embedded, ${residentMiB} MiB resident`;
}

function residentMiB(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
