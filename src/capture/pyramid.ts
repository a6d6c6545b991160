import type { Box } from '../shared/geometry.js';

/** One scaled picture that the capture stage has to make from each frame. */
export interface LevelSpec {
  /** Part of the frame that is scaled; the whole frame for all levels but those of explicit boxes. */
  crop: Box;
  /** Size after scaling; the aspect ratio may be squashed. */
  widthPx: number;
  heightPx: number;
}

/** What ffmpeg makes of each sampled frame, in one pass. */
export interface PyramidSpec {
  /** Pictures that tiles are cut from, any order. */
  levels: LevelSpec[];
  /** The picture for people: page and snapshots. Aspect ratio kept. */
  preview: LevelSpec;
}

/** Where a level lies in a {@link Pyramid}'s bytes: row r starts at `offsetBytes + r · strideBytes`, RGB, 8 bits each. */
export interface PyramidLevel extends LevelSpec {
  offsetBytes: number;
  strideBytes: number;
}

/** One sampled frame of a camera at several scales. */
export interface Pyramid {
  cameraId: string;
  /** Frames sampled from this camera since it was opened, from 0. */
  frameIndex: number;
  /** Wall clock (live sources: when it arrived; files: start time + pts), milliseconds since the epoch. */
  capturedAtMs: number;
  /** Presentation time as the source tells it, milliseconds from the start of the stream. */
  ptsMs: number;
  /** Size of the frame before scaling. */
  sourceWidthPx: number;
  sourceHeightPx: number;
  /** All levels and the preview in one buffer. */
  data: Uint8Array;
  /** Same order as in the {@link PyramidSpec}. */
  levels: PyramidLevel[];
  preview: PyramidLevel;
}
