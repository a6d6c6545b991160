import type { LevelSpec } from '../capture/pyramid.js';
import { type Box, type Point, type SizePx, WHOLE_FRAME } from '../shared/geometry.js';
import { touches } from './region.js';
import type { PlannedTile } from './tile.js';

/** How a frame is cut into the squares that the model looks at. */
export type TileLayout =
  | { kind: 'auto' }
  | { kind: 'full' }
  | { kind: 'grid'; columns: number; rows: number; overlap: number }
  | { kind: 'boxes'; boxes: readonly Box[] };

/** A layout worked out for one frame size. */
export interface TilePlan {
  /** Pictures to scale from the frame. */
  levels: LevelSpec[];
  /** Squares to cut from them, `index` counting from 0 in this order. */
  tiles: PlannedTile[];
}

/** What {@link planTiles} needs to know. */
export interface PlanTilesOptions {
  layout: TileLayout;
  /** Size of the frame. */
  frame: SizePx;
  /** Side S of the model's input. */
  inputSizePx: number;
  /** Keep only tiles that touch this polygon; none: keep all. */
  region?: readonly Point[] | null;
}

/**
 * Sides of the squares of `auto`, as parts of the frame's short side, with the least overlap of neighbours. On 16:9
 * this gives 2 + 4×2 squares beside the whole frame: a 60 px object of a 1080p frame is 7, 12 and 22 px wide in a
 * 224 px input.
 */
const AUTO_SQUARES = [
  { side: 1, minOverlap: 0.2 },
  { side: 5 / 9, minOverlap: 0.2 },
];

/** A square narrower than this part of the model's input would only be blown up: a finer level shows nothing new. */
const MIN_SOURCE_PX_PER_INPUT_PX = 0.5;

/**
 * Lays tiles over a frame. Pure.
 * @returns levels in order of detail (coarse first) and the tiles cut from them; always at least one tile, unless a
 *   region leaves none
 */
export function planTiles({ layout, frame, inputSizePx, region }: PlanTilesOptions): TilePlan {
  const levels = planLevels(layout, frame, inputSizePx);
  const tiles = levels.flatMap(({ level, origins }, index) =>
    origins.map((origin) => ({ ...origin, level: index, box: boxOf(origin, { level, side: inputSizePx }) })),
  );
  const kept = region ? tiles.filter((tile) => touches(region, tile.box)) : tiles;
  return unitePlans([{ levels: levels.map(({ level }) => level), tiles: kept.map(numbered) }]).plan;
}

/**
 * One plan that serves several rules: tiles that rules share are cut and embedded once, tiles that none needs never.
 * @returns the plan, and for each plan given the numbers of its tiles in the united one
 */
export function unitePlans(plans: readonly TilePlan[]): { plan: TilePlan; tileIndexes: number[][] } {
  const levels = new Map<string, { index: number; level: LevelSpec }>();
  const tiles = new Map<string, PlannedTile>();
  const tileIndexes = plans.map((plan) =>
    plan.tiles.map((tile) => {
      const level = plan.levels[tile.level]!;
      const levelKey = JSON.stringify(level);
      const known = levels.get(levelKey) ?? { index: levels.size, level };
      levels.set(levelKey, known);
      const tileKey = `${known.index}:${tile.xPx}:${tile.yPx}`;
      const united = tiles.get(tileKey) ?? { ...tile, index: tiles.size, level: known.index };
      tiles.set(tileKey, united);
      return united.index;
    }),
  );
  return {
    plan: { levels: [...levels.values()].map(({ level }) => level), tiles: [...tiles.values()] },
    tileIndexes,
  };
}

/** A pixel in a level. */
type Origin = { xPx: number; yPx: number };

/** One level and where the squares cut from it begin. */
interface LevelPlan {
  level: LevelSpec;
  origins: Origin[];
}

