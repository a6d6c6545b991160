import { describe, expect, it } from 'vitest';
import { type LabelWorld, labelWorld } from '../../../test/fixtures/label-world.js';
import { tileMargins } from '../margin.js';
import type { LinearProbe } from '../rule-vectors.js';
import { dot } from '../vectors.js';
import { auc } from './compare-rankings.js';
import { fitLogistic } from './logistic.js';
import { type ProbeLabels, trainProbe } from './probe.js';

const labelsOf = (world: LabelWorld, { confirmed = 30, wrong = 60, quiet = 150 } = {}): ProbeLabels => ({
  confirmed: world.things(confirmed),
  wrong: world.lookalikes(wrong),
  quiet: world.quiet(quiet),
});

/** How well things rank above look-alikes, and above quiet tiles, that were never seen before. */
function truth({ rule, set, ...world }: LabelWorld, probe: LinearProbe | null) {
  const unseen = { things: world.things(200), lookalikes: world.lookalikes(200), quiet: world.quiet(200) };
  const [before, after] = [rule, probe ? { ...rule, probe } : rule].map((scored) => {
    const scores = (vectors: Float32Array[]) =>
      vectors.map((vector) => tileMargins(vector, { ...set, rules: [scored] })[0]!);
    const found = scores(unseen.things);
    return { lookalikes: auc(found, scores(unseen.lookalikes)), quiet: auc(found, scores(unseen.quiet)) };
  });
  return { before: before!, after: after! };
}

const seeds = Array.from({ length: 5 }, (_, i) => i + 1);

describe('trainProbe', () => {
  it('learns to tell the thing from what its words also mean', () => {
    for (const seed of seeds) {
      const world = labelWorld(seed);
      const { probe, comparison } = trainProbe(labelsOf(world), world);
      const { before, after } = truth(world, probe);
      expect(comparison!.gain).toBeGreaterThan(0.02);
      expect(after.lookalikes).toBeGreaterThan(before.lookalikes + 0.05);
      expect(after.quiet).toBeGreaterThan(before.quiet - 0.01);
    }
  });

  it('is not destroyed by two wrong labels among the confirmed and two among the false', () => {
    for (const seed of seeds) {
      const world = labelWorld(seed);
      const labels = labelsOf(world, { confirmed: 20, wrong: 40 });
      const confirmed = [...world.lookalikes(2), ...labels.confirmed.slice(2)];
      const wrong = [...world.things(2), ...labels.wrong.slice(2)];
      const { probe } = trainProbe({ ...labels, confirmed, wrong }, world);
      const { before, after } = truth(world, probe);
      expect(after.lookalikes).toBeGreaterThan(before.lookalikes - 0.01);
      expect(after.quiet).toBeGreaterThan(before.quiet - 0.01);
    }
  });

  it('is not offered where labels are noise, but for a few by chance', () => {
    const offered = seeds.filter((seed) => {
      const world = labelWorld(seed);
      const labels = { confirmed: world.quiet(12), wrong: world.quiet(30), quiet: world.quiet(100) };
      return trainProbe(labels, world).probe !== null;
    });
    expect(offered.length).toBeLessThanOrEqual(1);
  });

  it('is never offered where the words are right already, or it does no harm', () => {
    for (const seed of seeds) {
      const world = labelWorld(seed, { mistaken: 0 });
      const { probe, comparison } = trainProbe(labelsOf(world, { confirmed: 10, wrong: 20 }), world);
      if (!probe) continue;
      expect(comparison!.gain).toBeGreaterThan(0);
      const { before, after } = truth(world, probe);
      expect(after.lookalikes).toBeGreaterThan(before.lookalikes - 0.01);
    }
  });

  it('leaves the score of the median quiet tile where it was', () => {
    const world = labelWorld(1);
    const labels = labelsOf(world);
    const { probe } = trainProbe(labels, world);
    const lifts = labels.quiet.map((vector) => dot(probe!.weights, vector) + probe!.bias);
    expect(lifts.filter((lift) => lift < 0).length / lifts.length).toBeCloseTo(0.5, 1);
  });

  it('forgets an older probe of the rule', () => {
    const world = labelWorld(2);
    const labels = labelsOf(world);
    const old = { weights: new Float32Array(64).fill(9), bias: 5 };
    const again = trainProbe(labels, { ...world, rule: { ...world.rule, probe: old } });
    expect(again).toEqual(trainProbe(labels, world));
  });

  it('says what is missing', () => {
    const world = labelWorld(1);
    expect(trainProbe(labelsOf(world, { confirmed: 7 }), world).reason).toContain('8 and 20 are needed');
    expect(trainProbe(labelsOf(world, { wrong: 9, quiet: 10 }), world).reason).toContain('19 false or quiet');
    const broken = new Float32Array(64).fill(Number.NaN);
    const labels = labelsOf(world);
    expect(trainProbe({ ...labels, wrong: [broken, ...labels.wrong] }, world).reason).toContain('broken');
    const frozen = Array(30).fill(world.quiet(1)[0]);
    expect(trainProbe({ ...labels, wrong: [], quiet: frozen }, world).reason).toContain('same picture');
  });
});

describe('fitLogistic', () => {
  it('stops where the derivatives vanish', () => {
    const world = labelWorld(3);
    const examples = [
      ...world.things(20).map((vector) => ({ vector, positive: true, offset: 1, weight: 1 })),
      ...world.lookalikes(30).map((vector) => ({ vector, positive: false, offset: -1, weight: 0.5 })),
    ];
    const lambda = 0.1;
    const fit = fitLogistic(examples, lambda);
    const gradient = Float64Array.from(fit.weights, (value) => lambda * value);
    let bias = 0;
    for (const { vector, positive, offset, weight } of examples) {
      const z = offset + dot(fit.weights, vector) + fit.bias;
      const pull = weight * (1 / (1 + Math.exp(-z)) - (positive ? 1 : 0));
      bias += pull;
      for (const [i, value] of vector.entries()) gradient[i]! += pull * value;
    }
    expect(Math.abs(bias)).toBeLessThan(1e-3);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-3);
  });
});
