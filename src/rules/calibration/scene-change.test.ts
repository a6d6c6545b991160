import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { RegimeDetector } from './regime.js';
import { SceneChangeDetector } from './scene-change.js';
import { TileBaselines } from './tile-baseline.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TILES = 11;
const STEP_MS = 2000;

/** Minutes after the first hour at which a change is seen on a camera whose tiles are shifted. */
function changes(shift: (tile: number, minute: number) => number, hours = 4): number[] {
  const baselines = new TileBaselines(TILES);
  const detector = new SceneChangeDetector();
  const random = seededRandom(1);
  const scores = new Float32Array(TILES);
  const found: number[] = [];
  for (let ms = 0; ms < (1 + hours) * HOUR_MS; ms += STEP_MS) {
    const minute = (ms - HOUR_MS) / MINUTE_MS;
    const noise = () => random() + random() + random() - 1.5; // σ = 0.5
    const margins = Float32Array.from(
      { length: TILES },
      (_, tile) => noise() + 0.5 * (minute >= 0 ? shift(tile, minute) : 0),
    );
    baselines.score(margins, 'day', scores);
    if (detector.observe(ms, [scores, scores])) found.push(Math.floor(minute));
    baselines.learn(margins, { regime: 'day', elapsedMs: STEP_MS, runMs: ms, scores, freezeAbove: 3 });
  }
  return found;
}

describe('SceneChangeDetector', () => {
  it.each([
    ['up', () => 8],
    ['down', () => -8],
    ['up here and down there', (tile: number) => (tile % 2 ? 8 : -8)],
    ['most tiles', (tile: number) => (tile < 7 ? 7 : 0)],
  ])('sees most tiles shifted for ten minutes: %s', (_, shift) => {
    expect(changes(shift)[0]).toBeOneOf([9, 10]);
  });

  it.each([
    ['nothing', () => 0],
    [
      'an event of an hour in three tiles',
      (tile: number, minute: number) => (tile < 3 && minute < 60 ? 10 : 0),
    ],
    ['a lorry before the lens for five minutes', (_: number, minute: number) => (minute < 5 ? 10 : 0)],
    ['a slow drift', (_: number, minute: number) => minute / 30],
  ])('does not take for one: %s', (_, shift) => {
    expect(changes(shift)).toEqual([]);
  });
});

describe('RegimeDetector', () => {
  const day = { saturation: 0.3, brightness: 0.5 };
  const infrared = { saturation: 0.005, brightness: 0.4 };
  const night = { saturation: 0.2, brightness: 0.05 };

  it('knows the first picture at once, and changes after 20 s', () => {
    const detector = new RegimeDetector();
    expect(detector.observe(0, infrared)).toBe('infrared');
    expect(detector.observe(1000, day)).toBe('infrared');
    expect(detector.observe(20_000, day)).toBe('infrared');
    expect(detector.observe(21_000, day)).toBe('day');
    expect(detector.observe(22_000, night)).toBe('day');
    expect(detector.observe(42_000, night)).toBe('night');
  });

  it('does not flap: flashes, values between the borders, NaN and clocks that jump back change nothing', () => {
    const detector = new RegimeDetector();
    detector.observe(0, day);
    for (let second = 1; second < 100; second++)
      expect(detector.observe(second * 1000, second % 3 ? night : day)).toBe('day');
    for (let second = 100; second < 200; second++)
      expect(detector.observe(second * 1000, { saturation: 0.04, brightness: 0.12 })).toBe('day');
    detector.observe(200_000, night);
    expect(detector.observe(100_000, night)).toBe('day');
    expect(detector.observe(500_000, { saturation: Number.NaN, brightness: 0.5 })).toBe('day');
  });
});
