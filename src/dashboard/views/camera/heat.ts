import type { TilesInfo } from '../../../server/api/tile-routes.js';
import type { Box } from '../../../shared/geometry.js';

export type HeatTile = TilesInfo['tiles'][number];

/** A part of the picture that has one colour. */
interface HeatCell {
  box: Box;
  /** Of the tile that shows it most closely. */
  tile: HeatTile;
}

/** Numbers that stay beside each other, after rounding. */
const NEAR = 1e-6;

/**
 * Cuts the picture where tiles begin and end. Of the tiles that show a cell the smallest counts, as it says most of what is
 * there; of several that are as small, the one with the highest margin.
 * @param level only tiles of this level; null: all
 */
export function heatCells(tiles: readonly HeatTile[], level: number | null): HeatCell[] {
  const known = tiles.filter((tile) => tile.margin !== null && (level === null || tile.level === level));
  const xs = edges(known.flatMap(({ box }) => [box.x, box.x + box.w]));
  const ys = edges(known.flatMap(({ box }) => [box.y, box.y + box.h]));
  const cells: HeatCell[] = [];
  for (const [row, y] of ys.slice(0, -1).entries())
    for (const [column, x] of xs.slice(0, -1).entries()) {
      const box = { x, y, w: xs[column + 1]! - x, h: ys[row + 1]! - y };
      const over = known.filter((tile) => covers(tile.box, box)).sort(byCloseness);
      if (over[0]) cells.push({ box, tile: over[0] });
    }
  return cells;
}

function edges(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.filter((value, i) => i === 0 || value - sorted[i - 1]! > NEAR);
}

function covers(tile: Box, cell: Box): boolean {
  const [x, y] = [cell.x + cell.w / 2, cell.y + cell.h / 2];
  return tile.x <= x && x <= tile.x + tile.w && tile.y <= y && y <= tile.y + tile.h;
}

function byCloseness(a: HeatTile, b: HeatTile): number {
  const larger = a.box.w * a.box.h - b.box.w * b.box.h;
  return Math.abs(larger) > NEAR ? larger : b.margin! - a.margin!;
}

/** The numbers that the coldest and the hottest colour stand for. */
export interface HeatScale {
  low: number;
  high: number;
}

/** Narrower would make much of nothing: margins are log-odds. */
const LEAST_RANGE = 4;
/** Even odds. Where nothing comes near them, nothing is to look hot. */
const LEAST_HIGH = 0;

/** Widens a scale by new tiles, so that colours mean the same from picture to picture. */
export function widened(scale: HeatScale | null, tiles: readonly HeatTile[]): HeatScale | null {
  const margins = tiles.flatMap(({ margin }) => (margin === null ? [] : [margin]));
  if (margins.length === 0) return scale;
  const high = Math.max(scale?.high ?? LEAST_HIGH, ...margins);
  const low = Math.min(scale?.low ?? high - LEAST_RANGE, ...margins);
  return { low, high };
}

/** 0: coldest, 1: hottest. */
export function heatOf(margin: number, { low, high }: HeatScale): number {
  return Math.min(1, Math.max(0, (margin - low) / (high - low)));
}
