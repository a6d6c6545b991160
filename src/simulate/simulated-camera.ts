import { type Random, seededRandom } from '../rules/calibration/random.js';
import type { Regime } from '../rules/calibration/regime.js';
import { HeavyNoise, normalQuantile } from './heavy-noise.js';

/** Tiles of a 1080p camera with `layout: auto`. */
export const TILES = 11;
/**
 * One frame every 4 s instead of every second: a quarter of the cost. With 2 of 3 (`TIMING`) instead of 3 of 5, an event
 * is confirmed in 4…8 s instead of 3…5.
 */
export const STEP_MS = 4000;
export const DAY_STEPS = (24 * 3_600_000) / STEP_MS;
/** The motion gate embeds every tile again after so long. */
const HELD_AT_MOST = Math.floor(30_000 / STEP_MS);
/** Standard deviation of a typical tile's margin, log-odds. */
const TYPICAL_SCALE = 0.6;

/** Something true that happens. */
export interface TrueEvent {
  startMs: number;
  endMs: number;
  tile: number;
  /** What it adds to the tile's margin, log-odds. */
  gain: number;
}

/** A run of frames in which something odd, but untrue, raises a tile's margin. */
interface Burst {
  tile: number;
  gain: number;
  stepsLeft: number;
}

/**
 * The margins of one rule on one made-up camera. What is made up, per camera and tile:
 * - offsets between cameras (σ 1.5) and tiles (σ 1), scales (log-normal), all in log-odds;
 * - noise: AR(1) of 4…30 s, tails like t with 4…6 degrees of freedom, a part of it common to all tiles;
 * - the motion gate: a tile keeps its margin while it is still, for up to 30 s;
 * - bursts: 0.1…1 an hour, log-normal gain (median 2.7, 1 % above 8.7 scales), 20 s on average, more of them by day;
 * - a slow drift over the day of up to two scales, and eight hours of infrared with other offsets and scales.
 *
 * Nothing of it was fitted to real footage: it is what CLIP margins may plausibly do, and worse than normal noise.
 */
export class SimulatedCamera {
  readonly margins = new Float32Array(TILES);
  /** When the next frame is made. */
  nextMs = 0;
  regime: Regime = 'day';
  readonly #random: Random;
  readonly #noise: HeavyNoise;
  readonly #scales: Record<'day' | 'infrared', Float32Array>;
  readonly #offsets: Record<'day' | 'infrared', Float32Array>;
  readonly #moving: Float32Array;
  readonly #driftGains: Float32Array;
  readonly #phase: number;
  readonly #commonPart: number;
  readonly #commonKeep: number;
  readonly #keep: Float32Array;
  readonly #burstsAStep: number;
  readonly #own = new Float32Array(TILES);
  readonly #held = new Uint8Array(TILES);
  #common = 0;
  #bursts: Burst[] = [];
  #step = 0;

