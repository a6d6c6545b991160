import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { WordwatchError } from '../../shared/errors.js';
import { fromBytes } from '../../shared/vector-bytes.js';
import type { Light } from '../../tiling/light.js';

/** A frame as it is kept. */
export interface StoredFrame {
  /** When it was captured, milliseconds since the epoch; and from the start of the stream. */
  atMs: number;
  ptsMs: number;
  light: Light;
  /** The model has seen it. */
  scored: boolean;
  /** Nothing could be seen in it, or there was no frame at all. */
  unseen: boolean;
  blindSinceMs: number | null;
  /** Tiles that were embedded for it; the others are as they were. */
  fresh: readonly number[];
}

/** What was seen of one camera in about a minute. */
export interface StoredMinute {
  dimension: number;
  /** Tiles of a frame. */
  tiles: number;
  /** Which run of the recorder wrote it, and as which of its rows: tiles go on from the row before. */
  chain: { run: number; place: number };
  frames: readonly StoredFrame[];
  /** Tiles whose vectors are from before, but are kept here, as the row before is missing. */
  carried: readonly number[];
  /** Codes (`shared/dots/codes.ts`) of the carried tiles, then of each frame's fresh tiles, one behind the other. */
  codes: Int8Array;
  /** How much each is like everyday pictures (`search/commonness.ts`); empty: not known. */
  commonness: Float32Array;
}

const MAGIC = 0x57;
const VERSION = 1;
const HEADER_BYTES = 28;

const UNSEEN = 1;
const SCORED = 2;
const BLIND = 4;

/**
 * A minute as bytes, little-endian:
 *
 *     0 magic u8, 1 version u8, 2 dimension u16, 4 tiles u16, 6 frames u16, 8 vectors u32, 12 bytes of the head u32,
 *     16 run u32, 20 place u32, 24 commonness known u8, 25 … 27 nothing
 *     28 commonness f32 × vectors, if known; codes i8 × dimension × vectors; head, deflated
 *
 * The head holds the frames column by column: atMs f64, ptsMs f64, saturation f32, brightness f32, flags u8, the blind ones'
 * blindSinceMs f64, then one bit a tile, rounded up to bytes, for the carried and for each frame's fresh tiles.
 */
export function encodeMinute(minute: StoredMinute): Uint8Array {
  const { dimension, tiles, chain, frames, codes, commonness } = minute;
  const head = deflateRawSync(headOf(minute));
  const vectors = dimension === 0 ? 0 : codes.length / dimension;
  const known = commonness.length > 0;
  const bytes = Buffer.alloc(HEADER_BYTES + (known ? 4 * vectors : 0) + codes.length + head.length);
  bytes.writeUInt8(MAGIC, 0);
  bytes.writeUInt8(VERSION, 1);
  bytes.writeUInt16LE(dimension, 2);
  bytes.writeUInt16LE(tiles, 4);
  bytes.writeUInt16LE(frames.length, 6);
  bytes.writeUInt32LE(vectors, 8);
  bytes.writeUInt32LE(head.length, 12);
  bytes.writeUInt32LE(chain.run, 16);
  bytes.writeUInt32LE(chain.place, 20);
  bytes.writeUInt8(known ? 1 : 0, 24);
  let at = HEADER_BYTES;
  for (const value of commonness) at = bytes.writeFloatLE(value, at);
  bytes.set(codes, at);
  bytes.set(head, at + codes.length);
  return bytes;
}

function headOf({ tiles, frames, carried }: StoredMinute): Uint8Array {
  const blind = frames.filter(({ blindSinceMs }) => blindSinceMs !== null);
  const maskBytes = Math.ceil(tiles / 8);
  const bytes = Buffer.alloc(25 * frames.length + 8 * blind.length + maskBytes * (frames.length + 1));
  let at = 0;
  for (const { atMs } of frames) at = bytes.writeDoubleLE(atMs, at);
  for (const { ptsMs } of frames) at = bytes.writeDoubleLE(ptsMs, at);
  for (const { light } of frames) at = bytes.writeFloatLE(light.saturation, at);
  for (const { light } of frames) at = bytes.writeFloatLE(light.brightness, at);
  for (const frame of frames) at = bytes.writeUInt8(flagsOf(frame), at);
  for (const { blindSinceMs } of blind) at = bytes.writeDoubleLE(blindSinceMs!, at);
  for (const chosen of [carried, ...frames.map(({ fresh }) => fresh)]) {
    for (const tile of chosen) bytes[at + (tile >> 3)]! |= 1 << (tile & 7);
    at += maskBytes;
  }
  return bytes;
}

function flagsOf({ unseen, scored, blindSinceMs }: StoredFrame): number {
  return (unseen ? UNSEEN : 0) | (scored ? SCORED : 0) | (blindSinceMs === null ? 0 : BLIND);
}

