import { statSync } from 'node:fs';
import { seededRandom } from '../../rules/calibration/random.js';
import { Commonness } from '../../search/commonness.js';
import type { ScannedRows } from '../../search/row-scanner.js';
import { codePhrase } from '../../shared/dots/codes.js';
import { codesOf } from '../../store/vectors/minute-codec.js';
import { openVectorDatabase, vectorDatabasePath } from '../../store/vectors/vector-database.js';
import type { VectorStream } from '../../store/vectors/vector-store.js';
import { VectorStore } from '../../store/vectors/vector-store.js';

/** Made-up vectors are like those of the usual models. */
export const DIMENSION = 512;
/** A minute of one camera: a frame a second, eleven tiles, a fifth of which change. */
const FRAMES = 60;
const TILES = 11;
const FRESH_TILES = 2.2;
export const VECTORS_A_MINUTE = FRAMES * FRESH_TILES;
const CAMERAS = 8;
const SCENES = 64;
const NOISES = 4096;
/** Of scenes, of what varies much, and of what varies less: standard deviations of a number. */
const AMPLITUDES = { scene: 18, much: 14, less: 10 };
const CAPTIONS = 420;
/** Powers with which the variance of the k-th direction falls. */
const PICTURES_FALL = 1;
const QUERIES_FALL = 0.5;
/** Rows written in one go. */
const ROWS_AT_ONCE = 64;

/** The model that made-up vectors are of. */
export const MADE_UP_MODEL = { modelHash: 'made-up', dimension: DIMENSION };

/**
 * Memory as a week of cameras leaves it, with vectors that are made up: eight scenes a camera, and what varies in them in two
 * ways, so that hardly any two are the same. All of it has the spectrum that vectors of pictures have in CLIP models: the
 * variance of the k-th direction falls as 1/k, so that 64 of 512 directions have seven tenths of it. Nothing in it is rare on
 * purpose: the best moments are the ends of a normal distribution, close together, which is hard for an index.
 */
export class MadeUpMemory implements Disposable {
  readonly folder: string;
  readonly commonness: Commonness;
  readonly #database;
  readonly #store: VectorStore;
  readonly #random = seededRandom(1);
  readonly #signs: number[];
  readonly #scenes: Int8Array[];
  readonly #much: Int8Array[];
  readonly #less: Int8Array[];
  #minutes = 0;

