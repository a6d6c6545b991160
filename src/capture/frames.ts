import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../shared/backoff.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import type { SizePx } from '../shared/geometry.js';
import { redactUrl } from '../shared/redact-url.js';
import type { Logger } from '../telemetry/logger.js';
import { sourceKind } from './create-source.js';
import { NewestQueue } from './newest-queue.js';
import type { Pyramid } from './pyramid.js';
import { readSource } from './read-source.js';
import type { CameraStatus, CaptureSource, PlanPyramid } from './source.js';

/** A live source keeps so many frames for a slow reader and drops older ones. */
const LIVE_QUEUE_FRAMES = 2;
/** Looking at a stream and starting ffmpeg takes seconds on a busy machine: the first frame may be so much later. */
const CONNECT_ALLOWANCE_MS = 15_000;
const RECONNECT = { firstMs: 1_000, maxMs: 30_000 };

/** What {@link frames} needs. */
export interface FramesOptions {
  plan: PlanPyramid;
  signal: AbortSignal;
  logger: Logger;
  onStatus: (status: CameraStatus) => void;
  clock?: Clock;
}

/**
 * The sampled frames of a source, until it ends or `signal` aborts.
 *
 * Files and folders are read as fast as the reader takes them, then end; what is wrong with them is thrown. Live
 * sources never end: whatever happens to them, they are connected again, and a reader that is too slow gets the
 * newest frames.
 * @throws WordwatchError `source-…`, for files and folders
 */
export function frames(source: CaptureSource, options: FramesOptions): AsyncGenerator<Pyramid> {
  const kind = sourceKind(source.location);
  return kind === 'file' || kind === 'images' ? recordedFrames(source, options) : liveFrames(source, options);
}

async function* recordedFrames(source: CaptureSource, options: FramesOptions): AsyncGenerator<Pyramid> {
  const { signal, clock = systemClock } = options;
  const say = statusTeller(source, options);
  const openedAtMs = source.startTimeMs ?? (source.realtime ? clock.nowMs() : 0);
  let frameIndex = 0;
  for await (const frame of readSource(source, { ...options, onSize: say.size })) {
    if (frameIndex === 0) say.state('online');
    const capturedAtMs = source.realtime ? clock.nowMs() : openedAtMs + frame.ptsMs;
    yield { ...frame, frameIndex: frameIndex++, capturedAtMs };
  }
  if (!signal.aborted) say.state('ended');
}

async function* liveFrames(source: CaptureSource, options: FramesOptions): AsyncGenerator<Pyramid> {
  const queue = new NewestQueue<Pyramid>(LIVE_QUEUE_FRAMES);
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const supervised = supervise(source, { ...options, signal }, queue).finally(() => queue.close());
  try {
    yield* queue;
  } finally {
    ending.abort();
    await supervised;
  }
}

/** Connects again and again: connecting → online → offline (why, when next) → connecting … */
async function supervise(
  source: CaptureSource,
  options: FramesOptions,
  queue: NewestQueue<Pyramid>,
): Promise<void> {
  const { signal, logger } = options;
  const { cameraId } = source;
  const say = statusTeller(source, options);
  const counted = { frameIndex: 0 };
  for (let attempt = 1; !signal.aborted; attempt++) {
    say.state('connecting');
    let reason: string;
    try {
      const before = counted.frameIndex;
      // ffmpeg also says "end" when an RTSP server stalls or goes away: a live source has no end.
      reason = await followOnce(source, { ...options, say, queue, counted });
      if (counted.frameIndex > before) attempt = 1;
    } catch (error) {
      reason = redactUrl(messageOf(error));
    }
    if (signal.aborted) return;
    const retryInMs = backoffMs(attempt, RECONNECT);
    say.state('offline', { reason, retryInMs });
    logger.warn({ cameraId, reason, retryInMs, dropped: queue.dropped }, 'camera offline');
    await sleep(retryInMs, undefined, { signal }).catch(() => {});
  }
}

interface Follow extends FramesOptions {
  say: ReturnType<typeof statusTeller>;
  queue: NewestQueue<Pyramid>;
  counted: { frameIndex: number };
}

/** @returns why the stream is over */
async function followOnce(
  source: CaptureSource,
  { say, queue, counted, clock = systemClock, ...options }: Follow,
): Promise<string> {
  const stalled = new AbortController();
  const stall = () => stalled.abort();
  let watchdog = setTimeout(stall, source.stallTimeoutMs + CONNECT_ALLOWANCE_MS);
  const signal = AbortSignal.any([options.signal, stalled.signal]);
  let online = false;
  try {
    for await (const frame of readSource(source, { ...options, signal, onSize: say.size })) {
      clearTimeout(watchdog);
      watchdog = setTimeout(stall, source.stallTimeoutMs);
      if (!online) say.state('online');
      online = true;
      queue.push({ ...frame, frameIndex: counted.frameIndex++, capturedAtMs: clock.nowMs() });
    }
  } finally {
    clearTimeout(watchdog);
  }
  return stalled.signal.aborted ? `no picture for ${source.stallTimeoutMs / 1000} s` : 'the stream ended';
}

function statusTeller({ cameraId }: CaptureSource, { onStatus, clock = systemClock }: FramesOptions) {
  let size: SizePx | null = null;
  const nothing = { reason: null, retryInMs: null };
  return {
    size: (known: SizePx) => {
      size = known;
    },
    state: (state: CameraStatus['state'], why: Pick<CameraStatus, 'reason' | 'retryInMs'> = nothing) =>
      onStatus({ cameraId, state, atMs: clock.nowMs(), ...why, size }),
  };
}
