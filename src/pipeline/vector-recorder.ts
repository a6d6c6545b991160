import { randomInt } from 'node:crypto';
import type { Pyramid } from '../capture/pyramid.js';
import type { Embedder } from '../model/embedder.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import type { StoredFrame, StoredMinute } from '../store/vectors/minute-codec.js';
import type { MinutePicture } from '../store/vectors/minute-pictures.js';
import type { VectorStore, VectorStream } from '../store/vectors/vector-store.js';
import type { Logger } from '../telemetry/logger.js';
import type { CameraView } from './camera-view.js';
import type { SeenFrame } from './rule-watch.js';
import type { CodedTile } from './tile-embedder.js';
import type { WatchedFrame } from './watch-camera.js';

const MINUTE_MS = 60_000;
/** Finished minutes wait so long, so that one wait for the disk does for all cameras. */
const WRITE_PERIOD_MS = 10_000;
/** Footage that is read faster than it was filmed is written sooner. */
const WRITE_FROM_BYTES = 8_000_000;
/** While the disk refuses them, so much waits in memory; what is older is lost, and said. */
const MAX_WAITING_BYTES = 64_000_000;
/** Pictures of one minute, of which the last is kept, are made so far from each other at least. */
const PICTURE_PERIOD_MS = 10_000;

/** How much coded tiles are like everyday pictures, and by which captions that is measured. */
export interface CommonnessMeter {
  captions: string;
  /** @param codes one behind the other */
  of(codes: Int8Array): Float32Array;
}

/** How a camera is watched. */
export interface WatchedHow {
  cameraId: string;
  fps: number;
  motionGate: boolean;
  /** Whether the footage's time of day is known. */
  timed: boolean;
}

/** What {@link VectorRecorder} needs. */
export interface VectorRecorderOptions {
  store: Pick<VectorStore, 'write'>;
  model: Pick<Embedder, 'describe'>;
  /** null: searching will not be able to tell everyday pictures from others. */
  commonness: CommonnessMeter | null;
  /** Makes the small picture that is kept of a minute; it is called with frames that are gone when it returns. null: none. */
  pictureOf?: ((pyramid: Pyramid) => Promise<Uint8Array>) | null;
  logger: Logger;
  clock?: Clock;
}

/** A minute of one camera that is still going on. */
interface OpenMinute {
  minute: number;
  stream: VectorStream;
  /** Each tile as it was before; null: not known. */
  before: readonly (CodedTile | null)[];
  frames: StoredFrame[];
  codes: Int8Array[];
  /** Each of a frame in which more tiles changed than in that of the one before; null: not made yet, or it cannot be. */
  pictures: { atMs: number; changed: number; jpeg: Uint8Array | null }[];
}

interface FinishedMinute extends OpenMinute {
  bytes: number;
  /** The camera's, which may have ended since. */
  track: Track;
}

/** One camera. */
interface Track {
  /** As it is watched now; null: no frame has come. */
  stream: VectorStream | null;
  open: OpenMinute | null;
  tiles: (CodedTile | null)[];
  lastMs: number;
  /** Of its newest row; null: the next one begins a new chain. */
  chain: Chain | null;
}

type Chain = StoredMinute['chain'];

/** Keeps what the model made of every frame, so that it can be searched, and rules be tried on it. Never throws. */
export class VectorRecorder implements Disposable {
  readonly #options: VectorRecorderOptions;
  readonly #tracks = new Map<string, Track>();
  readonly #streams = new WeakMap<CameraView, VectorStream>();
  readonly #timer = setInterval(() => this.write(), WRITE_PERIOD_MS).unref();
  #waiting: FinishedMinute[] = [];
  #waitingBytes = 0;
  #written = 0;
  #lost = 0;
  /** Of these, those that the log does not know of. */
  #lostUntold = 0;
  #refused = false;

  constructor(options: VectorRecorderOptions) {
    this.#options = options;
  }

