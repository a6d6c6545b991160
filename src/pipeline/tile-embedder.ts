import type { Pyramid } from '../capture/pyramid.js';
import type { Embedder } from '../model/embedder.js';
import { codeImage, decodeImage } from '../shared/dots/codes.js';
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

/**
 * What the model made of one tile, as it can be kept: the code, and the unit vector that it stands for. Everything is scored
 * by these, so that what is kept can be scored again with the same result.
 */
export class CodedTile {
  readonly code: Int8Array;
  #vector: Float32Array | null = null;

  constructor(code: Int8Array) {
    this.code = code;
  }

  get vector(): Float32Array {
    this.#vector ??= decodeImage(this.code);
    return this.#vector;
  }
}

/** Turns the frames of one camera into coded vectors, one a tile, and embeds no tile without need. */
export class TileEmbedder {
  readonly #tiles: readonly PlannedTile[];
  readonly #embedder: Embedder;
  readonly #gate: MotionGate | null;
  readonly #sidePx: number;
  readonly #buffers: TileBuffers;
  /** Each tile as it was last embedded, or is being embedded now. */
  readonly #coded: Promise<CodedTile>[] = [];

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
   * @returns what the model made of each tile, in order, and which of them were embedded for this frame
   * @throws WordwatchError what the model says, also of an earlier frame whose vectors this one would have kept
   */
  async embed(pyramid: Pyramid): Promise<{ coded: CodedTile[]; fresh: number[] }> {
    const due = this.#gate?.select(pyramid) ?? [...this.#tiles.keys()];
    if (due.length > 0) {
      const batch = this.#embedTiles(pyramid, due);
      for (const [i, index] of due.entries()) {
        const coded = batch.then((vectors) => new CodedTile(codeImage(vectors[i]!)));
        coded.catch(() => {}); // reported by the frame
        this.#coded[index] = coded;
      }
    }
    return { coded: await Promise.all(this.#coded), fresh: due };
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
