import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleDetector } from '../../detect/rule-detector.js';
import { ClusterTracker } from './clusters.js';
import { ConfirmedScore } from './confirmed-score.js';
import { findContamination } from './contamination.js';
import { Controller } from './controller.js';
import { alarmsInterval, excessOf, fitGpd, survival, type Tail, thresholdOfTail } from './gpd.js';
import { HOUR_MS, NullModel } from './null-model.js';
import { PeakList } from './peak-list.js';
import { type Random, seededRandom } from './random.js';
import { ScoreHistogram } from './score-histogram.js';

const cluster = (score: number, rest = {}) => ({
  id: Math.round(score * 1000),
  score,
  atMs: 0,
  tile: 0,
  level: 0,
  hour: 0,
  verdict: null,
  ...rest,
});

describe('the GPD', () => {
  const drawn = (gamma: number, n: number, random: Random) =>
    Float64Array.from({ length: n }, () => excessOf({ sigma: 2, gamma }, 1 - random())).sort();

  it.each([-0.3, 0, 0.2, 0.4])('is found again from its own excesses, γ = %s', (gamma) => {
    const fitted = fitGpd(drawn(gamma, 20_000, seededRandom(1)));
    expect(fitted.gamma).toBeCloseTo(gamma, 1);
    expect(Math.abs(fitted.sigma - 2)).toBeLessThan(0.1);
  });

  it('has survival and excess as inverses', () => {
    const gamma = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(gamma, fc.double({ min: 0.001, max: 1, noNaN: true }), (gamma, p) => {
        const gpd = { sigma: 1.5, gamma };
        expect(survival(gpd, excessOf(gpd, p))).toBeCloseTo(p, 6);
      }),
    );
  });

  it('survives excesses that are all equal, or nothing at all', () => {
    for (const excesses of [
      [1, 1, 1],
      [0, 0],
    ]) {
      const { sigma, gamma } = fitGpd(excesses);
      expect(sigma).toBeGreaterThan(0);
      expect(gamma).toBe(-0.5);
    }
  });

  it('gives a threshold that its own rate passes, and an interval around it that covers the truth', () => {
    const random = seededRandom(2);
    let covered = 0;
    for (let round = 0; round < 100; round++) {
      const fitted = fitGpd(drawn(0.1, 100, random));
      const tail: Tail = { ...fitted, u: 3, perDay: 100, n: 100 };
      const { low, high } = alarmsInterval(tail, thresholdOfTail(tail, 5));
      const truth = 100 * survival({ sigma: 2, gamma: 0.1 }, thresholdOfTail(tail, 5) - 3);
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered).toBeGreaterThan(80);
    expect(thresholdOfTail({ sigma: 1, gamma: 0, u: 3, perDay: 10, n: 50 }, 20)).toBe(3);
  });
});

describe('ScoreHistogram', () => {
  it('knows quantiles to a twentieth', () => {
    const score = fc.double({ min: -9, max: 29, noNaN: true });
    fc.assert(
      fc.property(fc.array(score, { minLength: 50, maxLength: 500 }), (scores) => {
        const histogram = new ScoreHistogram();
        for (const value of scores) histogram.add(value);
        const sorted = scores.sort((a, b) => a - b);
        const restored = ScoreHistogram.restore(JSON.parse(JSON.stringify(histogram)));
        for (const p of [0.25, 0.5, 0.98]) {
          const quantile = ScoreHistogram.quantile([histogram], p);
          expect(quantile).toBe(ScoreHistogram.quantile([restored], p));
          const place = Math.ceil(p * sorted.length) - 1;
          expect(Math.abs(quantile - sorted[place]!)).toBeLessThanOrEqual(0.0501);
        }
      }),
    );
  });
});

describe('PeakList', () => {
  it('keeps the highest, in order, and knows the highest that did not fit', () => {
    const score = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(fc.array(score, { maxLength: 600 }), (scores) => {
        const list = new PeakList();
        for (const [id, value] of scores.entries()) list.add(cluster(value, { id }));
        const sorted = [...scores].sort((a, b) => b - a);
        const kept = Array.from({ length: list.length }, (_, place) => list.at(place).score);
        expect(kept).toEqual(sorted.slice(0, 250));
        expect(list.dropped).toBe(sorted[250] ?? Number.NEGATIVE_INFINITY);
        expect(PeakList.restore(JSON.parse(JSON.stringify(list)))).toEqual(list);
      }),
    );
  });
});

