import { createHash } from 'node:crypto';
import type { Pyramid } from '../capture/pyramid.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Embedder } from '../model/embedder.js';
import { messageOf } from '../shared/errors.js';
import type { CalibrationId } from '../store/calibration-store.js';
import type { MomentStore } from '../store/moment-store.js';
import type { SampleStore, TileSample } from '../store/sample-store.js';
import type { SnapshotFolder } from '../store/snapshots.js';
import type { Logger } from '../telemetry/logger.js';
import type { Peak } from './camera-calibrations.js';
import { previewJpeg } from './picture.js';
import type { WatchedFrame } from './watch-camera.js';

/** Everyday tiles that are kept of each camera. */
const SAMPLES = 512;
/** Until there are so many, one is taken from every frame; from then on one a minute takes the place of another. */
const SAMPLE_PERIOD_MS = 60_000;

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
export class MomentRecorder {
  readonly #options: MomentRecorderOptions;
  readonly #sampled = new Map<string, { count: number; atMs: number }>();

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
    for (const { peak, key, score } of peaks) {
      const { cameraId, ruleId, atMs, tile, threshold } = score;
      const id = momentIdOf({ cameraId, ruleId, key, peak });
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
          },
        }),
      );
    }
  }

  /** Now and then keeps one tile of a frame, whatever it shows. */
  sample({ cameraId, capturedAtMs: atMs }: Pyramid, vectors: readonly Float32Array[]): void {
    const { samples, model, random = Math.random } = this.#options;
    const { modelHash } = model.describe();
    const seen = this.#sampled.get(cameraId) ?? { count: samples.list(cameraId, modelHash).length, atMs: 0 };
    this.#sampled.set(cameraId, seen);
    const isFull = seen.count >= SAMPLES;
    if (isFull && atMs - seen.atMs < SAMPLE_PERIOD_MS && atMs >= seen.atMs) return;
    const tile = Math.floor(random() * vectors.length);
    const slot = isFull ? Math.floor(random() * SAMPLES) : seen.count;
    const sample: TileSample = { slot, atMs, tile, vector: vectors[tile]! };
    seen.atMs = atMs;
    seen.count = Math.min(SAMPLES, seen.count + 1);
    this.#keep(() => samples.put(cameraId, modelHash, sample));
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

/** A peak's id as a moment: a UUID (version 8: a hash) that only this peak of this calibration has. */
export function momentIdOf({ cameraId, ruleId, key, peak }: CalibrationId & { peak: number }): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([cameraId, ruleId, key, peak]))
    .digest('hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
