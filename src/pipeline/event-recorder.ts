import { randomUUID } from 'node:crypto';
import type { Pyramid } from '../capture/pyramid.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Embedder } from '../model/embedder.js';
import { messageOf } from '../shared/errors.js';
import { WHOLE_FRAME } from '../shared/geometry.js';
import type { EventStore } from '../store/event-store.js';
import type { SnapshotFolder } from '../store/snapshots.js';
import type { Logger } from '../telemetry/logger.js';
import type { RuleTransition } from './detectors.js';
import type { HealthStep } from './health-watch.js';
import type { MomentRecorder } from './moment-recorder.js';
import { CAMERA_BLIND, CAMERA_DEGRADED, ownEvent, SCENE_CHANGED } from './own-events.js';
import { snapshotJpeg } from './picture.js';
import type { WatchedFrame } from './watch-camera.js';

/** An event that is stored, and its picture. */
export interface RecordedEvent {
  event: DetectionEvent;
  /** Of this phase; null at an end, and where it could not be made. What is kept is the first one. */
  jpeg: Buffer | null;
}

/** Where events are kept. */
export interface EventRecorderOptions {
  /** Gives the event its number. */
  store: Pick<EventStore, 'add' | 'settled'>;
  /** null: snapshots are not kept. */
  snapshots: SnapshotFolder | null;
  /** Keeps what people are asked about; null: nobody is asked. */
  moments: MomentRecorder | null;
  /** Asked at every event: the weights of a model at a server are known when it was reached. */
  model: Pick<Embedder, 'describe'>;
  logger: Logger;
}

/** Makes events of transitions and keeps them: first the picture, then the event that refers to it. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Keeps what is to be kept of a frame. @returns the events that it brought, in order, once they are on the disk */
  async keep(frame: WatchedFrame, cameraId: string): Promise<RecordedEvent[]> {
    try {
      return await this.#keep(frame, cameraId);
    } finally {
      await this.#options.store.settled();
    }
  }

  async #keep(frame: WatchedFrame, cameraId: string): Promise<RecordedEvent[]> {
    const { pyramid, transitions, peaks, sceneChanged } = frame;
    const vectors = frame.seen?.coded?.map(({ vector }) => vector);
    const { moments } = this.#options;
    const recorded: RecordedEvent[] = [];
    for (const step of frame.healthSteps) recorded.push(await this.#health(step, { cameraId, pyramid }));
    for (const transition of transitions) {
      const made = await this.#record(transition, { cameraId, pyramid });
      recorded.push(made);
      const { event } = made;
      const vector = vectors?.[event.tile.index];
      if (event.phase === 'start' && vector) {
        const key = frame.calibrationKeyOf(event.ruleId);
        moments?.event(event, { key, scoring: frame.scoringOf(event.ruleId), vector });
      }
    }
    if (pyramid && vectors) {
      await moments?.peaks(peaks, { pyramid, vectors, scoringOf: frame.scoringOf });
      moments?.sample(pyramid, vectors);
    }
    if (pyramid && sceneChanged) recorded.push(...(await this.#sceneChange(pyramid)));
    return recorded;
  }

  async #record(
    { rule, transition }: RuleTransition,
    { cameraId, pyramid }: { cameraId: string; pyramid: Pyramid | null },
  ): Promise<RecordedEvent> {
    const jpeg =
      pyramid && transition.phase !== 'end' ? await snapshotJpeg(pyramid, transition.tile.box) : null;
    const snapshot = jpeg ? await this.#write(transition.id, jpeg) : null;
    const event = this.#options.store.add({
      cameraId,
      ruleId: rule.id,
      severity: rule.severity,
      ...transition,
      ...(snapshot === null ? {} : { snapshot }),
      modelHash: this.#options.model.describe().modelHash,
    });
    return { event, jpeg };
  }

  /** An event of its own, over as soon as it is told. */
  async #sceneChange(pyramid: Pyramid): Promise<RecordedEvent[]> {
    const { cameraId, capturedAtMs: atMs, ptsMs } = pyramid;
    const jpeg = await snapshotJpeg(pyramid, WHOLE_FRAME);
    const id = randomUUID();
    const snapshot = await this.#write(id, jpeg);
    const about = ownEvent({
      ...{ id, cameraId, ruleId: SCENE_CHANGED, severity: 'warning', atMs, startedAtMs: atMs },
      startedPtsMs: ptsMs,
      ...(snapshot === null ? {} : { snapshot }),
      modelHash: this.#options.model.describe().modelHash,
    });
    const start = this.#options.store.add({ ...about, phase: 'start' });
    const end = this.#options.store.add({ ...about, phase: 'end', endedAtMs: atMs });
    return [
      { event: start, jpeg },
      { event: end, jpeg: null },
    ];
  }

  /** What is wrong with a camera, with the first picture that shows it. */
  async #health(
    { phase, id, kind, blind, ...times }: HealthStep,
    { cameraId, pyramid }: { cameraId: string; pyramid: Pyramid | null },
  ): Promise<RecordedEvent> {
    const jpeg = pyramid && phase === 'start' ? await snapshotJpeg(pyramid, WHOLE_FRAME) : null;
    const snapshot = jpeg ? await this.#write(id, jpeg) : null;
    const about = ownEvent({
      ...{ id, cameraId, ruleId: blind ? CAMERA_BLIND : CAMERA_DEGRADED, health: kind, ...times },
      severity: blind ? 'warning' : 'info',
      ...(snapshot === null ? {} : { snapshot }),
      modelHash: this.#options.model.describe().modelHash,
    });
    const event = this.#options.store.add({
      ...{ ...about, phase },
      ...(phase === 'end' ? { endedAtMs: times.atMs } : {}),
    });
    return { event, jpeg };
  }

  /** A disk that is full must not cost the event itself. */
  async #write(id: string, jpeg: Buffer): Promise<string | null> {
    try {
      return (await this.#options.snapshots?.writeFirst(id, jpeg)) ?? null;
    } catch (error) {
      this.#options.logger.error(
        { reason: messageOf(error) },
        'snapshot not written: is the disk full or read-only?',
      );
      return null;
    }
  }
}
