import { CameraScene } from '../pipeline/camera-scene.js';
import { REGIMES } from '../rules/calibration/regime.js';
import { decodeImage } from '../shared/dots/codes.js';
import { decodeMinute, type StoredFrame, type StoredMinute } from '../store/vectors/minute-codec.js';
import type { MinuteRow, VectorStore, VectorStream } from '../store/vectors/vector-store.js';
import type { Gap } from './result.js';

/** Bits of {@link Tape.flags}. */
export const SCORED = 1;
export const UNSEEN = 2;
export const SCENE_CHANGED = 4;

/** A row and where its vectors stand among those that are scored together. */
export interface PlacedRow extends MinuteRow {
  firstVector: number;
}

/**
 * What a camera showed, as columns with one place a frame: everything that rules need but the scores, and that is the same
 * for all rules.
 */
export interface Tape {
  frames: number;
  atMs: Float64Array;
  ptsMs: Float64Array;
  /** NaN: the camera is not blind. */
  blindSinceMs: Float64Array;
  flags: Uint8Array;
  /** Place in `REGIMES`. */
  regime: Uint8Array;
  streamId: Uint32Array;
  /** Frames of another part were watched by a program that was started anew, or in another way. */
  part: Uint32Array;
  /** Tiles that are new with frame i, and their vectors: from freshFrom[i] up to freshFrom[i + 1]. */
  freshFrom: Uint32Array;
  freshTile: Uint16Array;
  freshVector: Uint32Array;
}

/** What {@link TapeMaker} needs. */
export interface TapeMakerOptions {
  store: Pick<VectorStore, 'body'>;
  streams: Pick<ReadonlyMap<number, VectorStream>, 'get'>;
}

/**
 * Reads a camera's rows in the order of time and makes tapes of them, looking at the scene on the way. Rows that another
 * program recorded of a time that is on the tape already are left out.
 */
export class TapeMaker {
  readonly #options: TapeMakerOptions;
  #chain: (StoredMinute['chain'] & { streamId: number }) | null = null;
  /** What a part has in common. */
  #partKey = '';
  #part = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #scene = new CameraScene();
  #tiles: TileNow[] = [];
  #unknown = 0;

  constructor(options: TapeMakerOptions) {
    this.#options = options;
  }

  /** @returns the next stretch, and rows that were of no use */
  make(rows: readonly PlacedRow[]): { tape: Tape; holes: Gap[] } {
    const columns = new Columns(rows);
    const holes: Gap[] = [];
    for (const row of rows) {
      const stream = this.#options.streams.get(row.streamId)!;
      try {
        const body = this.#options.store.body(row.id);
        if (body) this.#take(decodeMinute(body), { row, stream, columns });
      } catch {
        const { fromMs, toMs } = row;
        holes.push({ fromMs, toMs, reason: 'unreadable' });
        this.#chain = null;
      }
    }
    return { tape: columns.tape(), holes };
  }

