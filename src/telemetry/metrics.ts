import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Bus, WatchedMoment } from '../bus.js';
import type { CameraStatus } from '../capture/source.js';
import type { DetectionEvent } from '../detect/event.js';
import { HEALTH_KINDS, isSeeing } from '../shared/camera-health.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { RecentFrames, type RecentRates } from './recent-frames.js';

/** A frame is scored within tens of milliseconds where there is time, and within seconds where there is none. */
const LATENCY_BUCKETS_S = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 120];

/** What waits somewhere. */
export interface Waiting {
  waiting: number;
  /** Since the start; because it could not wait any longer. */
  dropped: number;
  /** Capture time of the oldest that waits, milliseconds since the epoch; null: nothing waits, or nobody knows. */
  oldestAtMs: number | null;
}

/** A camera in numbers: of the last half minute, and since the start. */
export interface CameraNumbers extends RecentRates {
  cameraId: string;
  frames: number;
  framesDropped: number;
}

/** What {@link Metrics} needs. */
export interface MetricsOptions {
  bus: Bus;
  /** Events that wait for the disk. */
  store: () => Pick<Waiting, 'waiting'>;
  /** Vectors since the start that are remembered, and that are lost since the disk did not take them; null: none are kept. */
  vectors: () => { written: number; lost: number; waitingBytes: number } | null;
  /** Batches that wait for the model or are in it, and whether it works. */
  model: () => { underWay: number; works: boolean };
  /** Destinations of events by name. */
  destinations: () => Record<string, Waiting & { connected: boolean }>;
  clock?: Clock;
}

/**
 * Numbers about the running program, in the format of Prometheus. Labels are cameras, rules and words of the program's
 * own: nothing that could be of any number.
 */
