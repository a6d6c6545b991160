import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleCalibration, type RuleCalibrationOptions } from './index.js';
import { seededRandom } from './random.js';

const OPTIONS: RuleCalibrationOptions = {
  tiles: 3,
  budgetPerDay: 1,
  confirm: { k: 2, n: 3 },
  forMs: 0,
  clearForMs: 10_000,
  cooldownMs: 60_000,
  maxGapMs: 30_000,
  warmupMs: 48 * 3_600_000,
  minMs: 6 * 3_600_000,
  adapt: true,
};
const HOUR_MS = 3_600_000;
const STEP_MS = 2000;

/** Noise with a tail: the sum of two uniform numbers, and now and then ten times that. */
function noise(seed: number): () => Float32Array {
  const random = seededRandom(seed);
  return () =>
    Float32Array.from({ length: OPTIONS.tiles }, (_, tile) => {
      const value = random() + random() - 1;
      return tile + value * (random() < 0.02 ? 5 * random() + 1 : 1);
    });
}

function watch(
  calibration: RuleCalibration,
  { hours, next, fromMs = 0 }: { hours: number; next: () => Float32Array; fromMs?: number },
) {
  let last = calibration.observe({ atMs: fromMs, margins: next(), regime: 'day' });
  for (let atMs = fromMs + STEP_MS; atMs < fromMs + hours * HOUR_MS; atMs += STEP_MS)
    last = calibration.observe({ atMs, margins: next(), regime: 'day' });
  return last;
}

