import type { Bus } from '../bus.js';
import type { CameraStatus } from '../capture/source.js';
import { RegimeDetector } from '../rules/calibration/regime.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import { type HealthChange, type HistoryStore, MINUTE_MS } from '../store/history/history-store.js';
import type { MinuteScore, ScoreMinute } from '../store/history/minute-scores.js';
import type { Logger } from '../telemetry/logger.js';
import type { WatchedFrame } from './watch-camera.js';

/** Finished minutes wait so long, so that one transaction does for all cameras. */
const WRITE_PERIOD_MS = 10_000;
/** While the disk refuses them, so many minutes of cameras wait in memory: 2½ hours of 64 cameras. What is older is lost. */
const MAX_WAITING = 10_000;

const STOPPED = { state: 'stopped', health: null, reason: null } as const;

/** What {@link HistoryRecorder} needs. */
export interface HistoryRecorderOptions {
  store: Pick<HistoryStore, 'write' | 'health' | 'lastMs'>;
  cameraIds: readonly string[];
  bus: Bus;
  logger: Logger;
  clock?: Clock;
}

/** A minute of one camera that is still going on. */
interface OpenMinute {
  minute: number;
  scores: Map<string, MinuteScore>;
  light: ScoreMinute['light'];
  /** Frames that showed something. */
  seen: number;
}

/** One camera. */
interface Track {
  regime: RegimeDetector;
  open: OpenMinute | null;
  /** As it was noted last; null: nothing was, since the start. */
  health: HealthChange | null;
}

/** Keeps each minute's highest score of every rule, and how cameras stood, for weeks. Never throws. */
export class HistoryRecorder implements Disposable {
  readonly #options: HistoryRecorderOptions;
  readonly #clock: Clock;
  readonly #tracks: ReadonlyMap<string, Track>;
  readonly #timer = setInterval(() => this.write(), WRITE_PERIOD_MS).unref();
  #minutes: { cameraId: string; minute: ScoreMinute }[] = [];
  #changes: { cameraId: string; change: HealthChange }[] = [];
  #refused = false;
  #isWriting = false;

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#tracks = new Map(
      options.cameraIds.map((id) => [id, { regime: new RegimeDetector(), open: null, health: null }]),
    );
  }

  /** Begins to follow the cameras' health. A program that was killed could not say that it stops: that is said now. */
  start(): void {
    const { cameraIds, bus, logger } = this.#options;
    try {
      for (const cameraId of cameraIds) this.#sayStopped(cameraId);
    } catch (error) {
      // Cameras are watched, whatever becomes of the past.
      logger.error({ reason: messageOf(error) }, 'history cannot be read');
    }
    bus.on('camera', this.#onStatus);
  }

  #sayStopped(cameraId: string): void {
    const { store } = this.#options;
    const nowMs = this.#clock.nowMs();
    const [last] = store.health({ cameraId, fromMs: nowMs, toMs: nowMs, limit: 1 });
    if (!last || last.state === 'stopped') return;
    const atMs = Math.min(nowMs, Math.max(last.atMs, store.lastMs(cameraId) ?? 0));
    this.#changes.push({ cameraId, change: { atMs, ...STOPPED } });
  }

  /** Takes the next frame of a camera. */
  keep({ seen, scores }: Pick<WatchedFrame, 'seen' | 'scores'>, cameraId: string): void {
    const track = this.#tracks.get(cameraId);
    if (!seen || !track) return;
    const minute = Math.floor(seen.atMs / MINUTE_MS);
    if (track.open?.minute !== minute) this.#finish(cameraId, track);
    track.open ??= { minute, scores: new Map(), light: null, seen: 0 };
    const { open } = track;
    // A covered lens is no night.
    if (!seen.unseen) {
      const regime = track.regime.observe(seen.atMs, seen.light);
      const mean = open.light?.brightness ?? 0;
      open.seen++;
      open.light = { regime, brightness: mean + (seen.light.brightness - mean) / open.seen };
    }
    for (const { ruleId, score, threshold, thresholdState: state } of scores) {
      if (!Number.isFinite(score) || !Number.isFinite(threshold)) continue;
      const highest = open.scores.get(ruleId);
      if (!highest || score > highest.score) open.scores.set(ruleId, { ruleId, score, threshold, state });
    }
  }

  readonly #onStatus = ({ cameraId, state, health, reason }: CameraStatus): void => {
    const track = this.#tracks.get(cameraId);
    if (!track) return;
    const { health: last } = track;
    const kind = health?.kind ?? null;
    // Between two attempts a camera is as far away as before.
    if (last?.state === 'offline' && state === 'connecting') return;
    if (last && last.state === state && last.health === kind) return;
    const nowMs = this.#clock.nowMs();
    // What is wrong is told when it has lasted; since when it was is what counts.
    const sinceMs = health && kind !== last?.health ? health.sinceMs : nowMs;
    const atMs = Math.max(Math.min(sinceMs, nowMs), last?.atMs ?? 0);
    this.#note(cameraId, { atMs, state, health: kind, reason: state === 'offline' ? reason : null });
  };

  #note(cameraId: string, change: HealthChange): void {
    this.#tracks.get(cameraId)!.health = change;
    this.#changes.push({ cameraId, change });
    if (this.#isWriting) return;
    this.#isWriting = true;
    // Whoever tells a status does not wait for the disk.
    setImmediate(() => this.write());
  }

  #finish(cameraId: string, track: Track): void {
    const { open } = track;
    track.open = null;
    if (!open) return;
    const { minute, light, scores } = open;
    this.#minutes.push({ cameraId, minute: { minute, light, scores: [...scores.values()] } });
  }

  /** Writes the minutes that are over. */
  write(): void {
    this.#isWriting = false;
    const { store, logger } = this.#options;
    const now = Math.floor(this.#clock.nowMs() / MINUTE_MS);
    for (const [cameraId, track] of this.#tracks)
      if (track.open && track.open.minute < now) this.#finish(cameraId, track);
    if (this.#minutes.length + this.#changes.length === 0) return;
    try {
      store.write({ minutes: this.#minutes, health: this.#changes });
    } catch (error) {
      if (!this.#refused)
        logger.error({ reason: messageOf(error) }, 'history not written: is the disk full or read-only?');
      this.#refused = true;
      this.#minutes.splice(0, this.#minutes.length - MAX_WAITING);
      this.#changes.splice(0, this.#changes.length - MAX_WAITING);
      return;
    }
    if (this.#refused) logger.info('history written: the disk is back');
    this.#refused = false;
    this.#minutes = [];
    this.#changes = [];
  }

  /** Writes all there is, and that nobody looks any more. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#options.bus.off('camera', this.#onStatus);
    const atMs = this.#clock.nowMs();
    for (const [cameraId, track] of this.#tracks) {
      this.#finish(cameraId, track);
      if (!track.health) continue;
      this.#changes.push({ cameraId, change: { atMs, ...STOPPED } });
    }
    this.write();
  }
}
