import type { Score } from '../rules/score.js';
import type { Box, SizePx } from '../shared/geometry.js';
import type { CameraView } from './camera-view.js';
import type { CodedTile } from './tile-embedder.js';
import type { WatchedFrame } from './watch-camera.js';

/** What a rule says of each tile of a camera's newest frame. */
export interface FrameTiles {
  /** When the frame was captured, milliseconds since the epoch. */
  atMs: number;
  /** Its size before it is scaled. */
  frame: SizePx;
  /** What counts of the frame; null: nothing is known, as the camera is blind, say. */
  score: { score: number; threshold: number; tile: number } | null;
  /** Those that the rule looks at. `margin`: log-odds of the rule's words; null: not known. */
  tiles: { index: number; level: number; box: Box; margin: number | null }[];
}

interface NewestFrame {
  view: CameraView;
  atMs: number;
  scores: readonly Score[];
}

/** What the model made of a camera's newest frame that it looked at. */
export interface CodedFrame {
  /** When it was captured, milliseconds since the epoch. */
  atMs: number;
  /** How it was cut. */
  view: CameraView;
  /** The view's tiles, in order. */
  coded: readonly CodedTile[];
}

/** Each camera's newest frame as the rules see it, without its pixels: some kilobytes a camera. */
export class NewestFrames {
  readonly #frames = new Map<string, NewestFrame>();
  readonly #coded = new Map<string, CodedFrame>();

  /** Takes the next frame of a camera, or a while without one. */
  keep({ view, seen, scores }: Pick<WatchedFrame, 'view' | 'seen' | 'scores'>, cameraId: string): void {
    const shown = view ?? this.#frames.get(cameraId)?.view;
    if (shown && seen) this.#frames.set(cameraId, { view: shown, atMs: seen.atMs, scores });
    if (view && seen?.coded) this.#coded.set(cameraId, { view, atMs: seen.atMs, coded: seen.coded });
  }

  /** The newest that the model looked at: it leaves out where nothing can be seen. null: none so far. */
  coded(cameraId: string): CodedFrame | null {
    return this.#coded.get(cameraId) ?? null;
  }

  /**
   * @param ruleId null: the tiles that any rule looks at, without what one says of them
   * @returns null: there has been no frame, or the camera has no such rule
   */
  tiles(cameraId: string, ruleId: string | null): FrameTiles | null {
    const newest = this.#frames.get(cameraId);
    if (!newest) return null;
    const { view, atMs, scores } = newest;
    const { frame, plan } = view;
    if (ruleId === null) {
      const tiles = plan.tiles.map(({ index }) => ({ ...view.tileOf(index), margin: null }));
      return { atMs, frame, score: null, tiles };
    }
    const place = view.book.rules.findIndex(({ id }) => id === ruleId);
    if (place === -1) return null;
    const found = scores.find((score) => score.ruleId === ruleId);
    const margins = new Map(found?.tileIndexes.map((index, i) => [index, found.tileMargins[i]!]));
    const isKnown = found && Number.isFinite(found.score) && Number.isFinite(found.threshold);
    return {
      ...{ atMs, frame },
      score: isKnown ? { score: found.score, threshold: found.threshold, tile: found.tile.index } : null,
      tiles: view.tilesOf(place).map((tile) => ({ ...tile, margin: margins.get(tile.index) ?? null })),
    };
  }
}
