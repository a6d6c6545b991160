import type { Pyramid } from '../capture/pyramid.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Embedder } from '../model/embedder.js';
import { messageOf } from '../shared/errors.js';
import type { EventStore } from '../store/event-store.js';
import type { SnapshotFolder } from '../store/snapshots.js';
import type { Logger } from '../telemetry/logger.js';
import type { RuleTransition } from './detectors.js';
import { snapshotJpeg } from './picture.js';

/** An event that is stored, and its picture. */
export interface RecordedEvent {
  event: DetectionEvent;
  /** null at an end, and where the picture could not be made. */
  jpeg: Buffer | null;
}

/** Where events are kept. */
export interface EventRecorderOptions {
  /** Gives the event its number. */
  store: Pick<EventStore, 'append'>;
  /** null: snapshots are not kept. */
  snapshots: SnapshotFolder | null;
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

  async record(
    { rule, transition }: RuleTransition,
    { cameraId, pyramid }: { cameraId: string; pyramid: Pyramid | null },
  ): Promise<RecordedEvent> {
    const jpeg =
      pyramid && transition.phase !== 'end' ? await snapshotJpeg(pyramid, transition.tile.box) : null;
    const snapshot = jpeg ? await this.#keep(transition.id, jpeg) : null;
    const event = this.#options.store.append({
      cameraId,
      ruleId: rule.id,
      severity: rule.severity,
      ...transition,
      ...(snapshot === null ? {} : { snapshot }),
      modelHash: this.#options.model.describe().modelHash,
    });
    return { event, jpeg };
  }

  /** A disk that is full must not cost the event itself. */
  async #keep(id: string, jpeg: Buffer): Promise<string | null> {
    try {
      return (await this.#options.snapshots?.write(id, jpeg)) ?? null;
    } catch (error) {
      this.#options.logger.error(
        { reason: messageOf(error) },
        'snapshot not written: is the disk full or read-only?',
      );
      return null;
    }
  }
}
