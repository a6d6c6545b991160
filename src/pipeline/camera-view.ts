import { CodedMargins } from '../rules/coded-margins.js';
import type { Score } from '../rules/score.js';
import type { ThresholdPlan } from '../rules/thresholds.js';
import type { SizePx } from '../shared/geometry.js';
import { planTiles, type TileLayout, type TilePlan, unitePlans } from '../tiling/layout.js';
import type { Tile } from '../tiling/tile.js';
import type { RuleBook } from './rule-book.js';
import type { CodedTile } from './tile-embedder.js';

/** What {@link CameraView} needs. */
export interface CameraViewOptions {
  book: RuleBook;
  /** Size of the frames before they are scaled. */
  frame: SizePx;
  inputSizePx: number;
  /** Tiles that are looked at besides those of the rules; null: no others. */
  alsoLayout?: TileLayout | null;
}
/** What rules are, and where they look: enough to judge frames that are scored already. */
export type RuleView = Pick<CameraView, 'book' | 'tilesOf' | 'tileOf'>;

/** How one camera's frames are cut and scored under one rule book, for one frame size. */
export class CameraView {
  readonly book: RuleBook;
  /** Size of the frames before they are scaled. */
  readonly frame: SizePx;
  readonly plan: TilePlan;
  readonly #tileIndexes: number[][];
  readonly #margins: CodedMargins;
  /** A tile that has not changed is the same object, and need not be scored again. */
  readonly #known = new WeakMap<CodedTile, Float64Array>();

  constructor({ book, frame, inputSizePx, alsoLayout = null }: CameraViewOptions) {
    this.book = book;
    this.frame = frame;
    const layouts = [
      ...book.rules.map(({ tiles }) => tiles),
      ...(alsoLayout ? [{ layout: alsoLayout }] : []),
    ];
    const plans = layouts.map((tiles) => planTiles({ ...tiles, frame, inputSizePx }));
    const { plan, tileIndexes } = unitePlans(plans);
    this.plan = plan;
    this.#tileIndexes = tileIndexes;
    this.#margins = new CodedMargins(book.set);
  }

  /** Whether another view's frames can be scored by this one: the same tiles in the same order. */
  sharesTilesWith(other: CameraView): boolean {
    // Asked for every frame, and between changes of the rules it is the same view.
    return this === other || JSON.stringify(this.plan) === JSON.stringify(other.plan);
  }

  /** Tiles that a rule looks at. @param ruleIndex its place in the book */
  tilesOf(ruleIndex: number): Tile[] {
    return this.#tileIndexes[ruleIndex]!.map((index) => this.tileOf(index));
  }

  /** A tile of the plan, without its pixels. */
  tileOf(index: number): Tile {
    const { box, level } = this.plan.tiles[index]!;
    return { index, box, level };
  }

  /**
   * Scores one frame against every rule that has tiles on it.
   * @param coded the plan's tiles, in order
   */
  score({ cameraId, atMs, ptsMs }: FrameTime, coded: readonly CodedTile[]): Score[] {
    this.#learn(coded);
    const margins = coded.map((tile) => this.#known.get(tile)!);
    return this.book.rules.flatMap((rule, ruleIndex) => {
      const tileIndexes = this.#tileIndexes[ruleIndex]!;
      if (tileIndexes.length === 0) return [];
      const tileMargins = Float32Array.from(tileIndexes, (tileIndex) => margins[tileIndex]![ruleIndex]!);
      const tiles = { tileMargins, tileIndexes, tileOf: (index: number) => this.tileOf(index) };
      return scoreOf(rule.id, this.book.plans.get(rule.id)!, { cameraId, atMs, ptsMs, ...tiles });
    });
  }

  #learn(coded: readonly CodedTile[]): void {
    const unknown = coded.filter((tile) => !this.#known.has(tile));
    if (unknown.length === 0) return;
    const dimension = unknown[0]!.code.length;
    const codes = new Int8Array(unknown.length * dimension);
    for (const [i, { code }] of unknown.entries()) codes.set(code, i * dimension);
    this.#margins.score(codes, (i, margins) => this.#known.set(unknown[i]!, margins.slice()));
  }
}

/** What a rule says of a frame before calibration: its highest tile counts, the first of several. */
export function scoreOf(
  ruleId: string,
  plan: ThresholdPlan,
  {
    cameraId,
    atMs,
    ptsMs,
    tileMargins,
    tileIndexes,
    tileOf,
  }: FrameTime & Pick<Score, 'tileMargins' | 'tileIndexes'> & { tileOf: (index: number) => Tile },
): Score {
  let best = 0;
  for (let i = 1; i < tileMargins.length; i++) if (tileMargins[i]! > tileMargins[best]!) best = i;
  // Spelled out: it is done for every rule of every frame, and spreading takes several times as long.
  return {
    cameraId,
    ruleId,
    atMs,
    ptsMs,
    margin: tileMargins[best]!,
    score: tileMargins[best]!,
    threshold: plan.kind === 'fixed' ? plan.value : Number.NaN,
    thresholdState: 'fixed',
    expectedFalseAlarmsPerDay: null,
    tile: tileOf(tileIndexes[best]!),
    tileMargins,
    tileIndexes,
  };
}

/** Whose frame it is, and of when. */
export interface FrameTime {
  cameraId: string;
  /** When it was captured, milliseconds since the epoch. */
  atMs: number;
  /** From the start of the stream. */
  ptsMs: number;
}