describe('RuleCalibration', () => {
  it('scores nothing and promises nothing without footage', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    expect(calibration.report()).toMatchObject({
      state: 'warming_up',
      observedHours: 0,
      expected: null,
      peaks: [],
    });
    const seen = calibration.observe({ atMs: 0, margins: [1, 2, 3], regime: 'day' });
    expect(seen.score).toBeNaN();
    expect(seen.tile).toBe(-1);
  });

  it('tells how its threshold moved all its life, in few points, also of a state that kept none', () => {
    let calibration = RuleCalibration.fresh(OPTIONS);
    const next = noise(1);
    watch(calibration, { hours: 5, next });
    const { history } = calibration.report();
    expect(history.length).toBeGreaterThan(24);
    expect(history.length).toBeLessThanOrEqual(48);
    expect(history[0]).toMatchObject({ threshold: 8 });
    watch(calibration, { hours: 45, next, fromMs: 5 * HOUR_MS });
    const saved = JSON.parse(JSON.stringify(calibration));
    calibration = RuleCalibration.restore(saved, OPTIONS);
    calibration.setBudget(50);
    watch(calibration, { hours: 10, next, fromMs: 50 * HOUR_MS });
    const later = calibration.summary().history;
    expect(later.length).toBeGreaterThanOrEqual(24);
    expect(later.length).toBeLessThanOrEqual(48);
    expect(later[0]!.atMs).toBeLessThan(HOUR_MS);
    expect(later.at(-1)!.atMs).toBeGreaterThan(56 * HOUR_MS);
    expect(later.at(-1)!.threshold).toBeLessThan(later.find(({ atMs }) => atMs > 45 * HOUR_MS)!.threshold);
    expect(later.map(({ atMs }) => atMs)).toEqual(later.map(({ atMs }) => atMs).sort((a, b) => a - b));
    const { history: _, ...old } = saved;
    expect(RuleCalibration.restore(old, OPTIONS).summary().history).toEqual([]);
  });

  it('warms up, extrapolates, and is certified', () => {
    const calibration = RuleCalibration.fresh({ ...OPTIONS, warmupMs: 24 * HOUR_MS });
    const next = noise(1);
    watch(calibration, { hours: 1 / 6, next });
    expect(calibration.report()).toMatchObject({ state: 'warming_up' });
    expect(calibration.threshold).toBeGreaterThanOrEqual(7.9);
    watch(calibration, { hours: 7, next, fromMs: HOUR_MS / 6 });
    expect(calibration.report().state).toBe('extrapolated');
    watch(calibration, { hours: 24, next, fromMs: 8 * HOUR_MS });
    const report = calibration.report();
    expect(report.state).toBe('certified');
    expect(report.clusters).toBeGreaterThan(20);
    expect(report.expected!.low).toBeLessThanOrEqual(report.expected!.value);
    expect(report.expected!.value).toBeLessThanOrEqual(report.expected!.high);
    expect(report.peaks).toHaveLength(20);
  });

  it('survives constant scores', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    const last = watch(calibration, { hours: 30, next: () => Float32Array.of(1, 1, 1) });
    expect(last.score).toBe(0);
    expect(last.threshold).toBeGreaterThan(1);
    const moved = calibration.observe({
      atMs: 31 * HOUR_MS,
      margins: Float32Array.of(1, 1.1, 1),
      regime: 'day',
    });
    expect(moved.score).toBeLessThan(5);
  });

  it('takes NaN for no observation, tile by tile', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    const next = noise(2);
    watch(calibration, { hours: 1, next });
    const broken = () => calibration.observe({ atMs: HOUR_MS, margins: [NaN, NaN, NaN], regime: 'day' });
    expect(broken().score).toBeNaN();
    const partly = calibration.observe({ atMs: HOUR_MS, margins: [NaN, 1, Infinity], regime: 'day' });
    expect(partly.tile).toBe(1);
    const before = calibration.report().observedHours;
    for (let i = 0; i < 1000; i++) broken();
    expect(calibration.report().observedHours).toBe(before);
  });

  it('counts footage, not the clock: no gaps, and no hour twice where the clock is set back', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    const next = noise(3);
    watch(calibration, { hours: 1, next });
    watch(calibration, { hours: 1, next, fromMs: 10 * HOUR_MS });
    watch(calibration, { hours: 1, next, fromMs: 10.5 * HOUR_MS });
    watch(calibration, { hours: 1, next, fromMs: -5 * HOUR_MS });
    // Less the minute in which baselines find themselves.
    expect(calibration.report().observedHours).toBeGreaterThan(3.95);
    expect(calibration.report().observedHours).toBeLessThan(4);
  });

  it('takes for footage only the hours in which the rule is active, but keeps its baselines', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    const next = noise(8);
    watch(calibration, { hours: 1, next });
    const before = calibration.report().observedHours;
    let last = calibration.observe({ atMs: HOUR_MS, margins: next(), regime: 'day', active: false });
    for (let atMs = HOUR_MS; atMs < 3 * HOUR_MS; atMs += STEP_MS) {
      const margins = next().map((margin) => margin + 50);
      last = calibration.observe({ atMs, margins, regime: 'day', active: false });
      expect(last.peak).toBeNull();
    }
    expect(last.score).toBeGreaterThan(3);
    expect(calibration.report().observedHours).toBe(before);
  });

  it('goes on from its saved state as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25_000 }), fc.nat(1000), (restartAt, seed) => {
        const next = noise(seed);
        const straight = RuleCalibration.fresh({ ...OPTIONS, forMs: seed % 2 ? 4000 : 0 });
        let restarted = RuleCalibration.fresh({ ...OPTIONS, forMs: seed % 2 ? 4000 : 0 });
        for (let i = 0; i < 27_000; i++) {
          if (i === restartAt) {
            const saved = JSON.parse(JSON.stringify(restarted));
            restarted = RuleCalibration.restore(saved, { ...OPTIONS, forMs: seed % 2 ? 4000 : 0 });
          }
          const frame = {
            atMs: i * STEP_MS,
            margins: next(),
            regime: i % 20_000 < 15_000 ? 'day' : 'night',
          } as const;
          const [a, b] = [straight.observe(frame), restarted.observe(frame)];
          if (a.score !== b.score || a.threshold !== b.threshold || a.peak?.id !== b.peak?.id)
            expect(b).toEqual(a);
          if (a.score >= a.threshold)
            for (const one of [straight, restarted]) one.alarm({ eventId: `e${i}` });
        }
        expect(JSON.stringify(restarted)).toBe(JSON.stringify(straight));
        expect(restarted.report()).toEqual(straight.report());
      }),
      { numRuns: 10 },
    );
  });

  it('stays finite and restorable whatever margins and clocks do', () => {
    const margin = fc.oneof(
      { weight: 20, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 1e30, -1e30, 0) },
    );
    const frame = fc.record({
      margins: fc.tuple(margin, margin, margin),
      deltaMs: fc.oneof(
        { weight: 50, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: -1e10, max: 1e10 }) },
      ),
      regime: fc.constantFrom('day', 'day', 'day', 'night'),
    });
    const timing = fc.record({ forMs: fc.constantFrom(0, 60_000), minMs: fc.constantFrom(0, HOUR_MS) });
    fc.assert(
      fc.property(timing, fc.array(frame, { minLength: 100, maxLength: 300 }), (rest, frames) => {
        const options = { ...OPTIONS, ...rest, warmupMs: 0 };
        const calibration = RuleCalibration.fresh(options);
        let atMs = 0;
        // The same frames several times over, for hours of footage.
        for (let round = 0; round < 6; round++) {
          for (const { deltaMs, margins, regime } of frames) {
            atMs += deltaMs;
            const seen = calibration.observe({ atMs, margins, regime: regime as 'day' | 'night' });
            if (!Number.isFinite(seen.threshold)) expect(seen.threshold).toBe('finite');
          }
        }
        const saved = JSON.parse(JSON.stringify(calibration));
        expect(JSON.stringify(RuleCalibration.restore(saved, options))).toBe(JSON.stringify(calibration));
        const { expected, threshold } = calibration.report();
        expect(threshold).toBeGreaterThan(-100);
        if (expected) expect(Object.values(expected).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a state of another version, timing or shape, and says why', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    watch(calibration, { hours: 1, next: noise(4) });
    const saved = () => JSON.parse(JSON.stringify(calibration));
    const restore = (json: unknown, options = OPTIONS) => RuleCalibration.restore(json, options);
    expect(() => restore(saved())).not.toThrow();
    expect(() => restore({ ...saved(), version: 99 })).toThrow(/version 99/);
    expect(() => restore(saved(), { ...OPTIONS, cooldownMs: 1 })).toThrow(/another timing/);
    expect(() => restore(saved(), { ...OPTIONS, tiles: 4 })).toThrow(/other tiles/);
    for (const key of Object.keys(saved())) {
      for (const wrong of [undefined, 'x', { day: {} }, [1]]) {
        // States of before it was kept have none.
        if (key === 'history' && wrong === undefined) continue;
        expect(() => restore({ ...saved(), [key]: wrong }), `${key} ${wrong}`).toThrow(/cannot be used/);
      }
    }
    for (const wrong of [null, 7, 'x', []]) expect(() => restore(wrong)).toThrow(/cannot be used/);
  });

  it('keeps its null when only the budget changes', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    watch(calibration, { hours: 8, next: noise(5) });
    const before = calibration.threshold;
    calibration.setBudget(5);
    expect(calibration.threshold).toBeLessThan(before);
    const restored = RuleCalibration.restore(JSON.parse(JSON.stringify(calibration)), OPTIONS);
    expect(restored.report().observedHours).toBe(calibration.report().observedHours);
    expect(restored.threshold).toBeGreaterThan(calibration.threshold);
  });

  it('takes a true event out of the null, and puts it back', () => {
    const calibration = RuleCalibration.fresh({ ...OPTIONS, adapt: false });
    const next = noise(6);
    watch(calibration, { hours: 8, next });
    const clean = calibration.threshold;
    const event = () => next().map((margin) => margin + 20);
    const during = watch(calibration, { hours: 0.01, next: event, fromMs: 8 * HOUR_MS });
    expect(during.score).toBeGreaterThan(10);
    watch(calibration, { hours: 1, next, fromMs: 8.01 * HOUR_MS });
    const [top] = calibration.report().peaks;
    calibration.review(top!.id, null);
    const dirty = calibration.threshold;
    expect(dirty).toBeGreaterThan(clean);
    expect(top!.score).toBeGreaterThan(10);
    expect(calibration.review(top!.id, 'true')).toBe(true);
    expect(calibration.threshold).toBeLessThan(dirty);
    calibration.review(top!.id, null);
    expect(calibration.threshold).toBe(dirty);
    expect(calibration.review(99_999, 'true')).toBe(false);
  });

  it('takes an alarm’s step back when it is confirmed', () => {
    const calibration = RuleCalibration.fresh(OPTIONS);
    watch(calibration, { hours: 8, next: noise(7) });
    const before = calibration.threshold;
    calibration.alarm({ eventId: 'a' });
    expect(calibration.threshold).toBeGreaterThan(before);
    calibration.judge('a', 'true');
    expect(calibration.threshold).toBeCloseTo(before, 9);
    calibration.judge('unknown', 'true');
  });

  it('takes an event that was confirmed while it lasted out of the null', () => {
    const calibration = RuleCalibration.fresh({ ...OPTIONS, adapt: true });
    const next = noise(9);
    watch(calibration, { hours: 8, next });
    const event = () => next().map((margin) => margin + 20);
    watch(calibration, { hours: 0.01, next: event, fromMs: 8 * HOUR_MS });
    calibration.alarm({ eventId: 'a' });
    calibration.judge('a', 'true');
    watch(calibration, { hours: 1, next, fromMs: 8.01 * HOUR_MS });
    expect(calibration.report().peaks[0]).toMatchObject({ verdict: 'true' });
    expect(calibration.threshold).toBeLessThan(calibration.report().peaks[0]!.score);
  });
});
