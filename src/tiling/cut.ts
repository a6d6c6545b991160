import type { Pyramid, PyramidLevel } from '../capture/pyramid.js';
import type { PlannedTile } from './tile.js';

/** What {@link cutTiles} needs. */
export interface CutTilesOptions {
  tiles: readonly PlannedTile[];
  /** Side S of the model's input. */
  inputSizePx: number;
  /** Where to: at least tiles.length × S × S × 3 bytes. */
  into: Uint8Array;
}

/**
 * Copies tiles out of a pyramid. A tile is a crop of a level that is already scaled, so this moves rows and computes
 * nothing.
 */
export function cutTiles(pyramid: Pyramid, { tiles, inputSizePx, into }: CutTilesOptions): void {
  const rowBytes = inputSizePx * 3;
  let to = 0;
  for (const tile of tiles) {
    const level = pyramid.levels[tile.level]!;
    let from = level.offsetBytes + tile.yPx * level.strideBytes + tile.xPx * 3;
    for (let row = 0; row < inputSizePx; row++) {
      into.set(pyramid.data.subarray(from, from + rowBytes), to);
      from += level.strideBytes;
      to += rowBytes;
    }
  }
}

/** A level as one contiguous picture: widthPx × heightPx × 3 bytes. */
export function copyLevel(data: Uint8Array, level: PyramidLevel): Uint8Array {
  const rowBytes = level.widthPx * 3;
  const out = new Uint8Array(rowBytes * level.heightPx);
  for (let row = 0; row < level.heightPx; row++) {
    const from = level.offsetBytes + row * level.strideBytes;
    out.set(data.subarray(from, from + rowBytes), row * rowBytes);
  }
  return out;
}
