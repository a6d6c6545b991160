import { decodeFloat32, encodeFloats, numberOf, recordOf, unusable } from './codec.js';
import { REGIMES, type Regime } from './regime.js';

/** Samples that a window holds, one every {@link SAMPLE_MS}: an hour. */
const WINDOW = 180;
const SAMPLE_MS = 20_000;
/** In the beginning samples are taken as often as every 20th part of the time watched so far. */
const EARLY_PART = 20;
/** Without so many samples over so long there is no score: a scale from less is a guess. */
const MIN_SAMPLES = 30;
const MIN_SEEN_MS = 60_000;
/** Nothing is frozen before: a first, too small scale would keep out all that could widen it. */
const FREEZE_FROM_SAMPLES = WINDOW / 2;
/** What stays in a tile for so long has become the scene; else one parked lorry would hide all that comes after it. */
const FROZEN_AT_MOST_MS = 2 * 3_600_000;
/** After so long without footage in its light, a baseline is of another time: this morning is not yesterday evening. */
const STALE_MS = 30 * 60_000;
/**
 * Floors of a scale. A tile in which nothing moves keeps its vector (motion gate), and its MAD is near 0: anything at
 * all would be an event. It counts as at least half as noisy as the rule's middle tile. And as a quarter of a unit of
 * evidence (`evidence.ts`): on the quiet hours of the samples, most of whose tiles never change, passers-by then reach
 * 1 to 13 and the events 17 to 34; with 0.05 both are around 40.
 */
const POOLED_FLOOR = 0.5;
export const SCALE_FLOOR = 0.25;
const MAD_TO_SIGMA = 1.4826;

/** Baselines of one rule's tiles in one light. */
interface Windows {
  /** Samples in the order of arrival, tile by tile, WINDOW places each. */
  ring: Float32Array;
  /** The same, ascending. */
  sorted: Float32Array;
  /** Samples that ever came, per tile. */
  taken: Float32Array;
  median: Float32Array;
  /** 1.4826·MAD, without floors. */
  rawScale: Float32Array;
  /** 1 / scale; NaN: not enough samples yet. */
  inverseScale: Float32Array;
  frozenMs: Float32Array;
  seenMs: number;
  sinceSampleMs: number;
  /** When it was last learnt from. */
  lastRunMs: number;
}

/**
 * What is normal in every tile of one rule on one camera.
 *
 *     y_i = (m_i − median_i) / max(1.4826·MAD_i, floor)
 *
 * median and MAD over the last hour, one sample every 20 s, apart for each light regime. A tile whose y is above u takes
 * no samples, so that what is to be found does not become normal; after two hours it does.
 *
 * Memory: 11 tiles take 16 kB a regime; 1,600 pairs of camera and rule about 25 MB. Time: O(tiles) a frame, and
 * O(WINDOW) a sample.
 */
export class TileBaselines {
  readonly #tiles: number;
  readonly #windows = new Map<Regime, Windows>();
  /** Scales of the tiles that have enough samples; room that is used again. */
  readonly #ready: Float32Array;

  constructor(tiles: number) {
    this.#tiles = tiles;
    this.#ready = new Float32Array(tiles);
  }

