import { describe, expect, it } from 'vitest';
import type { Pyramid } from '../capture/pyramid.js';
import type { Embedder, ImageBatch } from '../model/embedder.js';
import { WHOLE_FRAME } from '../shared/geometry.js';
import { type CodedTile, TileEmbedder } from './tile-embedder.js';

const SIDE = 64;
const tiles = [0, 1, 2].map((index) => {
  return { index, level: 0, xPx: index * SIDE, yPx: 0, box: { x: index / 3, y: 0, w: 1 / 3, h: 1 } };
});

/** A frame whose three tiles are of one grey each. */
function frame(atMs: number, greys: readonly [number, number, number]): Pyramid {
  const data = Uint8Array.from(
    { length: 3 * SIDE * SIDE * 3 },
    (_, i) => greys[Math.floor(i / 3 / SIDE) % 3]!,
  );
  const level = {
    crop: WHOLE_FRAME,
    widthPx: 3 * SIDE,
    heightPx: SIDE,
    offsetBytes: 0,
    strideBytes: 9 * SIDE,
  };
  return {
    ...{ cameraId: 'yard', frameIndex: 0, capturedAtMs: atMs, ptsMs: atMs, data },
    ...{ sourceWidthPx: 3 * SIDE, sourceHeightPx: SIDE, levels: [level], preview: level },
  };
}

/** An embedder whose vector tells a tile's first byte, up to 127; each call is answered when the test says so. */
class ByHand {
  readonly calls: { count: number; answer: () => void; fail: () => void }[] = [];

  embedImages({ pixels, count }: ImageBatch): Promise<Float32Array[]> {
    const bytes = SIDE * SIDE * 3;
    const vectors = Array.from({ length: count }, (_, i) => Float32Array.of(pixels[i * bytes]!, 127));
    return new Promise((resolve, reject) => {
      this.calls.push({
        count,
        answer: () => resolve(vectors),
        fail: () => reject(new Error('out of order')),
      });
    });
  }

  describe() {
    return { inputSizePx: SIDE };
  }
}

function open({ motionGate = true } = {}): { model: ByHand; embedder: TileEmbedder } {
  const model = new ByHand();
  return { model, embedder: new TileEmbedder({ tiles, embedder: model as unknown as Embedder, motionGate }) };
}

const values = ({ coded, fresh }: { coded: CodedTile[]; fresh: number[] }) => [
  fresh.length,
  ...coded.map(({ vector }) => Math.round((127 * vector[0]!) / vector[1]!)),
];

describe('tiles of one camera', () => {
  it('are embedded when they change, and keep their vectors else, also while earlier frames are under way', async () => {
    const { model, embedder } = open();
    const first = embedder.embed(frame(0, [10, 20, 30]));
    const second = embedder.embed(frame(1000, [10, 99, 30]));
    const third = embedder.embed(frame(2000, [10, 99, 30]));
    expect(model.calls.map(({ count }) => count)).toEqual([3, 1]);
    model.calls[1]!.answer();
    model.calls[0]!.answer();
    expect(values(await first)).toEqual([3, 10, 20, 30]);
    expect(values(await second)).toEqual([1, 10, 99, 30]);
    expect(values(await third)).toEqual([0, 10, 99, 30]);
  });

  it('whose embedding failed fail the frames that would keep it, and are embedded again', async () => {
    const { model, embedder } = open();
    const first = embedder.embed(frame(0, [10, 20, 30]));
    const second = embedder.embed(frame(1000, [10, 20, 30]));
    model.calls[0]!.fail();
    await expect(first).rejects.toThrow('out of order');
    await expect(second).rejects.toThrow('out of order');
    const third = embedder.embed(frame(2000, [10, 20, 30]));
    expect(model.calls[1]!.count).toBe(3);
    model.calls[1]!.answer();
    expect(values(await third)).toEqual([3, 10, 20, 30]);
  });

  it('are all embedded for every frame without the gate', async () => {
    const { model, embedder } = open({ motionGate: false });
    void embedder.embed(frame(0, [10, 20, 30]));
    void embedder.embed(frame(1000, [10, 20, 30]));
    expect(model.calls.map(({ count }) => count)).toEqual([3, 3]);
  });
});
