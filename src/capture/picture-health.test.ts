import { describe, expect, it } from 'vitest';
import { type Drawing, drawFrame } from '../../test/fixtures/pictures.js';
import { seededRandom } from '../rules/calibration/random.js';
import { isBlind } from '../shared/camera-health.js';
import { PictureHealth } from './picture-health.js';

const random = seededRandom(7);
/** Sensors have noise, in the dark most of all. */
const noise = (of = 4) => of * (random() - 0.5);
const grey = (value: number): [number, number, number] => [value, value, value];

/** Walls, a door and a pavement, out of focus by so much. */
function scene({ blurPx = 0, light = 1 } = {}): Drawing {
  const bricks = (x: number, y: number) => 60 + (x % 8 < 6 && y % 6 < 4 ? 60 : 0) + y / 2;
  const sharp = (x: number, y: number) => (x > 20 && x < 40 ? 180 : bricks(x, y));
  const width = 2 * blurPx + 1;
  const drawn = Array.from({ length: 64 * 36 }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < width * width; i++)
      sum += sharp((at % 64) + (i % width) - blurPx, Math.floor(at / 64) + Math.floor(i / width) - blurPx);
    return sum / width ** 2;
  });
  return (x, y) => grey(light * drawn[64 * y + x]! + noise());
}

const good = scene();
const frozen = drawFrame(good).data;

/** Plays seconds of pictures at a frame a second, and tells when what is told changes. */
function play(
  parts: readonly (readonly [seconds: number, draw: Drawing | 'frozen'])[],
  fps: number | null = null,
) {
  const health = new PictureHealth({ fps });
  const told: string[] = [];
  const unseen: number[] = [];
  let second = 0;
  let last = 'well';
  for (const [seconds, draw] of parts) {
    for (const end = second + seconds; second < end; second++) {
      const frame = drawFrame(draw === 'frozen' ? () => [0, 0, 0] : draw, { atS: second });
      const look = health.observe(draw === 'frozen' ? { ...frame, data: frozen } : frame);
      const { kind, sinceMs } = look.health ?? { kind: 'well', sinceMs: frame.capturedAtMs };
      if (kind !== last) told.push(`${second} ${kind} since ${(sinceMs - 1_700_000_000_000) / 1000}`);
      if (look.unseen) unseen.push(second);
      if (isBlind(look.health)) expect(look.unseen).toBe(true);
      last = kind;
    }
  }
  return { told, unseen };
}

describe('PictureHealth', () => {
  it.each<[string, Drawing]>([
    ['black', () => grey(3 + noise(6))],
    ['black', () => grey(0)],
    ['overexposed', () => grey(254)],
    ['overexposed', (x) => grey(x < 4 ? 120 : 252)],
    ['covered', () => grey(90 + noise())],
    ['covered', () => [150 + noise(), 20 + noise(), 25]],
    ['covered', (x, y) => grey(60 + x / 2 + y / 2 + noise(0.5))],
  ])('tells that a picture is %s once that has lasted, and no longer once it is over (%#)', (kind, draw) => {
    const { told, unseen } = play([
      [30, good],
      [40, draw],
      [20, good],
    ]);
    expect(told).toEqual([`50 ${kind} since 30`, '73 well since 73']);
    // Nothing is made of its first frames either, though it may be over soon.
    expect([unseen[0], unseen.at(-1), unseen.length]).toEqual([30, 72, 43]);
  });

  it('tells that a picture stands still, and that it goes on', () => {
    expect(
      play([
        [30, good],
        [90, 'frozen'],
        [20, good],
      ]).told,
    ).toEqual(['91 frozen since 31', '123 well since 123']);
  });

  it('tells that a picture is blurred, against what is usual there', () => {
    const blurred = scene({ blurPx: 4 });
    const { told, unseen } = play([
      [700, good],
      [300, blurred],
      [120, good],
    ]);
    expect(told).toEqual(['880 blurred since 700', '1060 well since 1060']);
    expect(unseen).toEqual([]);
    // Where it has always been so, nobody can know.
    expect(play([[1200, blurred]]).told).toEqual([]);
  });

  it('tells that a camera sends too few frames, but not that the machine had no time for them', () => {
    const told = (everyS: number, { fps, sent }: { fps: number | null; sent: number }) => {
      const health = new PictureHealth({ fps });
      const kinds = new Set<string>();
      for (let i = 0; i < 400 / everyS; i++)
        kinds.add(
          health.observe(drawFrame(good, { atS: i * everyS, frameIndex: i * sent })).health?.kind ?? 'well',
        );
      return [...kinds];
    };
    expect(told(5, { fps: 1, sent: 1 })).toEqual(['well', 'slow']);
    expect(told(5, { fps: 1, sent: 5 })).toEqual(['well']);
    expect(told(5, { fps: null, sent: 1 })).toEqual(['well']);
    expect(told(1.4, { fps: 1, sent: 1 })).toEqual(['well']);
  });

  it.each<[string, (readonly [number, Drawing | 'frozen'])[]]>([
    [
      'a light that is switched off for a moment',
      [
        [30, good],
        [10, () => grey(3)],
        [30, good],
      ],
    ],
    ['a scene at night with a lamp', [[120, (x, y) => grey(x < 6 && y < 6 ? 220 : 12 + noise(8))]]],
    ['a dim scene', [[120, scene({ light: 0.3 })]]],
    [
      'a still picture for a while',
      [
        [30, good],
        [50, 'frozen'],
        [30, good],
      ],
    ],
    [
      'evening',
      [
        [700, good],
        [400, scene({ light: 0.4 })],
      ],
    ],
  ])('makes nothing of %s', (_, parts) => {
    expect(play(parts).told).toEqual([]);
  });

  it('counts no time in which there were no frames, or which ran backwards', () => {
    const health = new PictureHealth({ fps: null });
    const black: Drawing = () => grey(2);
    for (const atS of [0, 5, 10, 200, 205, 100, 105, 110, 119])
      expect(health.observe(drawFrame(black, { atS })).health).toBeNull();
    expect(health.observe(drawFrame(black, { atS: 120 })).health?.kind).toBe('black');
  });
});
