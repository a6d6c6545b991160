import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { SCALE_FLOOR, TileBaselines } from './tile-baseline.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function watch(
  baselines: TileBaselines,
  { hours, margins, stepMs = 5000 }: { hours: number; margins: () => number[]; stepMs?: number },
): Float32Array {
  const scores = new Float32Array(margins().length);
  for (let ms = 0; ms < hours * HOUR_MS; ms += stepMs) {
    const seen = margins();
    baselines.score(seen, 'day', scores);
    baselines.learn(seen, { regime: 'day', elapsedMs: stepMs, runMs: 0, scores, freezeAbove: 4 });
  }
  return scores;
}

describe('TileBaselines', () => {
  it('are (m − median) / (1.4826·MAD) of the samples so far', () => {
    const value = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 30, maxLength: 500 }), value, (all, margin) => {
        const baselines = new TileBaselines(1);
        const scores = new Float32Array(1);
        for (const sample of all)
          baselines.learn([sample], {
            regime: 'day',
            elapsedMs: 20_000,
            runMs: 0,
            scores,
            freezeAbove: Number.POSITIVE_INFINITY,
          });
        baselines.score([margin], 'day', scores);
        const samples = all.slice(-180);
        const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
        const median = middle(samples.map(Math.fround));
        const mad = middle(samples.map((sample) => Math.abs(Math.fround(sample) - median)));
        const expected = (margin - median) / Math.max(1.4826 * mad, SCALE_FLOOR);
        expect(scores[0]).toBeCloseTo(expected, 1 - Math.ceil(Math.log10(1 + Math.abs(expected))) + 2);
      }),
    );
  });

  it('forget what is more than an hour old', () => {
    const baselines = new TileBaselines(1);
    const random = seededRandom(1);
    watch(baselines, { hours: 1, margins: () => [random()] });
    const [score] = watch(baselines, { hours: 1.05, margins: () => [random() - 5] });
    expect(Math.abs(score!)).toBeLessThan(4);
  });

  it('score nothing before a minute and thirty samples', () => {
    const baselines = new TileBaselines(1);
    const random = seededRandom(2);
    expect(watch(baselines, { hours: 0.9 / 60, margins: () => [random()], stepMs: 1000 })[0]).toBeNaN();
    expect(watch(baselines, { hours: 0.3 / 60, margins: () => [random()], stepMs: 1000 })[0]).not.toBeNaN();
  });

  it('do not learn what is to be found, but take for the scene what stays two hours', () => {
    const baselines = new TileBaselines(2);
    const random = seededRandom(3);
    watch(baselines, { hours: 1, margins: () => [random(), random()] });
    const parked = () => [random() + 20, random()];
    expect(watch(baselines, { hours: 1.5, margins: parked })[0]).toBeGreaterThan(20);
    expect(watch(baselines, { hours: 1.5, margins: parked })[0]).toBeLessThan(5);
  });

  it('keep a still tile from exploding: its scale is at least half of the middle tile’s', () => {
    const baselines = new TileBaselines(3);
    const random = seededRandom(4);
    watch(baselines, { hours: 1, margins: () => [1, random(), random()] });
    const scores = new Float32Array(3);
    baselines.score([1.5, 0.5, 0.5], 'day', scores);
    expect(scores[0]).toBeGreaterThan(1);
    expect(scores[0]).toBeLessThan(5);
  });

  it('adapt fast where the light comes back after hours: yesterday evening is not this morning', () => {
    const baselines = new TileBaselines(1);
    const random = seededRandom(5);
    watch(baselines, { hours: 2, margins: () => [random()] });
    const scores = new Float32Array(1);
    for (let ms = 0; ms < 10 * MINUTE_MS; ms += 1000) {
      const margins = [random() + 3];
      baselines.score(margins, 'day', scores);
      if (ms === 0) expect(scores[0]).toBeGreaterThan(4);
      baselines.learn(margins, {
        regime: 'day',
        elapsedMs: 1000,
        runMs: 8 * HOUR_MS + ms,
        scores,
        freezeAbove: 4,
      });
    }
    expect(Math.abs(scores[0]!)).toBeLessThan(3);
  });

  it('of another light are others', () => {
    const baselines = new TileBaselines(1);
    watch(baselines, { hours: 1, margins: () => [1] });
    const scores = new Float32Array(1);
    baselines.score([1], 'infrared', scores);
    expect(scores[0]).toBeNaN();
  });
});
