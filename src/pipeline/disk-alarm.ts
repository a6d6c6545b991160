import { randomUUID } from 'node:crypto';
import type { Bus } from '../bus.js';
import type { Embedder } from '../model/embedder.js';
import type { EventStore } from '../store/event-store.js';
import { DISK_FULL, ownEvent } from './own-events.js';

/** What such an event says instead of a camera. */
const STORE = 'store';

/** Makes an event of a disk that is nearly full, which lasts until there is room again. */
export class DiskAlarm {
  readonly #options: { store: Pick<EventStore, 'append'>; bus: Bus; model: Pick<Embedder, 'describe'> };
  #active: { id: string; startedAtMs: number } | null = null;

  constructor(options: { store: Pick<EventStore, 'append'>; bus: Bus; model: Pick<Embedder, 'describe'> }) {
    this.#options = options;
  }

  tell(isNearlyFull: boolean, nowMs: number): void {
    if (isNearlyFull === (this.#active !== null)) return;
    const { store, bus, model } = this.#options;
    const alarm = this.#active ?? { id: randomUUID(), startedAtMs: nowMs };
    this.#active = isNearlyFull ? alarm : null;
    const about = ownEvent({
      ...{ ...alarm, cameraId: STORE, ruleId: DISK_FULL, severity: 'warning', atMs: nowMs, startedPtsMs: 0 },
      modelHash: model.describe().modelHash,
    });
    const event = store.append(
      isNearlyFull ? { ...about, phase: 'start' } : { ...about, phase: 'end', endedAtMs: nowMs },
    );
    bus.emit('event', event, null);
  }
}
