import { z } from 'zod';
import type { Box } from '../shared/geometry.js';
import type { TileLayout } from '../tiling/layout.js';
import { Fraction, matching, ROUNDING, section } from './fields.js';

const GRID = /^([1-9]|1[0-6])x([1-9]|1[0-6])$/;

const BoxField = z
  .tuple([Fraction, Fraction, Fraction, Fraction])
  .superRefine(([x, y, w, h], context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (w === 0 || h === 0) refuse(`expected w > 0 and h > 0, got ${w} and ${h}`);
    if (x + w > 1 + ROUNDING) refuse(`expected x + w ≤ 1 (inside the frame), got ${x} + ${w}`);
    if (y + h > 1 + ROUNDING) refuse(`expected y + h ≤ 1 (inside the frame), got ${y} + ${h}`);
  })
  .transform(([x, y, w, h]): Box => ({ x, y, w: Math.min(w, 1 - x), h: Math.min(h, 1 - y) }));

const OwnLayout = section({
  grid: matching(GRID, 'columns x rows such as "4x3", each from 1 to 16')
    .optional()
    .describe('Columns x rows, for example 4x3; each from 1 to 16'),
  overlap: z
    .number()
    .min(0)
    .max(0.8)
    .optional()
    .describe('Part of a tile’s side that it shares with its neighbour in the grid. Default: 0'),
  boxes: z
    .array(BoxField.describe('[x, y, w, h] in fractions of the frame'))
    .min(1)
    .max(64)
    .optional()
    .describe('Tiles as boxes [x, y, w, h] in fractions of the frame'),
})
  .superRefine(({ grid, overlap, boxes }, context) => {
    if ((grid === undefined) === (boxes === undefined)) {
      const got = grid === undefined ? 'neither' : 'both';
      context.addIssue({ code: 'custom', message: `expected one of grid and boxes, got ${got}` });
    } else if (grid === undefined && overlap !== undefined) {
      context.addIssue({ code: 'custom', path: ['overlap'], message: 'only a grid has an overlap' });
    }
  })
  .transform(({ grid, overlap = 0, boxes = [] }): TileLayout => {
    if (grid === undefined) return { kind: 'boxes', boxes };
    const [columns, rows] = grid.split('x').map(Number) as [number, number];
    return { kind: 'grid', columns, rows, overlap };
  });

/** How a frame is cut into tiles for one rule. */
export const Tiles = section({
  layout: z
    .union([z.enum(['auto', 'full']).transform((kind): TileLayout => ({ kind })), OwnLayout])
    .prefault('auto')
    .describe(
      'auto: the whole frame and squares at two finer scales; full: the whole frame only; {grid: CxR, overlap: 0…0.8}; {boxes: [[x, y, w, h], …]}',
    ),
  pool: z.literal('max').default('max').describe('How the tiles’ scores become one: the highest'),
  region: z
    .array(z.tuple([Fraction, Fraction]).describe('[x, y] in fractions of the frame'))
    .min(3, 'expected a polygon of at least 3 points')
    .max(64, 'expected a polygon of at most 64 points')
    .nullable()
    .default(null)
    .describe(
      'Polygon in fractions of the frame; only tiles that touch it are looked at. null: the whole frame',
    ),
});
