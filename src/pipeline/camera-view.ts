import type { Pyramid } from '../capture/pyramid.js';
import { tileMargins } from '../rules/margin.js';
import type { Score } from '../rules/score.js';
import type { SizePx } from '../shared/geometry.js';
import { planTiles, type TilePlan, unitePlans } from '../tiling/layout.js';
import type { Tile } from '../tiling/tile.js';
import type { RuleBook } from './rule-book.js';

/** How one camera's frames are cut and scored under one rule book, for one frame size. */
export class CameraView {
  readonly book: RuleBook;
  readonly plan: TilePlan;
  readonly #tileIndexes: number[][];

  constructor({ book, frame, inputSizePx }: { book: RuleBook; frame: SizePx; inputSizePx: number }) {
    this.book = book;
    const plans = book.rules.map((rule) => planTiles({ ...rule.tiles, frame, inputSizePx }));
    const { plan, tileIndexes } = unitePlans(plans);
    this.plan = plan;
    this.#tileIndexes = tileIndexes;
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
   * @param vectors of the plan's tiles, in order
   */
  score(pyramid: Pyramid, vectors: readonly Float32Array[]): Score[] {
    const margins = vectors.map((vector) => tileMargins(vector, this.book.set));
    return this.book.rules.flatMap((rule, ruleIndex) => {
      const tileIndexes = this.#tileIndexes[ruleIndex]!;
      if (tileIndexes.length === 0) return [];
      const tileMargins = Float32Array.from(tileIndexes, (tileIndex) => margins[tileIndex]![ruleIndex]!);
      const best = tileMargins.reduce((best, margin, i) => (margin > tileMargins[best]! ? i : best), 0);
      const plan = this.book.plans.get(rule.id)!;
      return {
        cameraId: pyramid.cameraId,
        ruleId: rule.id,
        atMs: pyramid.capturedAtMs,
        ptsMs: pyramid.ptsMs,
        margin: tileMargins[best]!,
        score: tileMargins[best]!,
        threshold: plan.kind === 'fixed' ? plan.value : Number.NaN,
        thresholdState: 'fixed',
        expectedFalseAlarmsPerDay: null,
        tile: this.tileOf(tileIndexes[best]!),
        tileMargins,
        tileIndexes,
      };
    });
  }
}