  /** Vectors since the start: written, and let go because they could not be; and the bytes of what waits for the disk. */
  get counts(): { written: number; lost: number; waitingBytes: number } {
    return { written: this.#written, lost: this.#lost, waitingBytes: this.#waitingBytes };
  }

  /** Takes the next frame of a camera. */
  keep(
    {
      view,
      seen,
      pyramid = null,
    }: Pick<WatchedFrame, 'view' | 'seen'> & Partial<Pick<WatchedFrame, 'pyramid'>>,
    how: WatchedHow,
  ): void {
    if (!seen) return;
    const track = this.#trackOf(how.cameraId);
    if (view) track.stream = this.#streamOf(view, how);
    const { stream } = track;
    // A camera that has not shown anything yet has nothing to be remembered.
    if (!stream) return;
    if (track.open && !goesOn(track, { stream, atMs: seen.atMs })) this.#finish(track);
    track.lastMs = seen.atMs;
    const { coded } = seen;
    if (coded && track.tiles.length !== coded.length) track.tiles = coded.map(() => null);
    track.open ??= open(track, { stream, atMs: seen.atMs });
    // A tile that was embedded for a frame which then failed is new in the next one.
    const fresh = coded ? [...coded.keys()].filter((tile) => coded[tile] !== track.tiles[tile]) : [];
    track.open.frames.push(storedFrame(seen, fresh));
    if (!coded) return;
    for (const tile of fresh) track.open.codes.push(coded[tile]!.code);
    if (pyramid && !seen.unseen) this.#show(track.open, { pyramid, atMs: seen.atMs, changed: fresh.length });
    track.tiles = [...coded];
  }

  /** What a minute was about is best seen where most has changed. */
  #show(
    { pictures }: OpenMinute,
    { pyramid, atMs, changed }: { pyramid: Pyramid; atMs: number; changed: number },
  ): void {
    const { pictureOf } = this.#options;
    const last = pictures.at(-1);
    if (!pictureOf || (last && (changed <= last.changed || atMs - last.atMs < PICTURE_PERIOD_MS))) return;
    const picture: OpenMinute['pictures'][number] = { atMs, changed, jpeg: null };
    pictures.push(picture);
    pictureOf(pyramid).then(
      (jpeg) => {
        picture.jpeg = jpeg;
      },
      () => {}, // the vectors are kept all the same
    );
  }

  /** Nothing more comes of a camera: what there is of its last minute is kept as it is. */
  end(cameraId: string): void {
    const track = this.#tracks.get(cameraId);
    if (track) this.#finish(track);
    this.#tracks.delete(cameraId);
  }