  constructor(folder: string) {
    this.folder = folder;
    this.#database = openVectorDatabase(folder);
    this.#store = new VectorStore(this.#database);
    this.#signs = Array.from({ length: DIMENSION }, () => (this.#random() < 0.5 ? -1 : 1));
    const pool = (length: number, amplitude: number) =>
      Array.from({ length }, () => Int8Array.from(this.#vector(), (value) => clamped(value * amplitude)));
    this.#scenes = pool(SCENES, AMPLITUDES.scene);
    this.#much = pool(NOISES, AMPLITUDES.much);
    this.#less = pool(NOISES, AMPLITUDES.less);
    const phrases = new Int16Array(CAPTIONS * DIMENSION);
    for (let i = 0; i < CAPTIONS; i++) phrases.set(codePhrase(this.query()), i * DIMENSION);
    this.commonness = new Commonness({ phrases, dimension: DIMENSION });
  }

  /** Numbers of variance 1 each; in directions of its own, along none of the numbers, the variance falls as a power of k. */
  #vector(falling = PICTURES_FALL): Float64Array {
    const scales = Array.from({ length: DIMENSION }, (_, k) => (1 + k) ** -falling);
    const unit = Math.sqrt(DIMENSION / scales.reduce((sum, scale) => sum + scale, 0));
    const vector = Float64Array.from(scales, (scale) => unit * Math.sqrt(scale) * this.#normal());
    turn(vector);
    // Else the first direction would be the same in all numbers.
    return vector.map((value, k) => value * this.#signs[k]!);
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  /** Adds minutes until there are at least so many vectors. @returns how many there are */
  fill(vectors: number): number {
    while (this.#minutes * VECTORS_A_MINUTE < vectors) {
      const rows = Array.from({ length: ROWS_AT_ONCE }, () => this.#minute(this.#minutes++));
      this.#store.write(rows, { storedAtMs: 0 });
    }
    return this.#minutes * VECTORS_A_MINUTE;
  }

  #minute(index: number): Parameters<VectorStore['write']>[0][number] {
    const camera = index % CAMERAS;
    const atMs = Math.floor(index / CAMERAS) * 60_000;
    const codes = new Int8Array(VECTORS_A_MINUTE * DIMENSION);
    for (let at = 0; at < codes.length; at += DIMENSION) {
      const scene = this.#scenes[camera * 8 + Math.floor(this.#random() * 8)]!;
      const much = this.#much[Math.floor(this.#random() * NOISES)]!;
      const less = this.#less[Math.floor(this.#random() * NOISES)]!;
      for (let i = 0; i < DIMENSION; i++) codes[at + i] = clamped(scene[i]! + much[i]! + less[i]!);
    }
    const frames = Array.from({ length: FRAMES }, (_, i) => ({
      ...{ atMs: atMs + i * 1000, ptsMs: atMs + i * 1000, light: { saturation: 0.3, brightness: 0.5 } },
      ...{ scored: true, unseen: false, blindSinceMs: null },
      fresh: i % 5 === 0 ? [0, 3, 7] : [2, 9],
    }));
    return {
      stream: this.#streamOf(camera),
      minute: {
        ...{ dimension: DIMENSION, tiles: TILES, chain: { run: camera, place: index }, frames, carried: [] },
        // As if all were equally common: so other scans find the same.
        ...{ codes, commonness: new Float32Array(VECTORS_A_MINUTE) },
      },
    };
  }

  #streamOf(camera: number): VectorStream {
    const box = { x: 0, y: 0, w: 1, h: 1 };
    return {
      ...{ cameraId: `camera-${camera}`, ...MADE_UP_MODEL, inputSizePx: 224, fps: 1, motionGate: true },
      ...{ frame: { widthPx: 1920, heightPx: 1080 }, timed: true, captions: this.commonness.captions },
      tiles: Array.from({ length: TILES }, () => ({
        box,
        level: { crop: box, widthPx: 224, heightPx: 224 },
      })),
    };
  }

  /** What a search may ask for: like captions, it varies most where pictures do, but more evenly. */
  query(): Float32Array {
    const vector = this.#vector(QUERIES_FALL);
    const length = Math.hypot(...vector);
    return Float32Array.from(vector, (value) => value / length);
  }

  /** Bytes of the file a vector, all that belongs to it included. */
  bytesPerVector(): number {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return statSync(vectorDatabasePath(this.folder)).size / (this.#minutes * VECTORS_A_MINUTE);
  }

  /** The first so many rows: what another scan of the same vectors is given. */
  rows(count: number): ScannedRows & { codes: Int8Array[] } {
    const first = this.#store.rows({}).slice(0, count);
    return {
      ids: Float64Array.from(first, ({ id }) => id),
      measured: new Uint8Array(first.length).fill(1),
      codes: first.map(({ id }) => codesOf(this.#store.body(id)!).codes),
    };
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function clamped(value: number): number {
  return Math.max(-127, Math.min(127, Math.round(value)));
}

/** Turns a vector so that what was one number is spread over all: the Walsh–Hadamard transform. */
function turn(vector: Float64Array): void {
  const { length } = vector;
  for (let half = 1; half < length; half *= 2)
    for (let at = 0; at < length; at++) {
      if (at & half) continue;
      const [a, b] = [vector[at]!, vector[at + half]!];
      vector[at] = (a + b) * Math.SQRT1_2;
      vector[at + half] = (a - b) * Math.SQRT1_2;
    }
}
