import { quantile } from './footage.js';

/** A tile that looks like the rule at any time, and is on top far more often than its share of the footage. */
export interface DominatingTile {
  tile: number;
  /** Its part of the highest 5 % of all tiles. */
  share: number;
  /** The median of its margins, less that of all. */
  surplus: number;
}

const TOP_PART = 0.05;
const LEAST_TOP = 20;
const DOMINATING_SHARE = 0.5;
const TIMES_ITS_DUE = 3;
/** Part of the way from the median to the words; tiles that only show different things differ by less. */
const LEAST_SURPLUS = 0.25;

/**
 * The tile that makes up at least half of the highest margins, three times as much as it would among equals, and is a
 * quarter of the way to the words half of the time; null: there is none. Pure.
 *
 * Scores are baselined per tile, so such a surplus raises no alarms by itself: `surplusOf` takes it off.
 * @param self m(p̂), the margin of the words themselves
 */
export function dominatingTile(
  margins: Float64Array,
  { tiles, self }: { tiles: readonly number[]; self: number },
): DominatingTile | null {
  const order = [...margins.keys()].sort((a, b) => margins[b]! - margins[a]!);
  const top = order.slice(0, Math.max(LEAST_TOP, Math.ceil(TOP_PART * order.length)));
  const counts = new Map<number, number>();
  for (const i of top) counts.set(tiles[i]!, (counts.get(tiles[i]!) ?? 0) + 1);
  const [tile, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0]);
  const share = count / top.length;
  const own = margins.filter((_, i) => tiles[i] === tile);
  if (share < DOMINATING_SHARE || share < (TIMES_ITS_DUE * own.length) / margins.length) return null;
  const median = quantile(margins, 0.5);
  const surplus = quantile(own, 0.5) - median;
  return surplus >= LEAST_SURPLUS * (self - median) ? { tile, share, surplus } : null;
}

/** What the dominating tile has too much, for every sample. */
export function surplusOf(dominating: DominatingTile | null, tiles: readonly number[]): Float64Array {
  return Float64Array.from(tiles, (tile) => (tile === dominating?.tile ? dominating.surplus : 0));
}
