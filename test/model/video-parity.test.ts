import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSource } from '../../src/capture/index.js';
import { type Embedder, type ModelDirectory, readImageFile, STARTER } from '../../src/model/index.js';
import { dot } from '../../src/rules/vectors.js';
import { WHOLE_FRAME } from '../../src/shared/geometry.js';
import { cutTiles } from '../../src/tiling/cut.js';
import { planTiles, type TileLayout, type TilePlan } from '../../src/tiling/layout.js';
import { read } from '../fixtures/collect.js';
import { openTestModel } from '../fixtures/open-model.js';

const YARD = fileURLToPath(new URL('../fixtures/yard.png', import.meta.url));

let folder: string;
const at = (name: string) => join(folder, name);
let directory: ModelDirectory;
let embedder: Embedder;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-video-parity-'));
  ({ directory, embedder } = await openTestModel(STARTER));
  await sharp(YARD).resize(1920, 1080).toFile(at('yard.png'));
  // Edges and plain colours: what scaling and colour conversion get wrong shows here most.
  const pattern = ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:d=1:r=1', '-frames:v', '1'];
  execFileSync('ffmpeg', ['-v', 'error', ...pattern, at('pattern.png')]);
});
afterAll(async () => {
  await embedder?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe('a frame of a video, against its picture file', () => {
  it.each([
    ['yard.png', { kind: 'full' }, true],
    ['yard.png', { kind: 'auto' }, true],
    ['pattern.png', { kind: 'full' }, true],
    ['pattern.png', { kind: 'auto' }, true],
    ['pattern.png', { kind: 'auto' }, false],
  ] as [string, TileLayout, boolean][])('%s, tiles %o, colours named: %s', async (name, layout, named) => {
    const seen = await wholeFrameTile(film(name, named), layout);
    const squashed = await readImageFile(at(name), {
      image: { ...directory.image, fit: { kind: 'squash' } },
    });
    const difference = squashed.reduce((sum, value, i) => sum + Math.abs(value - seen[i]!), 0) / seen.length;
    // Levels of 0…255.
    expect(difference).toBeLessThan(1);
    expect(dot(await embed(seen), await embed(squashed))).toBeGreaterThan(0.99);
  });
});

/** A second of video that shows nothing but the picture, nearly without loss. */
function film(name: string, namesItsColours: boolean): string {
  const video = at(`${name}-${namesItsColours}.mkv`);
  const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-y', '-loop', '1', '-framerate', '2', '-t', '1', '-i', at(name)],
    ...['-vf', 'scale=out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int', '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-qp', '2', ...(namesItsColours ? tags : []), video],
  ]);
  return video;
}

/** The tile that shows the whole frame, as a camera's pipeline cuts it: S × S × 3 bytes. */
async function wholeFrameTile(video: string, layout: TileLayout): Promise<Uint8Array> {
  const inputSizePx = directory.image.inputSizePx;
  let plan: TilePlan | undefined;
  await using reading = read(createSource({ cameraId: 'film', location: video }), (frame) => {
    plan = planTiles({ layout, frame, inputSizePx });
    return { levels: plan.levels, preview: { crop: WHOLE_FRAME, widthPx: 640, heightPx: 360 } };
  });
  await reading.done;
  const tiles = plan!.tiles.filter(({ box }) => box.w === 1 && box.h === 1);
  expect(tiles).toHaveLength(1);
  const into = new Uint8Array(inputSizePx ** 2 * 3);
  cutTiles(reading.pyramids[0]!, { tiles, inputSizePx, into });
  return into;
}

async function embed(pixels: Uint8Array): Promise<Float32Array> {
  return (await embedder.embedImages({ pixels, count: 1 }))[0]!;
}