  /** Writes y of each tile; NaN: margin NaN, or not enough samples yet. */
  score(margins: ArrayLike<number>, regime: Regime, into: Float32Array): void {
    const windows = this.#windows.get(regime);
    if (!windows) {
      into.fill(Number.NaN);
      return;
    }
    const { median, inverseScale } = windows;
    for (let i = 0; i < this.#tiles; i++) into[i] = (margins[i]! - median[i]!) * inverseScale[i]!;
  }

  /**
   * Takes a frame's margins as samples, when it is time.
   * @param elapsedMs since the frame before, gaps in the footage not counted
   * @param runMs of a clock that never runs backwards and goes on through gaps
   * @param scores what {@link score} made of them
   * @param freezeAbove u
   */
  learn(
    margins: ArrayLike<number>,
    {
      regime,
      elapsedMs,
      runMs,
      scores,
      freezeAbove,
    }: { regime: Regime; elapsedMs: number; runMs: number; scores: Float32Array; freezeAbove: number },
  ): void {
    const windows = this.#windows.get(regime) ?? this.#open(regime);
    if (runMs - windows.lastRunMs > STALE_MS) age(windows);
    windows.lastRunMs = runMs;
    windows.seenMs += elapsedMs;
    windows.sinceSampleMs += elapsedMs;
    if (windows.sinceSampleMs < Math.min(SAMPLE_MS, windows.seenMs / EARLY_PART)) return;
    const { taken, frozenMs } = windows;
    for (let i = 0; i < this.#tiles; i++) {
      if (!Number.isFinite(margins[i]!)) continue;
      const above = scores[i]! > freezeAbove && taken[i]! >= FREEZE_FROM_SAMPLES;
      frozenMs[i] = above ? frozenMs[i]! + windows.sinceSampleMs : 0;
      if (!above || frozenMs[i]! >= FROZEN_AT_MOST_MS) take(windows, i, margins[i]!);
    }
    windows.sinceSampleMs = 0;
    this.#settle(windows);
  }

  #open(regime: Regime): Windows {
    const windows = emptyWindows(this.#tiles);
    this.#windows.set(regime, windows);
    return windows;
  }

  /** Works the scales out again, floors and all. */
  #settle({ taken, rawScale, inverseScale, seenMs }: Windows): void {
    let count = 0;
    for (let i = 0; i < this.#tiles; i++) if (taken[i]! >= MIN_SAMPLES) this.#ready[count++] = rawScale[i]!;
    const ready = this.#ready.subarray(0, count).sort();
    const floor = Math.max(SCALE_FLOOR, POOLED_FLOOR * (ready[count >> 1] ?? 0));
    for (let i = 0; i < this.#tiles; i++) {
      const known = taken[i]! >= MIN_SAMPLES && seenMs >= MIN_SEEN_MS;
      inverseScale[i] = known ? 1 / Math.max(rawScale[i]!, floor) : Number.NaN;
    }
  }

  toJSON(): unknown {
    return Object.fromEntries(
      [...this.#windows].map(([regime, { ring, taken, frozenMs, seenMs, sinceSampleMs, lastRunMs }]) => [
        regime,
        {
          ring: encodeFloats(ring),
          taken: encodeFloats(taken),
          frozenMs: encodeFloats(frozenMs),
          seenMs,
          sinceSampleMs,
          lastRunMs,
        },
      ]),
    );
  }

  static restore(json: unknown, tiles: number): TileBaselines {
    const baselines = new TileBaselines(tiles);
    for (const [regime, saved] of Object.entries(recordOf(json, 'baselines'))) {
      if (!REGIMES.includes(regime as Regime)) throw unusable(`a light regime "${regime}" is not known`);
      const { ring, taken, frozenMs, ...times } = recordOf(saved, `baseline of ${regime}`);
      const windows = baselines.#open(regime as Regime);
      windows.ring.set(decodeFloat32(ring, tiles * WINDOW, 'baseline'));
      windows.taken.set(decodeFloat32(taken, tiles, 'baseline'));
      windows.frozenMs.set(decodeFloat32(frozenMs, tiles, 'baseline'));
      windows.seenMs = numberOf(times.seenMs, 'baseline');
      windows.sinceSampleMs = numberOf(times.sinceSampleMs, 'baseline');
      windows.lastRunMs = numberOf(times.lastRunMs, 'baseline');
      for (let i = 0; i < tiles; i++) sortTile(windows, i);
      baselines.#settle(windows);
    }
    return baselines;
  }
}

