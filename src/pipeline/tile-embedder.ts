import type { Pyramid } from '../capture/pyramid.js';
import type { Embedder } from '../model/embedder.js';
import { cutTiles } from '../tiling/cut.js';
import { MotionGate } from '../tiling/motion-gate.js';
import type { PlannedTile } from '../tiling/tile.js';

/** What {@link TileEmbedder} needs. */
export interface TileEmbedderOptions {
  tiles: readonly PlannedTile[];
  embedder: Embedder;
  /** Whether tiles in which nothing changes keep their vectors for a while; else every tile of every frame is embedded. */
  motionGate: boolean;
}

/** Turns the frames of one camera into vectors, one a tile, and embeds no tile without need. */
export class TileEmbedder {
  readonly #tiles: readonly PlannedTile[];
  readonly #embedder: Embedder;
  readonly #gate: MotionGate | null;
  readonly #sidePx: number;
  readonly #buffers: TileBuffers;
  /** Vector of each tile as it was last embedded, or is being embedded now. */
  readonly #vectors: Promise<Float32Array>[] = [];

  constructor({ tiles, embedder, motionGate }: TileEmbedderOptions) {
    this.#tiles = tiles;
    this.#embedder = embedder;
    this.#sidePx = embedder.describe().inputSizePx;
    this.#gate = motionGate ? new MotionGate({ tiles, inputSizePx: this.#sidePx }) : null;
    this.#buffers = new TileBuffers(tiles.length * this.#tileBytes);
  }

  get #tileBytes(): number {
    return this.#sidePx ** 2 * 3;
  }

  /**
   * Embeds a frame. Frames are given in order; several may be under way.
   * @returns one vector a tile, in order, and how many of them were embedded for this frame
   * @throws WordwatchError what the model says, also of an earlier frame whose vectors this one would have kept
   */
  async embed(pyramid: Pyramid): Promise<{ vectors: Float32Array[]; embedded: number }> {
    const due = this.#gate?.select(pyramid) ?? [...this.#tiles.keys()];
    if (due.length > 0) {
      const batch = this.#embedTiles(pyramid, due);
      for (const [i, index] of due.entries()) {
        const vector = batch.then((vectors) => vectors[i]!);
        vector.catch(() => {}); // reported by the frame
        this.#vectors[index] = vector;
      }
    }
    return { vectors: await Promise.all(this.#vectors), embedded: due.length };
  }

  async #embedTiles(pyramid: Pyramid, indexes: readonly number[]): Promise<Float32Array[]> {
    const buffer = this.#buffers.take();
    try {
      const pixels = buffer.subarray(0, indexes.length * this.#tileBytes);
      const tiles = indexes.map((index) => this.#tiles[index]!);
      cutTiles(pyramid, { tiles, inputSizePx: this.#sidePx, into: pixels });
      return await this.#embedder.embedImages({ pixels, count: tiles.length });
    } catch (error) {
      this.#gate?.forget(indexes);
      throw error;
    } finally {
      this.#buffers.give(buffer);
    }
  }
}

/**
 * Shared memory for tiles, used again and again. New memory for every frame would stay as long as any worker has not
 * collected its garbage, and workers, which make little of it, hardly ever do.
 */
class TileBuffers {
  readonly #bytes: number;
  readonly #free: Uint8Array[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(new SharedArrayBuffer(this.#bytes));
  }

  give(buffer: Uint8Array): void {
    this.#free.push(buffer);
  }
}
