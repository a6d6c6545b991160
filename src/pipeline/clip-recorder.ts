import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../bus.js';
import { dropSegments, joinSegments, listSegments, SEGMENT_MS } from '../capture/segments.js';
import type { DetectionEvent } from '../detect/event.js';
import { messageOf } from '../shared/errors.js';
import type { ClipFolder } from '../store/clips.js';
import type { Logger } from '../telemetry/logger.js';

/** However long an event lasts, its clip does not go on beyond this. */
const CLIP_LIMIT_MS = 120_000;
/** Events are raised some time after they began, when they are confirmed: video is held for so long, at least. */
const CONFIRM_MS = 30_000;
/** A clip is made when the first piece behind it has begun; so much later it is made without, as the camera may be away. */
const LAST_PIECE_MS = 15_000;
/** Events that wait for their clips. Further ones get none. */
const WAITING_LIMIT = 200;
const PERIOD_MS = 1_000;
/** Between looks at the age of all clips; their size is looked at whenever one was made. */
const TRIM_PERIOD_MS = 3_600_000;
/** Of one clip: copying two minutes takes a second. */
const JOIN_TIMEOUT_MS = 60_000;
/** How long a stop works on the clips that wait. */
const STOP_TIMEOUT_MS = 5_000;

/** What {@link ClipRecorder} needs. */
export interface ClipRecorderOptions {
  clips: ClipFolder;
  /** The data folder. */
  root: string;
  /** Cameras that there are clips of. */
  cameraIds: readonly string[];
  /** Video before and after the event that belongs to its clip. */
  beforeMs: number;
  afterMs: number;
  /** Age and size to which clips are kept. */
  keepMs: number;
  maxBytes: number;
  bus: Bus;
  logger: Logger;
}

/** A clip that is still to be made: from when to when, milliseconds since the epoch. */
interface WaitingClip {
  cameraId: string;
  fromMs: number;
  untilMs: number;
}

/**
 * Makes clips of events from the pieces of video that capture leaves behind (`capture/segments.ts`), and takes away
 * the pieces that nothing needs any more: of each camera no more is held than a clip may be long and its event may
 * take to be confirmed. A clip that cannot be made costs nothing but the clip.
 */
export class ClipRecorder implements AsyncDisposable {
  readonly #options: ClipRecorderOptions;
  readonly #waiting = new Map<string, WaitingClip>();
  readonly #ending = new AbortController();
  /** Ends what is being joined, when a stop has waited long enough. */
  readonly #joining = new AbortController();
  /** Cameras whose last clip could not be made: said once. */
  readonly #failing = new Set<string>();
  #running: Promise<void> | null = null;
  #trimAtMs = 0;
  /** What was said of the folders. */
  #complaint: string | null = null;

  constructor(options: ClipRecorderOptions) {
    this.#options = options;
  }

