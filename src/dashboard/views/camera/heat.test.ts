import { expect, it } from 'vitest';
import { type HeatTile, heatCells, heatOf, widened } from './heat.js';

const tile = (index: number, box: number[], margin: number | null, level = 0): HeatTile => {
  const [x, y, w, h] = box as [number, number, number, number];
  return { index, level, box: { x, y, w, h }, margin };
};

it('a part of the picture has the colour of the smallest tile that shows it, of neighbours the hottest', () => {
  const tiles = [
    tile(0, [0, 0, 1, 1], 9),
    tile(1, [0, 0, 0.6, 1], 1, 1),
    tile(2, [0.4, 0, 0.6, 1], 2, 1),
    tile(3, [0, 0, 0.2, 0.5], null, 2),
  ];
  const cells = heatCells(tiles, null).map(({ box, tile: { index } }) => [
    box.x,
    Number(box.w.toFixed(3)),
    index,
  ]);
  expect(cells).toEqual([
    [0, 0.4, 1],
    [0.4, 0.2, 2],
    [0.6, 0.4, 2],
  ]);
  expect(heatCells(tiles, 0).map(({ tile: { index } }) => index)).toEqual([0]);
  expect(heatCells([], null)).toEqual([]);
});

it('colours mean the same from picture to picture: the scale only widens', () => {
  expect(widened(null, [tile(0, [0, 0, 1, 1], null)])).toBeNull();
  const first = widened(null, [tile(0, [0, 0, 1, 1], 0)])!;
  expect(first).toEqual({ low: -4, high: 0 });
  const scale = widened(first, [tile(0, [0, 0, 1, 1], -10), tile(1, [0, 0, 1, 1], 2)])!;
  expect(scale).toEqual({ low: -10, high: 2 });
  expect([-10, -4, 2, 7].map((margin) => heatOf(margin, scale))).toEqual([0, 0.5, 1, 1]);
});