export class Metrics implements Disposable {
  readonly #options: MetricsOptions;
  readonly #registry = new Registry();
  readonly #states = new Map<string, CameraStatus['state']>();
  readonly #lastFrame = new Map<string, number>();
  readonly #recent: RecentFrames;
  readonly #frames = this.#counter('frames_total', 'Frames looked at', ['camera']);
  readonly #tiles = this.#counter('tiles_total', 'Tiles of these frames', ['camera']);
  readonly #embedded = this.#counter(
    'tiles_embedded_total',
    'Of these tiles, those embedded; the others had not changed',
    ['camera'],
  );
  readonly #unscored = this.#counter(
    'frames_unscored_total',
    'Frames without scores: the camera saw nothing, or the model failed',
    ['camera', 'reason'],
  );
  readonly #missed = this.#counter('frames_dropped_total', 'Frames that the machine had no time for', [
    'camera',
  ]);
  readonly #reconnects = this.#counter('camera_reconnects_total', 'Times that a camera was back', ['camera']);
  readonly #failures = this.#counter(
    'camera_failures_total',
    'Times that a camera went away or could not be reached',
    ['camera'],
  );
  readonly #events = this.#counter('events_total', 'Events begun', ['camera', 'rule', 'severity']);
  readonly #deaths = this.#counter('model_worker_deaths_total', 'Worker threads of the model that died', []);
  readonly #up = this.#gauge('camera_up', '1 while a camera sees something', ['camera']);
  readonly #health = this.#gauge('camera_unwell', '1 for what is wrong with a camera now', [
    'camera',
    'kind',
  ]);
  readonly #scored = this.#histogram('score_latency_seconds', 'From the arrival of a frame to its scores', [
    'camera',
  ]);
  readonly #published = this.#histogram(
    'publish_latency_seconds',
    'From the arrival of a frame to the confirmation of the event that it brought',
    ['destination'],
  );

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#recent = new RecentFrames(this.#nowMs);
    collectDefaultMetrics({ register: this.#registry });
    this.#collectWaiting();
  }

  start(): void {
    const { bus } = this.#options;
    bus.on('watched', this.#onWatched);
    bus.on('camera', this.#onCamera);
    bus.on('event', this.#onEvent);
    bus.on('published', this.#onPublished);
  }

  [Symbol.dispose](): void {
    const { bus } = this.#options;
    bus.off('watched', this.#onWatched);
    bus.off('camera', this.#onCamera);
    bus.off('event', this.#onEvent);
    bus.off('published', this.#onPublished);
  }

  /** All numbers as they are now. */
  async text(): Promise<{ type: string; body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  /** How cameras do, in their order. */
  async cameras(cameraIds: readonly string[]): Promise<CameraNumbers[]> {
    const [frames, dropped] = await Promise.all([byCamera(this.#frames), byCamera(this.#missed)]);
    return cameraIds.map((cameraId) => ({
      ...{ cameraId, ...this.#recent.ratesOf(cameraId, this.#nowMs) },
      ...{ frames: frames.get(cameraId) ?? 0, framesDropped: dropped.get(cameraId) ?? 0 },
    }));
  }

  /** A worker thread of the model died. */
  workerDied(): void {
    this.#deaths.inc();
  }

  get #nowMs(): number {
    return (this.#options.clock ?? systemClock).nowMs();
  }

  readonly #onWatched = ({ cameraId: camera, ...frame }: WatchedMoment): void => {
    this.#frames.inc({ camera });
    this.#tiles.inc({ camera }, frame.tiles);
    this.#embedded.inc({ camera }, frame.embedded);
    if (frame.tiles === 0) this.#unscored.inc({ camera, reason: frame.unseen ? 'camera' : 'model' });
    const latencyMs = frame.tiles === 0 ? null : 1000 * this.#secondsSince(frame.capturedAtMs);
    if (latencyMs !== null) this.#scored.observe({ camera }, latencyMs / 1000);
    // The numbers of frames go up by one, but for those that were dropped, and begin anew with the camera.
    const last = this.#lastFrame.get(camera);
    const dropped = last === undefined ? 0 : Math.max(0, frame.frameIndex - last - 1);
    this.#missed.inc({ camera }, dropped);
    const { tiles, embedded } = frame;
    this.#recent.add(camera, { atMs: this.#nowMs, dropped, tiles, embedded, latencyMs });
    this.#lastFrame.set(camera, frame.frameIndex);
  };

  readonly #onCamera = (status: CameraStatus): void => {
    const { cameraId: camera, state, health } = status;
    const before = this.#states.get(camera);
    if (state === 'offline' && before !== 'offline') this.#failures.inc({ camera });
    if (state === 'online' && before !== 'online' && this.#lastFrame.has(camera))
      this.#reconnects.inc({ camera });
    this.#states.set(camera, state);
    this.#up.set({ camera }, isSeeing(status) ? 1 : 0);
    for (const kind of HEALTH_KINDS) this.#health.set({ camera, kind }, health?.kind === kind ? 1 : 0);
  };

  readonly #onEvent = ({ cameraId: camera, ruleId: rule, severity, phase }: DetectionEvent): void => {
    if (phase === 'start') this.#events.inc({ camera, rule, severity });
  };

  readonly #onPublished = ({ atMs }: DetectionEvent, destination: string): void => {
    this.#published.observe({ destination }, this.#secondsSince(atMs));
  };

  #secondsSince(atMs: number): number {
    return Math.max(0, this.#nowMs - atMs) / 1000;
  }

  /** What is asked for when the numbers are. */
  #collectWaiting(): void {
    const { store, vectors, model, destinations } = this.#options;
    const all = (pick: (waiting: Waiting & { connected: boolean }) => number) => (gauge: Gauge<string>) => {
      for (const [destination, state] of Object.entries(destinations()))
        gauge.set({ destination }, pick(state));
    };
    const ageS = ({ oldestAtMs }: Waiting) => (oldestAtMs === null ? 0 : this.#secondsSince(oldestAtMs));
    this.#asked(
      'outbox_waiting',
      'Events that a destination has not confirmed',
      all(({ waiting }) => waiting),
    );
    this.#asked('outbox_age_seconds', 'Age of the oldest of these', all(ageS));
    this.#asked(
      'outbox_dropped',
      'Events that were dropped because too many waited',
      all(({ dropped }) => dropped),
    );
    this.#asked(
      'destination_up',
      '1 while a destination is connected',
      all(({ connected }) => Number(connected)),
    );
    this.#asked('store_waiting', 'Events that wait for the disk', (gauge) => gauge.set(store().waiting), []);
    const counted =
      (pick: (counts: NonNullable<ReturnType<typeof vectors>>) => number) => (gauge: Gauge<string>) => {
        const counts = vectors();
        if (counts) gauge.set(pick(counts));
      };
    const remembered = counted(({ written }) => written);
    this.#asked('vectors_written', 'Vectors that were written to the data folder', remembered, []);
    const lost = counted((counts) => counts.lost);
    this.#asked('vectors_lost', 'Vectors that were dropped because too many waited for the disk', lost, []);
    const waiting = counted(({ waitingBytes }) => waitingBytes);
    this.#asked('vectors_waiting_bytes', 'Size of those that wait for the disk', waiting, []);
    this.#asked(
      'model_under_way',
      'Batches that wait for the model or are in it',
      (gauge) => gauge.set(model().underWay),
      [],
    );
    this.#asked('model_up', '1 while the model works', (gauge) => gauge.set(Number(model().works)), []);
  }

  #asked(
    name: string,
    help: string,
    collect: (gauge: Gauge<string>) => void,
    labelNames = ['destination'],
  ): void {
    new Gauge({
      ...{ name: `wordwatch_${name}`, help, labelNames, registers: [this.#registry] },
      collect() {
        collect(this);
      },
    });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter<string> {
    return new Counter({ name: `wordwatch_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge<string> {
    return new Gauge({ name: `wordwatch_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, labelNames: string[]): Histogram<string> {
    const registers = [this.#registry];
    return new Histogram({
      name: `wordwatch_${name}`,
      help,
      labelNames,
      buckets: LATENCY_BUCKETS_S,
      registers,
    });
  }
}

async function byCamera(counter: Counter<string>): Promise<Map<string, number>> {
  const { values } = await counter.get();
  return new Map(values.map(({ labels, value }) => [String(labels.camera), value]));
}