function planLevels(layout: TileLayout, frame: SizePx, side: number): LevelPlan[] {
  switch (layout.kind) {
    case 'full':
      return [squashed(WHOLE_FRAME, side)];
    case 'auto':
      return [squashed(WHOLE_FRAME, side), ...autoLevels(frame, side)];
    case 'grid':
      return [gridLevel(layout, side)];
    case 'boxes':
      return layout.boxes.map((box) => squashed(box, side));
  }
}

/** A part of the frame as one tile, whatever its shape. */
function squashed(crop: Box, side: number): LevelPlan {
  return { level: { crop, widthPx: side, heightPx: side }, origins: [{ xPx: 0, yPx: 0 }] };
}

function autoLevels(frame: SizePx, side: number): LevelPlan[] {
  const shortPx = Math.min(frame.widthPx, frame.heightPx);
  return AUTO_SQUARES.filter((square) => square.side * shortPx >= side * MIN_SOURCE_PX_PER_INPUT_PX)
    .map((square) => {
      const scale = side / (square.side * shortPx);
      // Rounding must never make a level smaller than one tile.
      const widthPx = Math.max(side, Math.round(frame.widthPx * scale));
      const heightPx = Math.max(side, Math.round(frame.heightPx * scale));
      const xs = positions(widthPx, side, countToCover(widthPx / side, square.minOverlap));
      const ys = positions(heightPx, side, countToCover(heightPx / side, square.minOverlap));
      return { level: { crop: WHOLE_FRAME, widthPx, heightPx }, origins: cross(xs, ys) };
    })
    .filter(({ origins }) => origins.length > 1); // a square frame's short-side square is the whole frame again
}

function gridLevel(layout: { columns: number; rows: number; overlap: number }, side: number): LevelPlan {
  const length = (count: number) => Math.round(side * (count - (count - 1) * layout.overlap));
  const level = { crop: WHOLE_FRAME, widthPx: length(layout.columns), heightPx: length(layout.rows) };
  const xs = positions(level.widthPx, side, layout.columns);
  const ys = positions(level.heightPx, side, layout.rows);
  return { level, origins: cross(xs, ys) };
}

/** The fewest squares that cover a length of so many sides while neighbours overlap by at least `minOverlap`. */
function countToCover(sides: number, minOverlap: number): number {
  const ROUNDING = 0.02; // a hair of rounding must not add a whole tile
  return 1 + Math.max(0, Math.ceil((sides - 1) / (1 - minOverlap) - ROUNDING));
}

/** `count` squares spread evenly over a length, the first at its start and the last at its end. */
function positions(lengthPx: number, side: number, count: number): number[] {
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) => Math.round((i * (lengthPx - side)) / (count - 1)));
}

function cross(xs: readonly number[], ys: readonly number[]): Origin[] {
  return ys.flatMap((yPx) => xs.map((xPx) => ({ xPx, yPx })));
}

function boxOf({ xPx, yPx }: Origin, { level, side }: { level: LevelSpec; side: number }): Box {
  const { crop, widthPx, heightPx } = level;
  return {
    x: crop.x + (crop.w * xPx) / widthPx,
    y: crop.y + (crop.h * yPx) / heightPx,
    w: (crop.w * side) / widthPx,
    h: (crop.h * side) / heightPx,
  };
}

function numbered<T>(tile: T, index: number): T & { index: number } {
  return { ...tile, index };
}

/** Long side of the picture for people: enough to recognise a scene, cheap to make and to send once a second. */
const PREVIEW_LONG_SIDE_PX = 640;

/** The picture for people: the whole frame in its own aspect ratio, never blown up, with even sides. */
export function planPreview(frame: SizePx): LevelSpec {
  const scale = Math.min(1, PREVIEW_LONG_SIDE_PX / Math.max(frame.widthPx, frame.heightPx));
  const even = (lengthPx: number) => Math.max(2, 2 * Math.round((lengthPx * scale) / 2));
  return { crop: WHOLE_FRAME, widthPx: even(frame.widthPx), heightPx: even(frame.heightPx) };
}