describe('clusters', () => {
  it('above z are about as many as the detector’s alarms at z', () => {
    const timing = {
      confirm: { k: 3, n: 5 },
      forMs: 0,
      clearForMs: 10_000,
      cooldownMs: 60_000,
      maxGapMs: 30_000,
    };
    const levels = [1.5, 2, 2.5, 3];
    const detectors = levels.map(
      () => new RuleDetector({ ...timing, hysteresis: 0.5, remindEveryMs: null, newId: () => 'event' }),
    );
    const confirmed = new ConfirmedScore(timing);
    const tracker = new ClusterTracker(timing.clearForMs + timing.cooldownMs);
    const random = seededRandom(4);
    const alarms = levels.map(() => 0);
    const clusters = levels.map(() => 0);
    const tile = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };
    let x = 0;
    for (let second = 0; second < 4 * 86_400; second++) {
      const atMs = second * 1000;
      x = 0.9 * x + 0.44 * (random() + random() + random() + random() - 2) * 1.73;
      const score = confirmed.push(x, atMs);
      const { closed } = tracker.push({ score, runMs: atMs, atMs, tile: 0, level: 1.5, hour: 0 }, () => 1);
      for (const [i, threshold] of levels.entries()) {
        if (closed && closed.score >= threshold) clusters[i]!++;
        const seen = {
          atMs,
          ptsMs: atMs,
          score: x,
          threshold,
          thresholdState: 'fixed',
          expectedFalseAlarmsPerDay: null,
          tile,
          active: true,
        } as const;
        if (detectors[i]!.step(seen)?.phase === 'start') alarms[i]!++;
      }
    }
    for (const i of levels.keys()) {
      expect(alarms[i]!, `at ${levels[i]}`).toBeGreaterThan(20);
      expect(clusters[i]! / alarms[i]!, `at ${levels[i]}`).toBeGreaterThan(0.75);
      expect(clusters[i]! / alarms[i]!, `at ${levels[i]}`).toBeLessThan(1.2);
    }
  });
});

describe('NullModel', () => {
  /** Hours of frames, one a minute, with one cluster an hour. */
  function filled(hours: number, random: Random): NullModel {
    const model = new NullModel();
    for (let minute = 0; minute < 60 * hours; minute++) {
      model.push(random(), 60_000);
      if (minute % 60 === 30)
        model.add(cluster(1 - Math.log(1 - random()), { id: minute, hour: model.hour, level: model.level }));
    }
    return model;
  }

  it('certifies the j-th highest hourly maximum, j = ⌊b·(H+1)/24⌋', () => {
    const model = filled(48, seededRandom(5));
    const scores = [...model.clusters()].map(({ score }) => score);
    expect(model.conformal(1)).toEqual({ threshold: scores[1], j: 2, hours: 48 });
    expect(model.conformal(0.5)).toEqual({ threshold: scores[0], j: 1, hours: 48 });
    expect(model.conformal(0.4)).toBeNull();
  });

  it('keeps its conformal promise: the next hour passes with j/(H+1)', () => {
    const random = seededRandom(6);
    let broken = 0;
    for (let round = 0; round < 400; round++) {
      const { threshold } = filled(24, random).conformal(1)!;
      if (1 - Math.log(1 - random()) > threshold) broken++;
    }
    // 400 / 25 = 16, and 3.5 standard deviations.
    expect(broken).toBeLessThan(31);
    expect(broken).toBeGreaterThan(3);
  });

  it('forgets after two weeks of footage, and stays small', () => {
    const model = filled(40 * 24, seededRandom(7));
    expect(model.observedHours).toBeGreaterThanOrEqual(7 * 24);
    expect(model.observedHours).toBeLessThanOrEqual(14 * 24);
    expect(JSON.stringify(model).length).toBeLessThan(60_000);
    expect(Math.min(...[...model.clusters()].map(({ hour }) => hour))).toBeGreaterThanOrEqual(26 * 24);
  });

  it('sees true events among the peaks, until they are marked, and no others', () => {
    const model = filled(24 * 6, seededRandom(8));
    expect(findContamination(model, model.tail(20))).toMatchObject({ flagged: false, suspicious: 0 });
    for (let i = 0; i < 10; i++) model.add(cluster(15 + 3 * i, { id: 100_000 + i, hour: 1000 + i }));
    const found = findContamination(model, model.tail(20));
    expect(found.flagged).toBe(true);
    expect(found.suspicious).toBeGreaterThanOrEqual(6);
    expect(found.suspicious).toBeLessThanOrEqual(14);
    for (let i = 0; i < 10; i++) model.review(100_000 + i, 'true');
    expect(findContamination(model, model.tail(20)).flagged).toBe(false);
    for (let i = 0; i < 10; i++) model.review(100_000 + i, 'false');
    expect(findContamination(model, model.tail(20)).suspicious).toBeLessThanOrEqual(4);
  });

  it('counts at any u only what was watched with levels up to u', () => {
    const model = filled(100, seededRandom(9));
    const tail = model.tail(20)!;
    expect(tail.perDay).toBeGreaterThan(20);
    expect(tail.perDay).toBeLessThan(26);
    expect(model.observedHours * HOUR_MS).toBe(100 * HOUR_MS);
  });
});

describe('Controller', () => {
  it('rises with alarms, falls in quiet, and gives a true alarm’s step back', () => {
    const controller = new Controller();
    const options = { scale: 1, alarmsPerDay: 1 };
    for (let hour = 0; hour < 24; hour++) controller.tick(HOUR_MS, options);
    // −η·r·24 h·(1 − 1/e): it fades while it falls.
    expect(controller.offset).toBeCloseTo(-0.5 * (1 - Math.exp(-1)), 1);
    const before = controller.offset;
    controller.alarm('a', { scale: 1, clusterId: 7 });
    expect(controller.offset).toBeCloseTo(before + 0.5, 9);
    expect(controller.judge('a', true)).toBe(7);
    expect(controller.judge('a', true)).toBe(7); // said twice, it counts once
    expect(controller.offset).toBeCloseTo(before, 9);
    controller.judge('a', false);
    expect(controller.offset).toBeCloseTo(before + 0.5, 9);
    expect(controller.judge('b', true)).toBeNull();
  });
});
