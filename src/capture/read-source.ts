import { WordwatchError } from '../shared/errors.js';
import type { SizePx } from '../shared/geometry.js';
import { redactUrl } from '../shared/redact-url.js';
import type { Logger } from '../telemetry/logger.js';
import { sourceKind } from './create-source.js';
import { type SkippedFrames, startFfmpeg } from './ffmpeg.js';
import { FrameReader } from './frame-reader.js';
import { drawSheet, listPictures } from './images.js';
import { type Mosaic, planMosaic } from './mosaic.js';
import { probe } from './probe.js';
import type { Pyramid } from './pyramid.js';
import { reasonOf } from './reasons.js';
import { type SegmentOutput, segmentOutput } from './segments.js';
import type { CaptureSource, PlanPyramid } from './source.js';

/** What {@link readSource} needs. */
export interface ReadOptions {
  plan: PlanPyramid;
  signal: AbortSignal;
  logger: Logger;
  /** Told the frame's size once it is known. */
  onSize: (size: SizePx) => void;
}

/** A frame before it is known when it was captured. */
export type RawFrame = Omit<Pyramid, 'frameIndex' | 'capturedAtMs'>;

/**
 * Reads a source once, until it ends, fails or `signal` aborts.
 * @throws WordwatchError `source-…` when it cannot be read or its end is not what it should be
 */
export async function* readSource(source: CaptureSource, options: ReadOptions): AsyncGenerator<RawFrame> {
  const { size, codec, colourMatrix, skipped } = await probe(source);
  options.onSize(size);
  const mosaic = planMosaic(options.plan(size), { fps: source.fps, colourMatrix });
  const { levels, preview } = mosaic;
  const picture = {
    cameraId: source.cameraId,
    sourceWidthPx: size.widthPx,
    sourceHeightPx: size.heightPx,
    levels,
    preview,
  };
  const frame = (data: Uint8Array, ptsMs: number): RawFrame => ({ ...picture, ptsMs, data });
  if (sourceKind(source.location) === 'images')
    yield* readPictures(source, { mosaic, frame, signal: options.signal });
  else yield* readVideo(source, { ...options, mosaic, frame, skipped, codec });
}

type MakeFrame = (data: Uint8Array, ptsMs: number) => RawFrame;

async function* readPictures(
  { location, fps, loop }: CaptureSource,
  { mosaic, frame, signal }: { mosaic: Mosaic; frame: MakeFrame; signal: AbortSignal },
): AsyncGenerator<RawFrame> {
  let index = 0;
  do {
    for (const file of listPictures(location)) {
      if (signal.aborted) return;
      yield frame(await drawSheet(file, mosaic), (index++ / fps) * 1000);
    }
  } while (loop);
}

async function* readVideo(
  source: CaptureSource,
  {
    signal,
    logger,
    mosaic,
    frame,
    skipped,
    codec,
  }: ReadOptions & { mosaic: Mosaic; frame: MakeFrame; skipped: SkippedFrames; codec: string | null },
): AsyncGenerator<RawFrame> {
  if (signal.aborted) return;
  const reader = new FrameReader(mosaic.frameBytes);
  // A live source is opened again with a plan for its new shape; a file cannot be, and goes on squashed.
  const isLive = sourceKind(source.location) !== 'file';
  let shape: number | null = null;
  let changed = false;
  const ffmpeg = startFfmpeg({
    source,
    skipped,
    filter: mosaic.filter,
    segments: segmentsOf(source, { codec, logger }),
    onFrame: (seconds, { widthPx, heightPx }) => {
      shape ??= widthPx / heightPx;
      reader.tell(seconds);
      if (changed || Math.abs(widthPx / heightPx - shape) < 0.02) return;
      changed = true;
      logger.warn({ cameraId: source.cameraId, widthPx, heightPx }, 'the picture’s shape changed');
    },
  });
  const stop = () => void ffmpeg.stop();
  signal.addEventListener('abort', stop, { once: true });
  void ffmpeg.ended.then(() => reader.end());
  let frames = 0;
  try {
    for await (const { data, ptsMs } of reader.read(ffmpeg.stdout)) {
      if (signal.aborted) return;
      if (changed && isLive) {
        throw new WordwatchError('source-resized', 'the picture’s shape changed', { retryable: true });
      }
      frames++;
      yield frame(data, ptsMs);
    }
    const end = await ffmpeg.ended;
    if (end.wanted) return;
    if (frames === 0) throw failure(end.words, source);
    if (!end.ok || end.words !== '') {
      const { reason } = reasonOf(end.words, source);
      logger.warn(
        { cameraId: source.cameraId, frames, reason },
        'source damaged or cut off: frames up to there were read',
      );
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await ffmpeg.stop();
  }
}

/** Sources whose codec was told of. */
const toldOf = new WeakSet<CaptureSource>();

function segmentsOf(
  source: CaptureSource,
  { codec, logger }: { codec: string | null; logger: Logger },
): SegmentOutput | null {
  if (source.segmentsFolder === null) return null;
  const output = segmentOutput(source.segmentsFolder, codec);
  const { cameraId } = source;
  if (!toldOf.has(source)) {
    if (output === null)
      logger.warn({ cameraId, codec }, 'no clips of this camera: only H.264 and HEVC can be copied');
    else if (codec === 'hevc') logger.warn({ cameraId, codec }, 'clips may not play in every browser');
  }
  toldOf.add(source);
  return output;
}

function failure(words: string, source: CaptureSource): WordwatchError {
  const { code, reason } = reasonOf(words === '' ? 'no frame in it' : words, source);
  return new WordwatchError(code, `${redactUrl(source.location)}: ${reason}`, {
    userInput: sourceKind(source.location) === 'file',
    retryable: true,
  });
}