  #trackOf(cameraId: string): Track {
    let track = this.#tracks.get(cameraId);
    if (!track) {
      track = { stream: null, open: null, tiles: [], lastMs: -Infinity, chain: null };
      this.#tracks.set(cameraId, track);
    }
    return track;
  }

  #streamOf(view: CameraView, how: WatchedHow): VectorStream {
    const { model, commonness } = this.#options;
    const { modelHash, dimension, inputSizePx } = model.describe();
    const known = this.#streams.get(view);
    // A model at a server may be another one after an outage.
    if (known?.modelHash === modelHash) return known;
    const { levels, tiles } = view.plan;
    const stream = {
      ...{ cameraId: how.cameraId, modelHash, dimension, inputSizePx, frame: view.frame },
      tiles: tiles.map(({ box, level }) => ({ box, level: levels[level]! })),
      ...{ fps: how.fps, motionGate: how.motionGate, timed: how.timed },
      captions: commonness?.captions ?? null,
    };
    this.#streams.set(view, stream);
    return stream;
  }

  #finish(track: Track): void {
    const { open } = track;
    track.open = null;
    if (!open) return;
    const bytes = open.codes.length * open.stream.dimension + open.frames.length * 32;
    this.#waiting.push({ ...open, bytes, track });
    this.#waitingBytes += bytes;
    if (this.#waitingBytes >= WRITE_FROM_BYTES && !this.#refused) this.write();
    while (this.#waitingBytes > MAX_WAITING_BYTES) this.#drop(this.#waiting.shift()!);
  }

  #drop({ track, codes, bytes }: FinishedMinute): void {
    const { logger } = this.#options;
    this.#waitingBytes -= bytes;
    track.chain = null;
    if (codes.length === 0) return;
    this.#lost += codes.length;
    if (this.#lostUntold === 0) logger.error('vectors lost: too many wait for the disk');
    this.#lostUntold += codes.length;
  }

  /** Writes the minutes that are over. */
  write(): void {
    if (this.#waiting.length === 0) return;
    const { store, logger, clock = systemClock } = this.#options;
    const chains = new Map<Track, Chain>();
    const rows = this.#waiting.map((finished) => {
      const { track } = finished;
      const before = chains.get(track) ?? track.chain;
      // Rows of a chain go on from each other; a number of its own tells it from all others.
      const chain = before
        ? { run: before.run, place: before.place + 1 }
        : { run: randomInt(2 ** 32), place: 0 };
      chains.set(track, chain);
      const picture = pictureOfMinute(finished);
      return { stream: finished.stream, minute: this.#minuteOf(finished, chain), picture };
    });
    try {
      store.write(rows, { storedAtMs: clock.nowMs() });
    } catch (error) {
      if (!this.#refused)
        logger.error({ reason: messageOf(error) }, 'vectors not written: is the disk full or read-only?');
      this.#refused = true;
      return;
    }
    if (this.#refused) logger.info({ lost: this.#lostUntold }, 'vectors written: the disk is back');
    this.#refused = false;
    this.#lostUntold = 0;
    this.#written += this.#waiting.reduce((sum, { codes }) => sum + codes.length, 0);
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const [track, chain] of chains) track.chain = chain;
  }

  #minuteOf({ stream, before, frames, codes }: FinishedMinute, chain: Chain): StoredMinute {
    const { dimension, tiles } = stream;
    const { commonness } = this.#options;
    // What the first scored frame brings anew need not be carried over.
    const first = new Set(frames.find(({ scored }) => scored)?.fresh);
    const carried =
      chain.place === 0 ? [...before.keys()].filter((tile) => before[tile] && !first.has(tile)) : [];
    const all = new Int8Array((carried.length + codes.length) * dimension);
    for (const [i, tile] of carried.entries()) all.set(before[tile]!.code, i * dimension);
    for (const [i, code] of codes.entries()) all.set(code, (carried.length + i) * dimension);
    return {
      ...{ dimension, tiles: tiles.length, chain, frames, carried, codes: all },
      commonness: commonness?.of(all) ?? new Float32Array(),
    };
  }

  /** Writes all there is. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const cameraId of [...this.#tracks.keys()]) this.end(cameraId);
    this.write();
  }
}

function open({ tiles }: Track, { stream, atMs }: { stream: VectorStream; atMs: number }): OpenMinute {
  return { minute: minuteOf(atMs), stream, before: [...tiles], frames: [], codes: [], pictures: [] };
}

function pictureOfMinute({ pictures }: OpenMinute): MinutePicture | null {
  const made = pictures.findLast(({ jpeg }) => jpeg !== null);
  return made ? { atMs: made.atMs, jpeg: made.jpeg! } : null;
}

/** Whether a frame belongs to the minute that is open. Where the clock jumps back, another row begins. */
function goesOn({ open, lastMs }: Track, { stream, atMs }: { stream: VectorStream; atMs: number }): boolean {
  return open !== null && open.stream === stream && open.minute === minuteOf(atMs) && atMs >= lastMs;
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS);
}

function storedFrame(
  { atMs, ptsMs, light, coded, unseen, blindSinceMs }: SeenFrame,
  fresh: readonly number[],
): StoredFrame {
  return { atMs, ptsMs, light, scored: coded !== null, unseen, blindSinceMs, fresh };
}