function emptyWindows(tiles: number): Windows {
  return {
    ring: new Float32Array(tiles * WINDOW),
    sorted: new Float32Array(tiles * WINDOW),
    taken: new Float32Array(tiles),
    median: new Float32Array(tiles),
    rawScale: new Float32Array(tiles),
    inverseScale: new Float32Array(tiles).fill(Number.NaN),
    frozenMs: new Float32Array(tiles),
    seenMs: 0,
    sinceSampleMs: 0,
    lastRunMs: 0,
  };
}

/** Keeps the newest few samples, enough to go on scoring with, and lets new ones come fast, none of them frozen out. */
function age(windows: Windows): void {
  const { ring, taken } = windows;
  for (let tile = 0; tile < taken.length; tile++) {
    const start = tile * WINDOW;
    const count = Math.min(taken[tile]!, MIN_SAMPLES);
    const newest = Float32Array.from({ length: count }, (_, i) => {
      return ring[start + ((taken[tile]! - count + i) % WINDOW)]!;
    });
    ring.set(newest, start);
    taken[tile] = count;
    sortTile(windows, tile);
  }
  windows.seenMs = Math.min(windows.seenMs, MIN_SEEN_MS);
}

/** Puts a sample into a tile's window; the oldest leaves a full one. */
function take({ ring, sorted, taken, median, rawScale }: Windows, tile: number, margin: number): void {
  const start = tile * WINDOW;
  const place = start + (taken[tile]! % WINDOW);
  const values = sorted.subarray(start, start + WINDOW);
  const before = Math.min(taken[tile]!, WINDOW);
  const oldest = ring[place]!;
  ring[place] = margin;
  const newest = ring[place]!;
  // The new one's place is made free by what lies between it and the place that the oldest leaves, or the end.
  const gap = before === WINDOW ? lowerBound(values, before, oldest) : before;
  const at = lowerBound(values, before, newest);
  if (at <= gap) {
    values.copyWithin(at + 1, at, gap);
    values[at] = newest;
  } else {
    values.copyWithin(gap, gap + 1, at);
    values[at - 1] = newest;
  }
  // Beyond two rounds only the place in the round matters; a float counts exactly to 2²⁴ only.
  taken[tile] = taken[tile]! + 1 < 2 * WINDOW ? taken[tile]! + 1 : WINDOW;
  settleTile({ median, rawScale }, tile, before === WINDOW ? values : values.subarray(0, before + 1));
}

function sortTile({ ring, sorted, taken, median, rawScale }: Windows, tile: number): void {
  const count = Math.min(taken[tile]!, WINDOW);
  if (!(count > 0)) return;
  const start = tile * WINDOW;
  const values = ring.slice(start, start + count).sort();
  sorted.set(values, start);
  settleTile({ median, rawScale }, tile, values);
}

function settleTile(
  { median, rawScale }: Pick<Windows, 'median' | 'rawScale'>,
  tile: number,
  values: Float32Array,
): void {
  median[tile] = values[values.length >> 1]!;
  rawScale[tile] = MAD_TO_SIGMA * medianDeviation(values);
}

/**
 * Median of |v − median|, that is the deviation number h = ⌊n/2⌋ (from 0) of two ascending rows: the middle and what is
 * below it, and what is above. `below` of the h+1 smallest come from the first row, found by bisection.
 */
function medianDeviation(values: Float32Array): number {
  const half = values.length >> 1;
  const median = values[half]!;
  let low = 1;
  let high = half + 1;
  // No closures in here: it runs for every tile of every rule.
  while (low < high) {
    const below = (low + high) >> 1;
    const fromBelow = below <= half ? median - values[half - below]! : Number.POSITIVE_INFINITY;
    const place = 2 * half + 1 - below;
    const fromAbove = place < values.length ? values[place]! - median : Number.POSITIVE_INFINITY;
    // Too few from below as long as its next deviation is smaller than the last one taken from above.
    if (fromBelow < fromAbove) low = below + 1;
    else high = below;
  }
  const above = low <= half ? values[2 * half + 1 - low]! - median : 0;
  return Math.max(median - values[half - low + 1]!, above);
}

/** First place whose value is not below `value`. */
function lowerBound(values: Float32Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
