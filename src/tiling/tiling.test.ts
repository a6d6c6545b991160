import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pyramid } from '../capture/pyramid.js';
import type { Box, Point } from '../shared/geometry.js';
import { cutTiles } from './cut.js';
import { planTiles, type TileLayout, type TilePlan, unitePlans } from './layout.js';
import { touches } from './region.js';

const frame = fc.record({
  widthPx: fc.integer({ min: 64, max: 7680 }),
  heightPx: fc.integer({ min: 64, max: 7680 }),
});
const box: fc.Arbitrary<Box> = fc
  .tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.double({ min: 0, max: 0.9, noNaN: true }))
  .map(([x, y]) => ({ x, y, w: 0.1, h: 0.1 }));
const layout: fc.Arbitrary<TileLayout> = fc.oneof(
  fc.constant<TileLayout>({ kind: 'auto' }),
  fc.constant<TileLayout>({ kind: 'full' }),
  fc.record({
    kind: fc.constant('grid' as const),
    columns: fc.integer({ min: 1, max: 8 }),
    rows: fc.integer({ min: 1, max: 8 }),
    overlap: fc.double({ min: 0, max: 0.8, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('boxes' as const), boxes: fc.array(box, { minLength: 1, maxLength: 5 }) }),
);
const inputSizePx = fc.constantFrom(128, 224, 256, 384);

describe('planTiles', () => {
  it('lays 1 + 2 + 8 tiles over a 1080p frame, overlapping as the design says', () => {
    const { levels, tiles } = planTiles({
      layout: { kind: 'auto' },
      frame: { widthPx: 1920, heightPx: 1080 },
      inputSizePx: 224,
    });
    expect(levels.map((level) => [level.widthPx, level.heightPx])).toEqual([
      [224, 224],
      [398, 224],
      [717, 403],
    ]);
    expect([0, 1, 2].map((level) => tiles.filter((tile) => tile.level === level).length)).toEqual([1, 2, 8]);
    const [first, second] = tiles.filter((tile) => tile.level === 2);
    expect(1 - (second!.box.x - first!.box.x) / first!.box.w).toBeCloseTo(0.27, 1);
    expect(first!.box.w * 1920).toBeCloseTo(600, -1);
  });

  it('keeps every tile inside its level and its frame, at any size and aspect ratio', () => {
    fc.assert(
      fc.property(layout, frame, inputSizePx, (layout, frame, side) => {
        const { levels, tiles } = planTiles({ layout, frame, inputSizePx: side });
        for (const tile of tiles) {
          const level = levels[tile.level]!;
          expect(tile.xPx).toBeGreaterThanOrEqual(0);
          expect(tile.yPx).toBeGreaterThanOrEqual(0);
          expect(tile.xPx + side).toBeLessThanOrEqual(level.widthPx);
          expect(tile.yPx + side).toBeLessThanOrEqual(level.heightPx);
          expect(tile.box.x + tile.box.w).toBeLessThanOrEqual(1 + 1e-9);
          expect(tile.box.y + tile.box.h).toBeLessThanOrEqual(1 + 1e-9);
        }
        expect(tiles.map((tile) => tile.index)).toEqual(tiles.map((_, index) => index));
      }),
    );
  });

  it('covers the frame with every level of auto and with a grid', () => {
    const covering = layout.filter(({ kind }) => kind === 'auto' || kind === 'grid');
    fc.assert(
      fc.property(covering, frame, inputSizePx, (layout, frame, side) => {
        const plan = planTiles({ layout, frame, inputSizePx: side });
        plan.levels.forEach((level, index) => {
          const tiles = plan.tiles.filter((tile) => tile.level === index);
          for (const [axis, lengthPx] of [
            ['xPx', level.widthPx],
            ['yPx', level.heightPx],
          ] as const) {
            const starts = [...new Set(tiles.map((tile) => tile[axis]))].sort((a, b) => a - b);
            expect(starts[0]).toBe(0);
            expect(starts.at(-1)).toBe(lengthPx - side);
            for (let i = 1; i < starts.length; i++)
              expect(starts[i]! - starts[i - 1]!).toBeLessThanOrEqual(side);
          }
        });
      }),
    );
  });

  it('overlaps neighbours of auto by at least the least overlap', () => {
    fc.assert(
      fc.property(frame, inputSizePx, (frame, side) => {
        const plan = planTiles({ layout: { kind: 'auto' }, frame, inputSizePx: side });
        for (const tile of plan.tiles) {
          const right = plan.tiles
            .filter((other) => other.level === tile.level && other.yPx === tile.yPx && other.xPx > tile.xPx)
            .sort((a, b) => a.xPx - b.xPx)[0];
          if (right) expect(1 - (right.xPx - tile.xPx) / side).toBeGreaterThan(0.2 - 0.03);
        }
      }),
    );
  });

  it('cuts a grid with the overlap asked for', () => {
    const { tiles } = planTiles({
      layout: { kind: 'grid', columns: 3, rows: 2, overlap: 0.25 },
      frame: { widthPx: 1280, heightPx: 720 },
      inputSizePx: 200,
    });
    expect(tiles.map(({ xPx, yPx }) => [xPx, yPx])).toEqual([
      [0, 0],
      [150, 0],
      [300, 0],
      [0, 150],
      [150, 150],
      [300, 150],
    ]);
  });

  it('turns a box into one tile that shows exactly that box', () => {
    const boxes = [{ x: 0.25, y: 0.5, w: 0.1, h: 0.3 }];
    const { levels, tiles } = planTiles({
      layout: { kind: 'boxes', boxes },
      frame: { widthPx: 640, heightPx: 480 },
      inputSizePx: 128,
    });
    expect(levels).toEqual([{ crop: boxes[0], widthPx: 128, heightPx: 128 }]);
    expect(tiles[0]!.box).toEqual(boxes[0]);
  });

  it('does not blow up small frames', () => {
    const plan = planTiles({
      layout: { kind: 'auto' },
      frame: { widthPx: 64, heightPx: 64 },
      inputSizePx: 224,
    });
    expect(plan.tiles).toHaveLength(1);
  });

  it('keeps the tiles that touch the region, and drops levels that no tile is cut from', () => {
    const region: Point[] = [
      [0.9, 0.9],
      [1, 0.9],
      [1, 1],
    ];
    const plan = planTiles({
      layout: { kind: 'grid', columns: 2, rows: 2, overlap: 0 },
      frame: { widthPx: 1920, heightPx: 1080 },
      inputSizePx: 224,
      region,
    });
    expect(plan.tiles.map(({ box }) => [box.x, box.y])).toEqual([[0.5, 0.5]]);
    fc.assert(
      fc.property(layout, frame, (layout, frame) => {
        const all = planTiles({ layout, frame, inputSizePx: 224 });
        const some = planTiles({ layout, frame, inputSizePx: 224, region });
        expect(some.tiles.map((tile) => tile.box)).toEqual(
          all.tiles.filter((tile) => touches(region, tile.box)).map((tile) => tile.box),
        );
        expect(new Set(some.tiles.map((tile) => tile.level)).size).toBe(some.levels.length);
      }),
    );
  });
});

describe('unitePlans', () => {
  const frame1080 = { widthPx: 1920, heightPx: 1080 };
  const plan = (layout: TileLayout): TilePlan => planTiles({ layout, frame: frame1080, inputSizePx: 128 });

  it('shares what rules have in common and keeps each rule’s own tiles', () => {
    const auto = plan({ kind: 'auto' });
    const { plan: united, tileIndexes } = unitePlans([auto, plan({ kind: 'full' }), auto]);
    expect(united.tiles).toHaveLength(11);
    expect(tileIndexes).toEqual([auto.tiles.map((_, i) => i), [0], auto.tiles.map((_, i) => i)]);
  });

  it('gives every rule tiles that show what its own plan showed', () => {
    fc.assert(
      fc.property(fc.array(layout, { minLength: 1, maxLength: 4 }), (layouts) => {
        const plans = layouts.map(plan);
        const { plan: united, tileIndexes } = unitePlans(plans);
        plans.forEach((own, i) => {
          expect(tileIndexes[i]!.map((index) => united.tiles[index]!.box)).toEqual(
            own.tiles.map((tile) => tile.box),
          );
          own.tiles.forEach((tile, j) => {
            const same = united.tiles[tileIndexes[i]![j]!]!;
            expect(united.levels[same.level]).toEqual(own.levels[tile.level]);
          });
        });
      }),
    );
  });
});

describe('touches', () => {
  const square: Point[] = [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.8, 0.8],
    [0.2, 0.8],
  ];
  it.each([
    ['a box inside', { x: 0.4, y: 0.4, w: 0.1, h: 0.1 }, true],
    ['a box around', { x: 0, y: 0, w: 1, h: 1 }, true],
    ['a bar across, no corner inside', { x: 0, y: 0.4, w: 1, h: 0.1 }, true],
    ['a box beside', { x: 0.85, y: 0.4, w: 0.1, h: 0.1 }, false],
  ])('%s', (_, box, expected) => expect(touches(square, box)).toBe(expected));

  it('sees the notch of a concave region', () => {
    const u: Point[] = [
      [0, 0],
      [0.3, 0],
      [0.3, 0.7],
      [0.7, 0.7],
      [0.7, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    expect(touches(u, { x: 0.4, y: 0.1, w: 0.2, h: 0.3 })).toBe(false);
    expect(touches(u, { x: 0.4, y: 0.6, w: 0.2, h: 0.3 })).toBe(true);
  });
});

describe('cutTiles', () => {
  it('copies each tile’s pixels from its level', () => {
    // One level of 6×4 pixels beside 2 bytes of other data in each row; red = x, green = y.
    const strideBytes = 6 * 3 + 2;
    const offsetBytes = 5;
    const data = new Uint8Array(offsetBytes + 4 * strideBytes);
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 6; x++) data.set([x, y, 9], offsetBytes + y * strideBytes + x * 3);
    const level = { crop: { x: 0, y: 0, w: 1, h: 1 }, widthPx: 6, heightPx: 4, offsetBytes, strideBytes };
    const pyramid = { data, levels: [level] } as unknown as Pyramid;
    const tile = (index: number, xPx: number, yPx: number) => ({
      index,
      level: 0,
      box: level.crop,
      xPx,
      yPx,
    });
    const out = new Uint8Array(24);
    cutTiles(pyramid, { tiles: [tile(0, 4, 2), tile(1, 0, 0)], inputSizePx: 2, into: out });
    expect([...out]).toEqual([4, 2, 9, 5, 2, 9, 4, 3, 9, 5, 3, 9, 0, 0, 9, 1, 0, 9, 0, 1, 9, 1, 1, 9]);
  });
});