  constructor(seed: number) {
    const random = seededRandom(seed * 7919 + 13);
    this.#random = random;
    const normal = () => normalQuantile(random());
    const between = (low: number, high: number) => low + (high - low) * random();
    const perTile = (make: () => number) => Float32Array.from({ length: TILES }, make);
    this.#noise = new HeavyNoise(between(1 / 6, 1 / 4), random);
    const cameraScale = TYPICAL_SCALE * Math.exp(0.3 * normal());
    const day = perTile(() => cameraScale * Math.exp(0.25 * normal()));
    const nightFactor = Math.exp(0.25 * normal());
    this.#scales = { day, infrared: day.map((scale) => scale * nightFactor * Math.exp(0.1 * normal())) };
    const cameraOffset = 1.5 * normal();
    const offsets = perTile(() => cameraOffset + normal());
    const nightOffset = normal();
    this.#offsets = {
      day: offsets,
      infrared: offsets.map((offset) => offset + nightOffset + 0.5 * normal()),
    };
    this.#moving = perTile(() => Math.exp(between(Math.log(0.05), Math.log(0.8))));
    const drift = between(0, 2);
    this.#driftGains = perTile(() => drift * between(0.5, 1));
    this.#phase = random();
    this.#commonPart = between(0.1, 0.5);
    this.#commonKeep = Math.exp(-STEP_MS / between(10_000, 60_000));
    const ownTauMs = between(4_000, 30_000);
    this.#keep = Float32Array.from({ length: HELD_AT_MOST + 1 }, (_, steps) =>
      Math.exp((-steps * STEP_MS) / ownTauMs),
    );
    this.#burstsAStep = (Math.exp(between(Math.log(0.1), 0)) * STEP_MS) / 3_600_000;
  }

  /** Makes the next frame. @param event what truly happens in it */
  next(event: TrueEvent | null = null): void {
    const time = 2 * Math.PI * (this.#step / DAY_STEPS + this.#phase);
    this.#step++;
    this.nextMs += STEP_MS;
    const daylight = Math.sin(time);
    const light = daylight < -0.5 ? 'infrared' : 'day';
    const changed = light !== this.regime;
    this.regime = light;
    this.#startBursts(daylight);
    const keep = this.#commonKeep;
    this.#common = keep * this.#common + Math.sqrt(1 - keep * keep) * this.#noise.next();
    const drift = Math.cos(time);
    for (let tile = 0; tile < TILES; tile++) {
      const burst = this.#burstGain(tile);
      const happens = event !== null && (event.tile === tile || (event.tile + 1) % TILES === tile);
      const still = ++this.#held[tile]! < HELD_AT_MOST && this.#random() > this.#moving[tile]!;
      if (still && !changed && burst === 0 && !happens) continue;
      const kept = this.#keep[this.#held[tile]!]!;
      this.#held[tile] = 0;
      this.#own[tile] = kept * this.#own[tile]! + Math.sqrt(1 - kept * kept) * this.#noise.next();
      const noise =
        Math.sqrt(this.#commonPart) * this.#common + Math.sqrt(1 - this.#commonPart) * this.#own[tile]!;
      const scale = this.#scales[light][tile]!;
      this.margins[tile] =
        this.#offsets[light][tile]! + scale * (noise + burst + this.#driftGains[tile]! * drift);
      // The neighbour that overlaps sees half of it; and it is not as clear in every frame.
      if (happens)
        this.margins[tile]! += event.gain * (event.tile === tile ? 1 : 0.5) * (0.7 + 0.6 * this.#random());
    }
    if (this.#bursts.length > 0) this.#bursts = this.#bursts.filter((burst) => --burst.stepsLeft > 0);
  }

  #startBursts(daylight: number): void {
    if (this.#random() > this.#burstsAStep * (1 + 0.8 * daylight)) return;
    const stepsLeft = 2 + Math.floor((-Math.log(1 - this.#random()) * 20_000) / STEP_MS);
    const gain = Math.exp(1 + 0.5 * normalQuantile(this.#random()));
    this.#bursts.push({ tile: Math.floor(this.#random() * TILES), gain, stepsLeft });
  }

  #burstGain(tile: number): number {
    let gain = 0;
    for (const burst of this.#bursts) if (burst.tile === tile) gain += burst.gain;
    return gain;
  }
}

/** Log-odds that events add: with τ = 100, 0.04…0.12 and 0.08…0.16 of cosine. */
export const MIXED_GAINS = [4, 12] as const;
export const CLEAR_GAINS = [8, 16] as const;

/** Events of 12…90 s, `count` of them spread over a time. */
export function drawEvents(
  seed: number,
  {
    count,
    fromMs,
    toMs,
    gains: [low, high],
  }: { count: number; fromMs: number; toMs: number; gains: readonly [number, number] },
): TrueEvent[] {
  const random = seededRandom(seed * 104_729 + 7);
  const slotMs = (toMs - fromMs) / count;
  return Array.from({ length: count }, (_, i) => {
    const lengthMs = 12_000 * 7.5 ** random();
    const startMs = fromMs + slotMs * (i + 0.1 + 0.5 * random());
    const tile = Math.floor(random() * TILES);
    return { startMs, endMs: startMs + lengthMs, tile, gain: low + (high - low) * random() };
  });
}
