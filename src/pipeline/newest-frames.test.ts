import { expect, it } from 'vitest';
import { makeScore } from '../../test/fixtures/happenings.js';
import { planTiles } from '../tiling/layout.js';
import type { CameraView } from './camera-view.js';
import { NewestFrames } from './newest-frames.js';

const frame = { widthPx: 1280, heightPx: 720 };
const plan = planTiles({ layout: { kind: 'grid', columns: 3, rows: 1, overlap: 0 }, frame, inputSizePx: 64 });
const tileOf = (index: number) => ({ index, level: plan.tiles[index]!.level, box: plan.tiles[index]!.box });
/** Its rule looks at the second and the third of three tiles. */
const view = {
  ...{ frame, plan, tileOf, book: { rules: [{ id: 'fire' }] } },
  tilesOf: () => [1, 2].map(tileOf),
} as unknown as CameraView;
const seen = { cameraId: 'yard', ptsMs: 0, light: { saturation: 0, brightness: 0 }, coded: null };

it('tells of each tile of the newest frame what a rule says, and of a blind camera only where it would look', () => {
  const newest = new NewestFrames();
  expect(newest.tiles('yard', null)).toBeNull();
  const tileMargins = Float32Array.of(-2, 6.5);
  const score = makeScore({ score: 6.5, tileMargins, tileIndexes: [1, 2], tile: tileOf(2) });
  const at = (atMs: number) => ({ ...seen, atMs, unseen: false, blindSinceMs: null });
  newest.keep({ view, seen: at(1_000), scores: [score] }, 'yard');
  expect(newest.tiles('yard', 'fire')).toEqual({
    ...{ atMs: 1_000, frame, score: { score: 6.5, threshold: 4, tile: 2 } },
    tiles: [
      { ...tileOf(1), margin: -2 },
      { ...tileOf(2), margin: 6.5 },
    ],
  });
  expect(newest.tiles('yard', null)!.tiles).toHaveLength(3);
  expect(newest.tiles('yard', 'dog')).toBeNull();

  newest.keep({ view, seen: at(2_000), scores: [{ ...score, score: Number.NaN }] }, 'yard');
  expect(newest.tiles('yard', 'fire')).toMatchObject({
    score: null,
    tiles: [{ margin: -2 }, { margin: 6.5 }],
  });

  newest.keep({ view: null, seen: { ...at(3_000), unseen: true }, scores: [] }, 'yard');
  expect(newest.tiles('yard', 'fire')).toMatchObject({
    ...{ atMs: 3_000, score: null },
    tiles: [
      { index: 1, margin: null },
      { index: 2, margin: null },
    ],
  });
});