/** Of a minute's bytes, how many vectors there are and where. */
export interface MinuteLayout {
  dimension: number;
  tiles: number;
  vectors: number;
  codes: Int8Array;
  /** As in {@link StoredMinute}. */
  commonness: Float32Array;
}

/**
 * Only the codes and what goes with each, without reading the frames.
 * @returns codes in the memory of `bytes`
 * @throws WordwatchError `vectors-unreadable`
 */
export function codesOf(bytes: Uint8Array): MinuteLayout {
  const layout = layoutOf(bytes);
  const { dimension, tiles, vectors, codesAt } = layout;
  const codes = codesIn(bytes, codesAt, dimension * vectors);
  return { dimension, tiles, vectors, codes, commonness: commonnessIn(bytes, layout) };
}

function commonnessIn(bytes: Uint8Array, { known, vectors }: ReturnType<typeof layoutOf>): Float32Array {
  return fromBytes(bytes.subarray(HEADER_BYTES, HEADER_BYTES + (known ? 4 * vectors : 0)));
}

function codesIn(bytes: Uint8Array, at: number, length: number): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset + at, length);
}

function layoutOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint8(0) !== MAGIC) throw unreadable('no header');
  const version = view.getUint8(1);
  if (version !== VERSION) throw unreadable(`format ${version}, expected ${VERSION}`);
  const [dimension, tiles, frames] = [2, 4, 6].map((at) => view.getUint16(at, true)) as [
    number,
    number,
    number,
  ];
  const [vectors, headBytes] = [view.getUint32(8, true), view.getUint32(12, true)];
  const known = view.getUint8(24) === 1;
  const codesAt = HEADER_BYTES + (known ? 4 * vectors : 0);
  const headAt = codesAt + dimension * vectors;
  if (bytes.length !== headAt + headBytes) throw unreadable('cut short');
  return { view, dimension, tiles, frames, vectors, known, codesAt, headAt };
}

/**
 * @returns the minute; its codes lie in the memory of `bytes`
 * @throws WordwatchError `vectors-unreadable`: cut short, or written by a later version
 */
export function decodeMinute(bytes: Uint8Array): StoredMinute {
  const layout = layoutOf(bytes);
  const { view, dimension, tiles, frames: count, vectors, codesAt, headAt } = layout;
  const commonness = commonnessIn(bytes, layout);
  const { frames, carried } = framesOf(inflated(bytes.subarray(headAt)), { tiles, count });
  const embedded = frames.reduce((sum, { fresh }) => sum + fresh.length, carried.length);
  if (embedded !== vectors) throw unreadable(`${vectors} vectors for ${embedded} tiles`);
  const codes = codesIn(bytes, codesAt, dimension * vectors);
  const chain = { run: view.getUint32(16, true), place: view.getUint32(20, true) };
  return { dimension, tiles, chain, frames, carried, codes, commonness };
}

function inflated(bytes: Uint8Array): Buffer {
  try {
    return inflateRawSync(bytes);
  } catch (error) {
    throw unreadable('its head is damaged', error);
  }
}

function framesOf(
  head: Buffer,
  { tiles, count }: { tiles: number; count: number },
): Pick<StoredMinute, 'frames' | 'carried'> {
  const maskBytes = Math.ceil(tiles / 8);
  if (head.length < 25 * count + maskBytes * (count + 1)) throw unreadable('its head is cut short');
  let blindAt = 25 * count;
  const frames = Array.from({ length: count }, (_, i) => {
    const flags = head.readUInt8(24 * count + i);
    const blindSinceMs = flags & BLIND ? head.readDoubleLE(blindAt) : null;
    if (flags & BLIND) blindAt += 8;
    return {
      atMs: head.readDoubleLE(8 * i),
      ptsMs: head.readDoubleLE(8 * (count + i)),
      light: {
        saturation: head.readFloatLE(16 * count + 4 * i),
        brightness: head.readFloatLE(20 * count + 4 * i),
      },
      scored: (flags & SCORED) !== 0,
      unseen: (flags & UNSEEN) !== 0,
      blindSinceMs,
      fresh: [] as readonly number[],
    };
  });
  const mask = (place: number) => {
    const at = blindAt + place * maskBytes;
    const chosen: number[] = [];
    for (let tile = 0; tile < tiles; tile++)
      if (head[at + (tile >> 3)]! & (1 << (tile & 7))) chosen.push(tile);
    return chosen;
  };
  if (head.length !== blindAt + maskBytes * (count + 1)) throw unreadable('its head has another length');
  for (const [i, frame] of frames.entries()) frame.fresh = mask(i + 1);
  return { frames, carried: mask(0) };
}

function unreadable(reason: string, cause?: unknown): WordwatchError {
  return new WordwatchError('vectors-unreadable', `a minute of vectors cannot be read: ${reason}`, { cause });
}
