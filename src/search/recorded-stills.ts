import { existsSync } from 'node:fs';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import sharp from 'sharp';
import { createSource } from '../capture/index.js';
import { stillFrame } from '../capture/still.js';
import { Turns } from '../shared/turns.js';
import { ImportStore } from '../store/vectors/import-store.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import { readMinute } from './stored-tile.js';

/** Stills that may wait for the one under way, as many as a page of hits has; more are refused. */
const MAX_WAITING = 64;
const MAX_WIDTH_PX = 960;

/** A frame that is remembered. */
export interface FramePlace {
  cameraId: string;
  atMs: number;
}

/** Frames of indexed recordings, taken from their files where these still lie where they lay. */
export class RecordedStills {
  readonly #folder: string;
  readonly #turns = new Turns();

  /** @param folder data folder */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * One still after the other: each starts an ffmpeg beside those of the cameras.
   * @param signal whoever asks is gone: what has not begun is left out
   * @returns a JPEG of at most 960 pixels' width; `busy`: too many wait already; null: there is none
   */
  async at(frame: FramePlace, signal: AbortSignal): Promise<Uint8Array | 'busy' | null> {
    if (this.#turns.waiting >= MAX_WAITING) return 'busy';
    return this.#turns.take(() => (signal.aborted ? null : this.#take(frame)));
  }

  async #take(frame: FramePlace): Promise<Uint8Array | null> {
    const place = this.#placeOf(frame);
    if (!place) return null;
    const jpeg = await stillFrame(
      createSource({ cameraId: frame.cameraId, location: place.path }),
      place.ptsMs,
    );
    const width = { width: MAX_WIDTH_PX, withoutEnlargement: true };
    return jpeg && sharp(jpeg).resize(width).jpeg().toBuffer();
  }

  #placeOf(frame: FramePlace): { path: string; ptsMs: number } | null {
    using vectors = openVectorsReadOnly(this.#folder);
    const path = recordingOf(new ImportStore(vectors), frame);
    const ptsMs = path === null ? null : ptsOf(new VectorStore(vectors), frame);
    return path === null || ptsMs === null ? null : { path, ptsMs };
  }
}

/** Which of some frames are of a recording whose file is there. */
export function recordedOf(vectors: DatabaseSyncInstance, frames: readonly FramePlace[]): boolean[] {
  const imports = new ImportStore(vectors);
  return frames.map((frame) => recordingOf(imports, frame) !== null);
}

/** The recording that shows a frame, where its file is there; null: there is none. */
export function recordingOf(imports: ImportStore, frame: FramePlace): string | null {
  const path = imports.fileOf(frame);
  return path !== null && existsSync(path) ? path : null;
}

/** Where in its recording a frame is, milliseconds; null: it is not remembered. */
function ptsOf(store: VectorStore, { cameraId, atMs }: FramePlace): number | null {
  for (const { id } of store.rows({ cameraId, fromMs: atMs, toMs: atMs + 1 })) {
    const body = store.body(id);
    const frames = (body && readMinute(body)?.frames) ?? [];
    const frame = frames.find((known) => Math.abs(known.atMs - atMs) < 1);
    if (frame) return frame.ptsMs;
  }
  return null;
}
