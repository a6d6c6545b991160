import ffmpeg from 'fluent-ffmpeg';
import { inputOptions } from './ffmpeg.js';
import { probe } from './probe.js';
import type { CaptureSource } from './source.js';

/** How fast a file can be decoded when nothing is done with its pictures. */
export interface DecodeRate {
  /** Frames decoded. */
  frames: number;
  elapsedS: number;
  /** Frames a second of the footage itself. */
  sourceFps: number;
}

/** Decodes a file again and again for about `seconds` and throws the pictures away. */
export async function decodeOnly(
  source: CaptureSource,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<DecodeRate> {
  const { durationMs, fps, skipped } = await probe(source);
  const once = { ...source, loop: false, realtime: false };
  const startedMs = performance.now();
  let passes = 0;
  do {
    await new Promise<void>((resolve, reject) => {
      ffmpeg(source.location)
        .inputOptions(inputOptions(once, { skipped }))
        .outputOptions(['-map', '0:v:0', '-fps_mode', 'passthrough'])
        .format('null')
        .output('-')
        .on('end', () => resolve())
        .on('error', reject)
        .run();
    });
    passes++;
  } while (performance.now() - startedMs < seconds * 1000 && !signal.aborted);
  const sourceFps = fps ?? 25;
  return {
    frames: (passes * (durationMs ?? 0) * sourceFps) / 1000,
    elapsedS: (performance.now() - startedMs) / 1000,
    sourceFps,
  };
}
