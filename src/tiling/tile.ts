import type { Box } from '../shared/geometry.js';

/** One square that the model looks at. */
export interface Tile {
  /** Stable number of the tile in its camera's plan, from 0. */
  index: number;
  /** What it shows, in fractions of the frame. */
  box: Box;
  /** Index of the pyramid level it is cut from. */
  level: number;
}

/** A tile and where it lies in its level, in pixels: the square (xPx, yPx, S, S). */
export interface PlannedTile extends Tile {
  xPx: number;
  yPx: number;
}
