import type { RuleView } from '../pipeline/camera-view.js';
import type { RuleBook } from '../pipeline/rule-book.js';
import type { VectorStream } from '../store/vectors/vector-store.js';
import { planTiles } from '../tiling/layout.js';
import type { Tile } from '../tiling/tile.js';

/** One rule, looking at the tiles of a stream that was stored. */
export class StreamView implements RuleView {
  readonly book: RuleBook;
  /** Those that the rule looks at, in its order; numbered as in the stream. */
  readonly tiles: readonly Tile[];
  readonly tileIndexes: readonly number[];
  /** For each tile of the stream its place among the rule's; −1: the rule does not look at it. */
  readonly places: Int16Array;
  /** @param index of the stream */
  readonly tileOf: (index: number) => Tile;

  private constructor(book: RuleBook, { all, tiles }: { all: readonly Tile[]; tiles: readonly Tile[] }) {
    this.book = book;
    this.tiles = tiles;
    this.tileIndexes = tiles.map(({ index }) => index);
    this.places = new Int16Array(all.length).fill(-1);
    for (const [place, { index }] of tiles.entries()) this.places[index] = place;
    this.tileOf = (index) => all[index]!;
  }

  /**
   * @param book of one rule
   * @returns null: the rule looks at tiles that the stream does not have, and cannot be tried on it
   */
  static of(
    book: RuleBook,
    stream: Pick<VectorStream, 'tiles' | 'frame' | 'inputSizePx'>,
  ): StreamView | null {
    const all = tilesOfStream(stream);
    const byPicture = new Map(stream.tiles.map((tile, index) => [JSON.stringify(tile), all[index]!]));
    const plan = planTiles({ ...book.rules[0]!.tiles, ...stream });
    const tiles = plan.tiles.map(({ box, level }) =>
      byPicture.get(JSON.stringify({ box, level: plan.levels[level] })),
    );
    if (tiles.length === 0 || tiles.includes(undefined)) return null;
    return new StreamView(book, { all, tiles: tiles as Tile[] });
  }

  tilesOf(): Tile[] {
    return [...this.tiles];
  }
}

/** Levels are numbered in the order in which tiles first use them, as `unitePlans` does. */
function tilesOfStream({ tiles }: Pick<VectorStream, 'tiles'>): Tile[] {
  const levels = new Map<string, number>();
  return tiles.map(({ box, level }, index) => {
    const key = JSON.stringify(level);
    if (!levels.has(key)) levels.set(key, levels.size);
    return { index, box, level: levels.get(key)! };
  });
}
