import { statSync } from 'node:fs';
import { seededRandom } from '../../rules/calibration/random.js';
import { Commonness } from '../../search/commonness.js';
import type { RowToScan } from '../../search/scan-threads.js';
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
/** Rows written in one go. */
const ROWS_AT_ONCE = 64;

/** The model that made-up vectors are of. */
export const MADE_UP_MODEL = { modelHash: 'made-up', dimension: DIMENSION };

/** Memory as a week of cameras leaves it, with vectors that are made up: scenes, and what varies in them. */
export class MadeUpMemory implements Disposable {
  readonly folder: string;
  readonly commonness: Commonness;
  readonly #database;
  readonly #store: VectorStore;
  readonly #random = seededRandom(1);
  readonly #scenes: Int8Array[];
  readonly #noises: Int8Array[];
  #minutes = 0;

  constructor(folder: string) {
    this.folder = folder;
    this.#database = openVectorDatabase(folder);
    this.#store = new VectorStore(this.#database);
    this.#scenes = Array.from({ length: SCENES }, () => this.#noise(80));
    this.#noises = Array.from({ length: NOISES }, () => this.#noise(40));
    const phrases = Int16Array.from({ length: 420 * DIMENSION }, () => (this.#random() - 0.5) * 4000);
    this.commonness = new Commonness({ phrases, dimension: DIMENSION });
  }

  #noise(amplitude: number): Int8Array {
    return Int8Array.from({ length: DIMENSION }, () => (2 * this.#random() - 1) * amplitude);
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
      const noise = this.#noises[Math.floor(this.#random() * NOISES)]!;
      for (let i = 0; i < DIMENSION; i++) codes[at + i] = scene[i]! + noise[i]!;
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

  /** What a search may ask for: something like a scene, and nothing that is in it. */
  query(): Float32Array {
    const scene = this.#scenes[Math.floor(this.#random() * SCENES)]!;
    const vector = Float32Array.from(scene, (value) => value + (this.#random() - 0.5) * 300);
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  }

  /** Bytes of the file a vector, all that belongs to it included. */
  bytesPerVector(): number {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return statSync(vectorDatabasePath(this.folder)).size / (this.#minutes * VECTORS_A_MINUTE);
  }

  /** The first so many rows: what another scan of the same vectors is given. */
  rows(count: number): (RowToScan & { codes: Int8Array })[] {
    const first = this.#store.rows({}).slice(0, count);
    return first.map(({ id, vectors }) => {
      return { id, vectors, measured: true, codes: codesOf(this.#store.body(id)!).codes };
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
