import { describe, expect, it } from 'vitest';
import { normalisedMean } from '../vectors.js';
import { seededRandom } from './random.js';
import { RegimeDetector } from './regime.js';
import { SceneWatch } from './scene-change.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TILES = 11;
const DIMENSION = 32;
const STEP_MS = 4000;

const random = seededRandom(1);
const direction = () => Float32Array.from({ length: DIMENSION }, () => random() + random() - 1);
/** What all tiles of a camera share, what each shows besides, and what each shows after a change. */
const shared = direction();
const own = Array.from({ length: TILES }, direction);
const other = Array.from({ length: TILES }, direction);

/** Minutes after the first hour at which a change is seen, when tiles turn so far, 0…1, to something else. */
function changes(turn: (tile: number, minute: number) => number, hours = 3): number[] {
  const watch = new SceneWatch();
  const found: number[] = [];
  for (let ms = 0; ms < (1 + hours) * HOUR_MS; ms += STEP_MS) {
    const minute = (ms - HOUR_MS) / MINUTE_MS;
    const vectors = own.map((mine, tile) => {
      const part = minute >= 0 ? turn(tile, minute) : 0;
      const mixed = mine.map(
        (value, k) => shared[k]! + (1 - part) * value + part * other[tile]![k]! + 0.1 * (random() - 0.5),
      );
      return normalisedMean([mixed]);
    });
    if (watch.observe({ atMs: ms, regime: 'day', vectors: () => vectors })) found.push(Math.floor(minute));
  }
  return found;
}

describe('SceneWatch', () => {
  it.each([
    ['all tiles', () => 1],
    ['most tiles', (tile: number) => (tile < 7 ? 1 : 0)],
  ])('sees another scene after ten minutes, once: %s', (_, turn) => {
    expect(changes(turn)).toHaveLength(1);
    expect(changes(turn)[0]).toBeOneOf([9, 10]);
  });

  it.each([
    ['nothing', () => 0],
    ['an event that stays, in three tiles', (tile: number) => (tile < 3 ? 1 : 0)],
    ['a lorry before the lens for five minutes', (_: number, minute: number) => (minute < 5 ? 1 : 0)],
    ['a slow drift', (_: number, minute: number) => Math.min(1, minute / 150)],
  ])('does not take for one: %s', (_, turn) => {
    expect(changes(turn)).toEqual([]);
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