  /** The folder for the pieces of one camera, there from {@link start} on. */
  segmentsFolder(cameraId: string): string {
    return join(this.#options.root, 'segments', cameraId);
  }

  /** Sweeps what a program that was killed has left, and begins to follow the bus. Fails at nothing: a disk may be full. */
  async start(): Promise<void> {
    const { root, clips, bus } = this.#options;
    try {
      await rm(join(root, 'segments'), { recursive: true, force: true });
      await clips.open();
      await this.#clean();
    } catch (error) {
      this.#complain(messageOf(error));
    }
    bus.on('event', this.#onEvent);
    this.#running = this.#run();
  }

  /** An event's clip; `coming`: it is not complete yet; null: there is none. @param id a UUID */
  async find(id: string): Promise<{ path: string } | 'coming' | null> {
    if (this.#waiting.has(id)) return 'coming';
    const path = await this.#options.clips.find(id);
    return path === null ? null : { path };
  }

  /** Makes the clips that wait of the video that there is, in a limited time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.bus.off('event', this.#onEvent);
    this.#ending.abort();
    const timer = setTimeout(() => this.#joining.abort(), STOP_TIMEOUT_MS);
    await this.#running;
    for (const [id, clip] of this.#waiting) if (!this.#joining.signal.aborted) await this.#make(id, clip);
    clearTimeout(timer);
  }

  readonly #onEvent = ({ id, cameraId, phase, ...event }: DetectionEvent): void => {
    const { cameraIds, beforeMs, afterMs, logger } = this.#options;
    if (phase === 'start' && cameraIds.includes(cameraId)) {
      if (this.#waiting.size >= WAITING_LIMIT) {
        logger.warn({ cameraId, limit: WAITING_LIMIT }, 'no clip of this event: too many wait for theirs');
        return;
      }
      const fromMs = Math.max(event.startedAtMs, event.atMs - CONFIRM_MS) - beforeMs;
      this.#waiting.set(id, { cameraId, fromMs, untilMs: fromMs + CLIP_LIMIT_MS });
    }
    const clip = this.#waiting.get(id);
    if (phase !== 'end' || !clip) return;
    clip.untilMs = Math.min(clip.untilMs, (event.endedAtMs ?? event.atMs) + afterMs);
  };

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#makeReady();
        await this.#clean();
        this.#complaint = null;
      } catch (error) {
        this.#complain(messageOf(error));
      }
      await sleep(PERIOD_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** One clip after the other: cameras' events come in crowds, and the disk is not to be. */
  async #makeReady(): Promise<void> {
    for (const [id, clip] of this.#waiting) {
      if (this.#ending.signal.aborted) return;
      const nowMs = Date.now();
      if (nowMs < clip.untilMs) continue;
      const isLate = nowMs >= clip.untilMs + LAST_PIECE_MS;
      if (isLate || (await this.#isOver(clip))) await this.#make(id, clip);
    }
  }

  /** Whether all pieces of a clip are complete. */
  async #isOver({ cameraId, untilMs }: WaitingClip): Promise<boolean> {
    const newest = (await listSegments(this.segmentsFolder(cameraId))).at(-1);
    return newest !== undefined && newest.startMs > untilMs;
  }

  async #make(id: string, { cameraId, fromMs, untilMs }: WaitingClip): Promise<void> {
    const { clips } = this.#options;
    const late = new AbortController();
    // No AbortSignal.timeout: combined with another signal, Node.js 20 may forget it.
    const timer = setTimeout(() => late.abort(), JOIN_TIMEOUT_MS);
    const signal = AbortSignal.any([this.#joining.signal, late.signal]);
    try {
      const all = await listSegments(this.segmentsFolder(cameraId));
      const segments = all.filter(({ startMs, endMs }) => endMs > fromMs && startMs <= untilMs);
      if (segments.length > 0) {
        await clips.write(id, (target) => joinSegments(segments, { target, signal }));
        this.#failing.delete(cameraId);
      } else this.#fail(cameraId, 'there is no video of that time');
    } catch (error) {
      this.#fail(cameraId, messageOf(error));
    }
    clearTimeout(timer);
    this.#waiting.delete(id);
    this.#trimAtMs = 0;
  }

  #fail(cameraId: string, reason: string): void {
    const hint = 'Is the disk full or read-only, the camera away, or its video neither H.264 nor HEVC?';
    if (!this.#failing.has(cameraId))
      this.#options.logger.error({ cameraId, reason, hint }, 'no clips for now; events are not affected');
    this.#failing.add(cameraId);
  }

  #complain(reason: string): void {
    const hint = 'Is the disk full or read-only?';
    if (this.#complaint !== reason) this.#options.logger.error({ reason, hint }, 'clips cannot be kept');
    this.#complaint = reason;
  }

  async #clean(): Promise<void> {
    const { cameraIds, beforeMs, keepMs, maxBytes, clips } = this.#options;
    const nowMs = Date.now();
    for (const cameraId of cameraIds) {
      const wanted = [...this.#waiting.values()].filter((clip) => clip.cameraId === cameraId);
      const heldMs = Math.min(nowMs - beforeMs - CONFIRM_MS, ...wanted.map(({ fromMs }) => fromMs));
      await mkdir(this.segmentsFolder(cameraId), { recursive: true });
      await dropSegments(this.segmentsFolder(cameraId), { beforeMs: heldMs - SEGMENT_MS });
    }
    if (nowMs < this.#trimAtMs) return;
    await clips.trim({ sinceMs: nowMs - keepMs, maxBytes });
    this.#trimAtMs = nowMs + TRIM_PERIOD_MS;
  }
}
