import { describe, expect, it } from 'vitest';
import type { Pyramid } from '../capture/pyramid.js';
import { WHOLE_FRAME } from '../shared/geometry.js';
import { MotionGate, meanLuma, REFRESH_MS } from './motion-gate.js';

const SIDE = 224;
// One level of two tiles side by side.
const WIDTH = 2 * SIDE;
const tiles = [0, 1].map((index) => {
  return { index, level: 0, xPx: index * SIDE, yPx: 0, box: { x: index / 2, y: 0, w: 0.5, h: 1 } };
});

/** A frame of even grey with noise of ±`noise`, and a square of another brightness. */
function frame(
  atMs: number,
  {
    square,
    level = 160,
    noise = 6,
  }: { square?: { xPx: number; sidePx: number }; level?: number; noise?: number } = {},
): Pyramid {
  const data = new Uint8Array(WIDTH * SIDE * 3);
  // A small generator of noise, another one for every frame.
  let state = (atMs + 1) * 2654435761;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)];
    const inside = square && x >= square.xPx && x < square.xPx + square.sidePx && y < square.sidePx;
    data[i] = (inside ? level : 90) + ((state >>> 16) % (2 * noise + 1)) - noise;
  }
  const level0 = {
    crop: WHOLE_FRAME,
    widthPx: WIDTH,
    heightPx: SIDE,
    offsetBytes: 0,
    strideBytes: WIDTH * 3,
  };
  return {
    ...{ cameraId: 'yard', frameIndex: 0, capturedAtMs: atMs, ptsMs: atMs, data },
    ...{ sourceWidthPx: WIDTH, sourceHeightPx: SIDE, levels: [level0], preview: level0 },
  };
}

function gateAfterFirstFrame(): MotionGate {
  const gate = new MotionGate({ tiles, inputSizePx: SIDE });
  expect(gate.select(frame(0))).toEqual([0, 1]);
  return gate;
}

describe('the motion gate', () => {
  it('passes every tile once, then none while only noise changes', () => {
    const gate = gateAfterFirstFrame();
    for (let atMs = 1000; atMs < REFRESH_MS / 2; atMs += 1000) expect(gate.select(frame(atMs))).toEqual([]);
  });

  it('passes the tile in which something appears, once, and again when it goes', () => {
    const gate = gateAfterFirstFrame();
    const square = { xPx: SIDE + 40, sidePx: 20 };
    expect(gate.select(frame(1000, { square }))).toEqual([1]);
    expect(gate.select(frame(2000, { square }))).toEqual([]);
    expect(gate.select(frame(3000))).toEqual([1]);
  });

  it('compares with what was embedded, so that what comes slowly is seen', () => {
    const gate = new MotionGate({ tiles, inputSizePx: SIDE });
    const passed = [90, 94, 98, 102].map((level, i) =>
      gate.select(frame(i * 1000, { square: { xPx: 0, sidePx: 100 }, level, noise: 0 })),
    );
    expect(passed).toEqual([[0, 1], [], [], [0]]);
  });

  it('passes every tile at least every 30 s, not all at once, and after the clock was set back', () => {
    const gate = gateAfterFirstFrame();
    const passed = Array.from({ length: 61 }, (_, i) => gate.select(frame((i + 1) * 1000)));
    const times = (tile: number) => passed.flatMap((indexes, i) => (indexes.includes(tile) ? [i + 1] : []));
    expect([times(0), times(1)]).toEqual([
      [30, 60],
      [15, 45],
    ]);
    expect(gate.select(frame(500))).toEqual([0, 1]);
  });

  it('passes a tile again whose embedding failed', () => {
    const gate = gateAfterFirstFrame();
    gate.forget([1]);
    expect(gate.select(frame(1000))).toEqual([1]);
  });

  it('weighs colours as eyes do, and compares pictures smaller than its grid pixel by pixel', () => {
    const pixels = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
    expect([...meanLuma(pixels, { strideBytes: 6, sidePx: 2 })]).toEqual([76, 149, 28, 255]);
  });
});