  #take(
    minute: StoredMinute,
    { row, stream, columns }: { row: PlacedRow; stream: VectorStream; columns: Columns },
  ): void {
    const { chain, tiles, carried, codes, dimension, frames } = minute;
    const before = this.#chain;
    if (before !== null && before.run !== chain.run && row.fromMs < this.#lastMs) return;
    const goesOn =
      before?.streamId === row.streamId && before.run === chain.run && before.place + 1 === chain.place;
    if (!goesOn) {
      this.#tiles = Array.from({ length: tiles }, () => new TileNow());
      this.#unknown = tiles;
    }
    this.#chain = { ...chain, streamId: row.streamId };
    this.#begin(JSON.stringify([chain.run, stream.fps, stream.motionGate, stream.timed]));
    let taken = 0;
    const renew = (tile: number) => {
      const now = this.#tiles[tile]!;
      if (!now.isKnown) this.#unknown--;
      now.set(codes.subarray(taken * dimension, (taken + 1) * dimension));
      columns.fresh(tile, row.firstVector + taken);
      taken++;
    };
    for (const tile of carried) renew(tile);
    for (const frame of frames) {
      for (const tile of frame.fresh) renew(tile);
      const { flags, regime } = this.#look(frame);
      columns.frame(frame, { streamId: row.streamId, part: this.#part, flags, regime });
      this.#lastMs = frame.atMs;
    }
  }

  /** Whoever watches from another start knows nothing of the scene. */
  #begin(key: string): void {
    if (key === this.#partKey) return;
    this.#partKey = key;
    this.#part++;
    this.#scene = new CameraScene();
  }

  #look({ atMs, light, scored }: StoredFrame): { flags: number; regime: number } {
    if (!scored || this.#unknown > 0 || this.#tiles.length === 0) return { flags: 0, regime: 0 };
    const vectors = () => this.#tiles.map((tile) => tile.vector);
    const { regime, changed } = this.#scene.observe({ atMs, light, vectors });
    return { flags: changed ? SCORED | SCENE_CHANGED : SCORED, regime: REGIMES.indexOf(regime) };
  }
}

/** One tile as it was last embedded. */
class TileNow {
  #code: Int8Array | null = null;
  #vector = new Float32Array();
  #isDecoded = false;

  get isKnown(): boolean {
    return this.#code !== null;
  }

  set(code: Int8Array): void {
    this.#code = code;
    this.#isDecoded = false;
  }

  /** Of a tile that is known; overwritten by the next one. */
  get vector(): Float32Array {
    if (this.#isDecoded) return this.#vector;
    const code = this.#code!;
    if (this.#vector.length !== code.length) this.#vector = new Float32Array(code.length);
    this.#isDecoded = true;
    return decodeImage(code, this.#vector);
  }
}

/** Columns that grow. */
class Columns {
  readonly #freshTile: Uint16Array;
  readonly #freshVector: Uint32Array;
  readonly #atMs: number[] = [];
  readonly #ptsMs: number[] = [];
  readonly #blindSinceMs: number[] = [];
  readonly #flags: number[] = [];
  readonly #regime: number[] = [];
  readonly #streamId: number[] = [];
  readonly #part: number[] = [];
  readonly #freshFrom: number[] = [0];
  #fresh = 0;

  constructor(rows: readonly PlacedRow[]) {
    const vectors = rows.reduce((sum, row) => sum + row.vectors, 0);
    this.#freshTile = new Uint16Array(vectors);
    this.#freshVector = new Uint32Array(vectors);
  }

  fresh(tile: number, vector: number): void {
    this.#freshTile[this.#fresh] = tile;
    this.#freshVector[this.#fresh] = vector;
    this.#fresh++;
  }

  frame(
    { atMs, ptsMs, unseen, blindSinceMs }: StoredFrame,
    { streamId, part, flags, regime }: { streamId: number; part: number; flags: number; regime: number },
  ): void {
    this.#atMs.push(atMs);
    this.#ptsMs.push(ptsMs);
    this.#blindSinceMs.push(blindSinceMs ?? Number.NaN);
    this.#flags.push(unseen ? flags | UNSEEN : flags);
    this.#regime.push(regime);
    this.#streamId.push(streamId);
    this.#part.push(part);
    this.#freshFrom.push(this.#fresh);
  }

  tape(): Tape {
    return {
      frames: this.#atMs.length,
      atMs: Float64Array.from(this.#atMs),
      ptsMs: Float64Array.from(this.#ptsMs),
      blindSinceMs: Float64Array.from(this.#blindSinceMs),
      flags: Uint8Array.from(this.#flags),
      regime: Uint8Array.from(this.#regime),
      streamId: Uint32Array.from(this.#streamId),
      part: Uint32Array.from(this.#part),
      freshFrom: Uint32Array.from(this.#freshFrom),
      freshTile: this.#freshTile.subarray(0, this.#fresh),
      freshVector: this.#freshVector.subarray(0, this.#fresh),
    };
  }
}
