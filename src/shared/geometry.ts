/** A rectangle in fractions of the frame: all of x, y, w, h in 0…1, origin at the top left. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A point in fractions of the frame, 0…1. */
export type Point = readonly [x: number, y: number];

/** A picture's size in pixels. */
export interface SizePx {
  widthPx: number;
  heightPx: number;
}

/** The whole frame. */
export const WHOLE_FRAME: Box = { x: 0, y: 0, w: 1, h: 1 };
