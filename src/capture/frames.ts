import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../shared/backoff.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import type { SizePx } from '../shared/geometry.js';
import { redactUrl } from '../shared/redact-url.js';
import type { Logger } from '../telemetry/logger.js';
import { sourceKind } from './create-source.js';
import { MissedFrames } from './missed-frames.js';
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
  const say = statusTeller(source, options);
  if (!isLive(source)) return recordedFrames(source, { ...options, say });
  return newestFrames({ ...options, source, say }, (queue, signal) =>
    isRecorded(source)
      ? play(source, { ...options, say, signal }, queue)
      : supervise(source, { ...options, say, signal }, queue),
  );
}

/** Whether a slow reader misses frames of it, instead of making it wait. */
export function isLive(source: CaptureSource): boolean {
  return source.realtime || !isRecorded(source);
}

function isRecorded({ location }: CaptureSource): boolean {
  const kind = sourceKind(location);
  return kind === 'file' || kind === 'images';
}

interface Told extends FramesOptions {
  say: ReturnType<typeof statusTeller>;
}

async function* recordedFrames(source: CaptureSource, options: Told): AsyncGenerator<Pyramid> {
  const { signal, say, clock = systemClock } = options;
  const openedAtMs = source.startTimeMs ?? (source.realtime ? clock.nowMs() : 0);
  let frameIndex = 0;
  for await (const frame of readSource(source, { ...options, onSize: say.size })) {
    if (frameIndex === 0) say.state('online');
    const capturedAtMs = source.realtime ? clock.nowMs() : openedAtMs + frame.ptsMs;
    yield { ...frame, frameIndex: frameIndex++, capturedAtMs };
  }
  if (!signal.aborted) say.state('ended');
}

/** A file at its own pace, as if it were a camera. */
async function play(source: CaptureSource, options: Told, queue: NewestQueue<Pyramid>): Promise<void> {
  for await (const frame of recordedFrames(source, options)) queue.push(frame);
}

/** The newest frames of what `produce` fills a queue with, and what the reader was too slow for. */
async function* newestFrames(
  { source, say, signal, logger, clock = systemClock }: Told & { source: CaptureSource },
  produce: (queue: NewestQueue<Pyramid>, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Pyramid> {
  const queue = new NewestQueue<Pyramid>(LIVE_QUEUE_FRAMES);
  const ending = new AbortController();
  const produced = produce(queue, AbortSignal.any([signal, ending.signal])).finally(() => queue.close());
  produced.catch(() => {}); // thrown below, when the reader comes back for more
  const missed = new MissedFrames(clock.nowMs());
  try {
    for await (const frame of queue) {
      const part = missed.after(queue.dropped, clock.nowMs());
      if (part !== null && say.missing(part)) {
        const { cameraId } = source;
        if (part > 0) logger.warn({ cameraId, missedPart: part }, 'the machine is too slow for all frames');
        else logger.info({ cameraId }, 'the machine is fast enough again');
      }
      yield frame;
    }
    // What ffmpeg says when it is ended is no news.
    if (!signal.aborted) await produced;
  } finally {
    ending.abort();
    await produced.catch(() => {});
  }
}

/** Connects again and again: connecting → online → offline (why, when next) → connecting … */
async function supervise(source: CaptureSource, options: Told, queue: NewestQueue<Pyramid>): Promise<void> {
  const { signal, say, logger } = options;
  const { cameraId } = source;
  const counted = { frameIndex: 0 };
  for (let attempt = 1; !signal.aborted; attempt++) {
    say.state('connecting');
    let reason: string;
    try {
      const before = counted.frameIndex;
      // ffmpeg also says "end" when an RTSP server stalls or goes away: a live source has no end.
      reason = await followOnce(source, { ...options, queue, counted });
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

interface Follow extends Told {
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
  let missedPart = 0;
  let state: CameraStatus['state'] = 'connecting';
  const nothing = { reason: null, retryInMs: null };
  const tell = (why: Pick<CameraStatus, 'reason' | 'retryInMs'> = nothing) =>
    onStatus({ cameraId, state, atMs: clock.nowMs(), ...why, size, missedPart, health: null });
  return {
    size: (known: SizePx) => {
      size = known;
    },
    state: (now: CameraStatus['state'], why?: Pick<CameraStatus, 'reason' | 'retryInMs'>) => {
      state = now;
      tell(why);
    },
    /** @returns whether this is news */
    missing: (part: number): boolean => {
      if (state !== 'online' || part === missedPart) return false;
      missedPart = part;
      tell();
      return true;
    },
  };
}
