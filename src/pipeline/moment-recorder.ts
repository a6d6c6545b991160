import { randomUUID } from 'node:crypto';
import type { Pyramid } from '../capture/pyramid.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Embedder } from '../model/embedder.js';
import { messageOf } from '../shared/errors.js';
import type { CalibrationId } from '../store/calibration-store.js';
import type { MomentStore } from '../store/moment-store.js';
import type { PlacedSample, SampleStore } from '../store/sample-store.js';
import type { SnapshotFolder } from '../store/snapshots.js';
import type { Logger } from '../telemetry/logger.js';
import type { Peak } from './camera-calibrations.js';
import { previewJpeg } from './picture.js';
import type { WatchedFrame } from './watch-camera.js';

/** Everyday tiles that are kept of each camera. */
const SAMPLES = 512;
/** Until there are so many, one is taken from every frame; from then on one a minute takes the place of another. */
const SAMPLE_PERIOD_MS = 60_000;
/** Samples that may wait, so that one wait for the disk does for many, and how long. */
const SAMPLES_WAITING = 256;
const SAMPLES_WAIT_MS = 30_000;

/** What {@link MomentRecorder} needs. */
export interface MomentRecorderOptions {
  moments: MomentStore;
  samples: SampleStore;
  snapshots: SnapshotFolder;
  model: Pick<Embedder, 'describe'>;
  logger: Logger;
  /** In [0, 1). */
  random?: () => number;
}

/** Keeps what a person may be asked about, and what a camera usually shows. What it cannot write is lost, and said. */
export class MomentRecorder implements Disposable {
  readonly #options: MomentRecorderOptions;
  /** By camera and model. */
  readonly #sampled = new Map<string, { count: number; atMs: number }>();
  #waiting: PlacedSample[] = [];
  readonly #timer = setInterval(() => this.#writeSamples(), SAMPLES_WAIT_MS).unref();

  constructor(options: MomentRecorderOptions) {
    this.#options = options;
  }

  /** An event that began. @param vector of its winning tile */
  event(
    event: DetectionEvent,
    { key, scoring, vector }: { key: string | null; scoring: string; vector: Float32Array },
  ): void {
    const { id, cameraId, ruleId, modelHash, atMs, score, threshold, tile } = event;
    this.#keep(() =>
      this.#options.moments.put({
        ...{ id, kind: 'event', peak: null, cameraId, ruleId, key: key ?? '', modelHash },
        ...{ scoring, atMs, score, threshold, tile, vector },
      }),
    );
  }

  /** A frame that is one of the highest peaks of a rule. */
  async peaks(
    peaks: readonly Peak[],
    {
      pyramid,
      vectors,
      scoringOf,
    }: { pyramid: Pyramid; vectors: readonly Float32Array[] } & Pick<WatchedFrame, 'scoringOf'>,
  ): Promise<void> {
    if (peaks.length === 0) return;
    const { moments, snapshots, model } = this.#options;
    const jpeg = await previewJpeg(pyramid);
    for (const { peak, key, score, fixed } of peaks) {
      const { cameraId, ruleId, atMs, tile, threshold } = score;
      const id = this.#idOf({ cameraId, ruleId, key, peak });
      try {
        await snapshots.write(id, jpeg);
      } catch (error) {
        this.#complain(error);
      }
      this.#keep(() =>
        moments.put({
          ...{ id, kind: 'peak', peak, cameraId, ruleId, key, modelHash: model.describe().modelHash },
          ...{
            scoring: scoringOf(ruleId),
            atMs,
            score: score.score,
            threshold,
            tile,
            vector: vectors[tile.index]!,
            reached: fixed?.reached ?? null,
          },
        }),
      );
      // Among what is left out may be this one: the beginning of an event.
      if (fixed) this.#keep(() => moments.forgetPeaks({ cameraId, ruleId, key }, { but: fixed.kept }));
    }
  }

  /** Now and then keeps one tile of a frame, whatever it shows. */
  sample({ cameraId, capturedAtMs: atMs }: Pyramid, vectors: readonly Float32Array[]): void {
    const { samples, model, random = Math.random } = this.#options;
    const { modelHash } = model.describe();
    const of = `${cameraId}/${modelHash}`;
    const seen = this.#sampled.get(of) ?? { count: samples.list(cameraId, modelHash).length, atMs: 0 };
    this.#sampled.set(of, seen);
    const isFull = seen.count >= SAMPLES;
    if (isFull && atMs - seen.atMs < SAMPLE_PERIOD_MS && atMs >= seen.atMs) return;
    const tile = Math.floor(random() * vectors.length);
    const slot = isFull ? Math.floor(random() * SAMPLES) : seen.count;
    this.#waiting.push({ cameraId, modelHash, slot, atMs, tile, vector: vectors[tile]! });
    seen.atMs = atMs;
    seen.count = Math.min(SAMPLES, seen.count + 1);
    if (this.#waiting.length >= SAMPLES_WAITING) this.#writeSamples();
  }

  #writeSamples(): void {
    const samples = this.#waiting;
    this.#waiting = [];
    if (samples.length > 0) this.#keep(() => this.#options.samples.put(samples));
  }

  /** Writes what waits. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#writeSamples();
  }

  /** A peak keeps its id when a higher frame of it is seen. */
  #idOf({ peak, ...calibration }: CalibrationId & { peak: number }): string {
    return this.#options.moments.peaksOf(calibration).get(peak)?.id ?? randomUUID();
  }

  #keep(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    this.#options.logger.warn(
      { reason: messageOf(error) },
      'moment not kept: is the disk full or read-only?',
    );
  }
}
