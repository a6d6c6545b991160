/** Rates and delays are of so much time. */
const WINDOW_MS = 30_000;
/** Frames of a camera that are kept; at more than 130 a second, rates are of less time. */
const MOST = 4_000;

/** A frame, as far as it is counted. */
export interface CountedFrame {
  /** When it was counted, milliseconds since the epoch. */
  atMs: number;
  /** Frames before it that the machine had no time for. */
  dropped: number;
  /** Its tiles, and of these the embedded ones. */
  tiles: number;
  embedded: number;
  /** From its arrival to its scores; null: it has none. */
  latencyMs: number | null;
}

/** How a camera did in the last half minute. */
export interface RecentRates {
  /** Frames a second that came, and that got scores. */
  receivedFps: number;
  scoredFps: number;
  /** Tiles a second that were embedded. */
  embeddedPerS: number;
  /** Part of the tiles that had not changed, and needed no model; null: there were none. */
  unchangedPart: number | null;
  /** From the arrival of a frame to its scores: half of them, and 95 %, within so much; null: there were none. */
  latencyMs: { p50: number; p95: number } | null;
}

/** The last half minute of every camera, frame by frame. */
export class RecentFrames {
  readonly #startedAtMs: number;
  readonly #cameras = new Map<string, CountedFrame[]>();

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
  }

  add(cameraId: string, frame: CountedFrame): void {
    const frames = this.#cameras.get(cameraId) ?? [];
    this.#cameras.set(cameraId, frames);
    frames.push(frame);
    // Not one by one: that would move all the others each time.
    if (frames.length > 2 * MOST) frames.splice(0, MOST);
  }

  ratesOf(cameraId: string, nowMs: number): RecentRates {
    const all = this.#cameras.get(cameraId) ?? [];
    const frames = all.slice(-MOST).filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    // A clock that was put back must not leave frames of the future here for ever.
    this.#cameras.set(cameraId, [...frames]);
    const from = frames.length === MOST ? frames[0]!.atMs : Math.max(this.#startedAtMs, nowMs - WINDOW_MS);
    const seconds = Math.max(1, (nowMs - from) / 1000);
    const sum = (pick: (frame: CountedFrame) => number) =>
      frames.reduce((total, frame) => total + pick(frame), 0);
    const latencies = frames.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
    const tiles = sum((frame) => frame.tiles);
    const embedded = sum((frame) => frame.embedded);
    return {
      receivedFps: (frames.length + sum(({ dropped }) => dropped)) / seconds,
      scoredFps: latencies.length / seconds,
      embeddedPerS: embedded / seconds,
      unchangedPart: tiles === 0 ? null : 1 - embedded / tiles,
      latencyMs: quantiles(latencies),
    };
  }
}

function quantiles(latencies: number[]): RecentRates['latencyMs'] {
  if (latencies.length === 0) return null;
  const sorted = latencies.sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return { p50: at(0.5), p95: at(0.95) };
}
