import { randomUUID } from 'node:crypto';
import { type Look, PictureHealth } from '../capture/picture-health.js';
import type { Pyramid } from '../capture/pyramid.js';
import type { CameraStatus } from '../capture/source.js';
import { type CameraHealth, type HealthKind, isBlind } from '../shared/camera-health.js';
import { Lasting } from '../shared/lasting.js';

/** A camera that comes back sooner was not away. */
const OFFLINE_AFTER_MS = 10_000;

/** A step in the life of an event that says what is wrong with a camera. */
export interface HealthStep {
  phase: 'start' | 'update' | 'end';
  id: string;
  kind: HealthKind;
  /** Whether nothing can be seen; false: less than there should be. */
  blind: boolean;
  atMs: number;
  startedAtMs: number;
  startedPtsMs: number;
}

/** What is to be done with a frame, or with a while without one. */
export interface HealthVerdict {
  /** Nothing is seen: scores would say something of the picture, not of what is there. */
  unseen: boolean;
  /** Since when the camera has been blind; null: it is not, or that does not count yet. */
  blindSinceMs: number | null;
  steps: HealthStep[];
}

/** What {@link HealthWatch} needs. */
export interface HealthWatchOptions {
  /** Frames a second that the camera should send; null: whatever it does is right. */
  fps: number | null;
  onStatus: (status: CameraStatus) => void;
}

/** Follows what is wrong with one camera: tells it with the camera's status, and as events of its own. */
export class HealthWatch {
  readonly #onStatus: HealthWatchOptions['onStatus'];
  readonly #pictures: PictureHealth;
  readonly #offline = new Lasting({ raiseAfterMs: OFFLINE_AFTER_MS, clearAfterMs: 0 });
  #status: CameraStatus | null = null;
  #isDown = false;
  #health: CameraHealth | null = null;
  /** The event that is open. */
  #incident: HealthStep | null = null;
  #last = { atMs: 0, ptsMs: 0 };

  constructor({ fps, onStatus }: HealthWatchOptions) {
    this.#onStatus = onStatus;
    this.#pictures = new PictureHealth({ fps });
  }

  /** Takes the status as `capture` tells it, and tells it on with what is known of the pictures. */
  readonly status = (status: CameraStatus): void => {
    if (status.state === 'offline') this.#isDown = true;
    if (status.state === 'online' || status.state === 'ended') this.#isDown = false;
    this.#offline.observe(this.#isDown, status.atMs);
    this.#status = status;
    this.#tell();
    // A file has been read before its last frames have had their turn: what they show is of no camera any more.
    if (status.state === 'ended') this.#status = null;
  };

  /** Looks at a frame before the model does. Frames are given in order. */
  look(pyramid: Pyramid): Look {
    return this.#pictures.observe(pyramid);
  }

  /** A frame's turn has come. */
  frame({ unseen, health }: Look, { capturedAtMs: atMs, ptsMs }: Pyramid): HealthVerdict {
    this.#last = { atMs, ptsMs };
    const steps = this.#become(health);
    return { unseen, blindSinceMs: blindSince(health), steps };
  }

  /** No frame has come for a while. */
  silence(nowMs: number): HealthVerdict {
    if (!this.#isDown) return { unseen: false, blindSinceMs: null, steps: [] };
    const sinceMs = this.#offline.observe(true, nowMs);
    const { atMs, ptsMs } = this.#last;
    this.#last = { atMs: nowMs, ptsMs: ptsMs + Math.max(0, atMs === 0 ? 0 : nowMs - atMs) };
    const steps = sinceMs === null ? [] : this.#become({ kind: 'offline', sinceMs });
    return { unseen: true, blindSinceMs: sinceMs, steps };
  }

  /** Nobody looks any more: an open event ends, but that all is well is not known. */
  close(): HealthStep[] {
    this.#status = null;
    return this.#become(null);
  }

  #become(health: CameraHealth | null): HealthStep[] {
    if (health?.kind === this.#health?.kind) return [];
    this.#health = health;
    this.#tell();
    const { atMs, ptsMs } = this.#last;
    const steps: HealthStep[] = [];
    const open = this.#incident;
    if (open && (health === null || isBlind(health) !== open.blind)) {
      steps.push({ ...open, phase: 'end', atMs });
      this.#incident = null;
    }
    if (health === null) return steps;
    const { kind, sinceMs } = health;
    const about = { kind, blind: isBlind(health), atMs };
    const started = { startedAtMs: sinceMs, startedPtsMs: Math.max(0, ptsMs - (atMs - sinceMs)) };
    this.#incident = this.#incident
      ? { ...this.#incident, ...about, phase: 'update' }
      : { ...about, ...started, id: randomUUID(), phase: 'start' };
    return [...steps, this.#incident];
  }

  #tell(): void {
    if (!this.#status) return;
    const health = this.#status.state === 'ended' ? null : this.#health;
    this.#onStatus({ ...this.#status, health });
  }
}

function blindSince(health: CameraHealth | null): number | null {
  return health && isBlind(health) ? health.sinceMs : null;
}
