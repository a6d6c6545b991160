import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../bus.js';
import type { CaptureSource } from '../capture/source.js';
import type { Embedder } from '../model/embedder.js';
import { backoffMs } from '../shared/backoff.js';
import { messageOf } from '../shared/errors.js';
import { redactUrl } from '../shared/redact-url.js';
import type { Logger } from '../telemetry/logger.js';
import type { CalibrationKeeper } from './calibration-keeper.js';
import type { EventRecorder } from './event-recorder.js';
import type { FixedPeaks } from './fixed-peaks.js';
import type { HistoryRecorder } from './history-recorder.js';
import type { NewestFrames } from './newest-frames.js';
import { previewJpeg } from './picture.js';
import type { RuleBook } from './rule-book.js';
import type { CameraSwitches } from './rule-switches.js';
import type { VectorRecorder } from './vector-recorder.js';
import { type WatchedFrame, watchCamera } from './watch-camera.js';

/** Between attempts at a source that cannot be opened at all, such as a file that is not there. */
const RETRY = { firstMs: 2_000, maxMs: 60_000 };

/** What {@link runCamera} needs. */
export interface RunCameraOptions {
  source: CaptureSource;
  book: () => RuleBook;
  embedder: Embedder;
  recorder: EventRecorder;
  calibrations: CalibrationKeeper;
  fixedPeaks: FixedPeaks;
  /** null: nothing is remembered. */
  vectors: VectorRecorder | null;
  history: HistoryRecorder;
  newest: NewestFrames;
  timeZone: string;
  motionGate: boolean;
  switches: CameraSwitches;
  bus: Bus;
  logger: Logger;
  signal: AbortSignal;
}

/** Watches one camera of the service until `signal` aborts, and tells the bus what happens. Never throws. */
export async function runCamera(options: RunCameraOptions): Promise<void> {
  const { source, bus, logger, signal, vectors, history, newest, motionGate } = options;
  const { cameraId } = source;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const watched = watchCamera({
        ...options,
        onModelError: 'skip',
        onStatus: (status) => bus.emit('camera', status),
      });
      for await (const frame of watched) {
        attempt = 1;
        vectors?.keep(frame, { cameraId, fps: source.fps, motionGate, timed: true });
        history.keep(frame, cameraId);
        newest.keep(frame, cameraId);
        await tell(frame, options);
      }
      vectors?.end(cameraId);
      return; // the footage is over
    } catch (error) {
      if (signal.aborted) return;
      const reason = redactUrl(messageOf(error));
      const retryInMs = backoffMs(attempt, RETRY);
      logger.error({ cameraId, reason, retryInMs }, 'camera cannot be watched');
      bus.emit('camera', {
        cameraId,
        state: 'offline',
        atMs: Date.now(),
        reason,
        retryInMs,
        size: null,
        missedPart: 0,
        health: null,
      });
      await sleep(retryInMs, undefined, { signal }).catch(() => {});
    }
  }
}

async function tell(frame: WatchedFrame, { source, bus, recorder }: RunCameraOptions): Promise<void> {
  const { pyramid, seen, scores, fresh } = frame;
  for (const score of scores) bus.emit('score', score);
  if (pyramid && seen) {
    const { cameraId, frameIndex, capturedAtMs } = pyramid;
    const [tiles, embedded] = [seen.coded?.length ?? 0, fresh.length];
    bus.emit('watched', { cameraId, frameIndex, capturedAtMs, tiles, embedded, unseen: seen.unseen });
  }
  for (const { event, jpeg } of await recorder.keep(frame, source.cameraId)) bus.emit('event', event, jpeg);
  // Without the page's server nobody listens, and no picture is made.
  if (pyramid === null || bus.listenerCount('frame') === 0) return;
  bus.emit('frame', {
    cameraId: source.cameraId,
    atMs: pyramid.capturedAtMs,
    widthPx: pyramid.preview.widthPx,
    heightPx: pyramid.preview.heightPx,
    jpeg: await previewJpeg(pyramid),
    tiles: scores.map(({ ruleId, tile, score, threshold }) => ({ ruleId, tile, score, threshold })),
  });
}
