import { dot } from '../vectors.js';
import type { Regime } from './regime.js';

/** How slowly a tile's usual vector follows: an afternoon's light is followed, a moved camera is not. */
const FOLLOW_MS = 30 * 60_000;
/** It is looked so often, and usual vectors are brought up to date: more would only cost. Each tile is embedded as often. */
const STEP_MS = 30_000;
/** Before, nobody knows what is usual. */
const MIN_SEEN_MS = 60_000;
/**
 * A tile has shifted when it is less like itself than halfway to the other tiles of its frame. Never above the second
 * bound: where all tiles look alike, light alone would pass halfway.
 */
const HALFWAY = 0.5;
const MOST_COSINE = 0.9;
/** Most of the tiles: an event fills a few, a moved camera or a dirty lens nearly all. */
const MOST = 0.5;
/** So long: rain, a lorry in front of the lens or headlights are over by then. */
const LASTING_MS = 10 * 60_000;
/** Looks at which fewer are shifted count twice against it. */
const RECOVERY = 2;
/** A longer gap between two frames is no footage. */
const MAX_GAP_MS = 30_000;

/** What a camera usually shows in one light. */
interface Usual {
  /** Unit vectors, one a tile. */
  vectors: Float32Array[];
  /** Mean cosine of two different tiles. */
  between: number;
  seenMs: number;
}

/**
 * Tells when a camera no longer shows what its calibrations know: moved, dirty, out of focus.
 *
 *     tile i has shifted:  cos(v_i, μ_i) < min(0.9, ½·(1 + c̄)),   c̄ = mean cos(μ_i, μ_j), i ≠ j
 *
 * μ_i being what the tile usually looks like in this light. Half or more of the tiles for ten minutes, short lapses
 * allowed, are another scene. Not so one event, a new light regime, which has its own μ, or a slow drift, which μ
 * follows. It looks at the tiles themselves, not at their scores: of a scene that no rule is about, scores say nothing.
 * Pure. What it knows is not kept over a restart: a camera that was moved meanwhile is not noticed.
 */
export class SceneWatch {
  readonly #usual = new Map<Regime, Usual>();
  #shiftedMs = 0;
  #wasShifted = false;
  #lastMs: number | null = null;
  #sinceLookMs = 0;

  /** @returns true once a change: calibrations of this camera start again */
  observe({ atMs, regime, vectors }: SceneFrame): boolean {
    const elapsedMs = this.#lastMs === null ? 0 : Math.max(0, atMs - this.#lastMs);
    this.#lastMs = atMs;
    if (elapsedMs > MAX_GAP_MS) return false;
    this.#sinceLookMs += elapsedMs;
    if (this.#sinceLookMs < STEP_MS && this.#usual.has(regime)) return false;
    const isAnother = this.#look(regime, vectors(), this.#sinceLookMs);
    this.#sinceLookMs = 0;
    return isAnother;
  }

  #look(regime: Regime, vectors: readonly Float32Array[], elapsedMs: number): boolean {
    let usual = this.#usual.get(regime);
    if (!usual || usual.vectors.length !== vectors.length) {
      usual = { vectors: vectors.map((vector) => vector.slice()), between: meanBetween(vectors), seenMs: 0 };
      this.#usual.set(regime, usual);
    }
    const isShifted = usual.seenMs >= MIN_SEEN_MS && shiftedPart(usual, vectors) >= MOST;
    // What may be another scene must not become the usual one before that is settled: a young μ follows within minutes.
    if (!isShifted) follow(usual, vectors, elapsedMs);
    // What the look before did not see may have begun just now.
    const newlyMs = this.#wasShifted ? elapsedMs : 0;
    this.#wasShifted = isShifted;
    this.#shiftedMs = isShifted
      ? this.#shiftedMs + newlyMs
      : Math.max(0, this.#shiftedMs - RECOVERY * elapsedMs);
    if (this.#shiftedMs < LASTING_MS) return false;
    this.#shiftedMs = 0;
    this.#wasShifted = false;
    this.#usual.clear();
    return true;
  }
}

/** One frame. */
export interface SceneFrame {
  atMs: number;
  regime: Regime;
  /** Unit norm, one a tile, always the same tiles; asked for only where it looks. */
  vectors: () => readonly Float32Array[];
}

function shiftedPart({ vectors: usual, between }: Usual, vectors: readonly Float32Array[]): number {
  const least = Math.min(MOST_COSINE, 1 - HALFWAY * (1 - between));
  return vectors.filter((vector, i) => dot(vector, usual[i]!) < least).length / vectors.length;
}

/** Brings μ closer to what is seen: quickly in the beginning, as a plain mean would, slowly later. */
function follow(usual: Usual, vectors: readonly Float32Array[], elapsedMs: number): void {
  usual.seenMs += elapsedMs;
  if (elapsedMs === 0) return;
  const rate = Math.min(1, elapsedMs / Math.min(FOLLOW_MS, usual.seenMs));
  for (let i = 0; i < vectors.length; i++) approach(usual.vectors[i]!, vectors[i]!, rate);
  usual.between = meanBetween(usual.vectors);
}

/** Turns a unit vector a part of the way to another. */
function approach(mean: Float32Array, vector: Float32Array, rate: number): void {
  const stay = 1 - rate;
  for (let k = 0; k < mean.length; k++) mean[k] = stay * mean[k]! + rate * vector[k]!;
  const scale = 1 / (Math.sqrt(dot(mean, mean)) || 1);
  for (let k = 0; k < mean.length; k++) mean[k] = scale * mean[k]!;
}

/** Of n unit vectors the mean cosine of two different ones: (‖Σ μ_i‖² − n) / (n² − n); 0 of one. */
function meanBetween(vectors: readonly Float32Array[]): number {
  const n = vectors.length;
  if (n < 2) return 0;
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) addTo(sum, vector);
  return (dot(sum, sum) - n) / (n * n - n);
}

function addTo(sum: Float32Array, vector: Float32Array): void {
  for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! + vector[k]!;
}
