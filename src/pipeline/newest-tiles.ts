import type { CameraView } from './camera-view.js';
import type { CodedTile } from './tile-embedder.js';
import type { WatchedFrame } from './watch-camera.js';

/** What the model made of a camera's newest frame. */
export interface NewestFrame {
  /** When it was captured, milliseconds since the epoch. */
  atMs: number;
  /** How it was cut. */
  view: CameraView;
  /** The view's tiles, in order. */
  coded: readonly CodedTile[];
}

/** The newest frame of each camera that the model saw: some kilobytes a camera. */
export class NewestTiles {
  readonly #frames = new Map<string, NewestFrame>();

  /** Takes a frame's place in. One that was not looked at, as nothing can be seen in it or the model failed, changes nothing. */
  keep({ seen, view }: Pick<WatchedFrame, 'seen' | 'view'>): void {
    if (seen?.coded && view) this.#frames.set(seen.cameraId, { atMs: seen.atMs, view, coded: seen.coded });
  }

  /** null: the camera has shown nothing yet. */
  of(cameraId: string): NewestFrame | null {
    return this.#frames.get(cameraId) ?? null;
  }
}
