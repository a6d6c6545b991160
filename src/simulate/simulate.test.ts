import { beforeAll, describe, expect, it } from 'vitest';
import { simulationReport } from '../report/simulation-report.js';
import { seededRandom } from '../rules/calibration/random.js';
import { binomialQuantile } from './certified-hours.js';
import { type CalibrationCost, measureCost } from './cost.js';
import { HeavyNoise, normalQuantile } from './heavy-noise.js';
import { BUDGETS } from './holdout.js';
import { mean, QUICK, ratiosOf, type Simulation, simulate, summarise } from './simulate.js';

// Seeds are fixed: the same numbers everywhere. `wordwatch eval --simulate` is the long version.
describe('calibrated thresholds on simulated cameras', () => {
  let simulation: Simulation;
  beforeAll(() => {
    simulation = simulate(QUICK, () => {});
  }, 1_200_000);

  it.each(BUDGETS)(
    'give 0.5–2 times the false alarms asked for, and no camera 5 times: %s a day',
    (budget) => {
      const ratios = ratiosOf(simulation.holdout, budget);
      expect(ratios).toHaveLength(50);
      expect(mean(ratios)).toBeGreaterThan(0.5);
      expect(mean(ratios)).toBeLessThan(2);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(5);
    },
  );

  it('do so from the third day on when only six hours were there to begin with', () => {
    expect(summarise(simulation).controllerWeek).toBeGreaterThan(0.5);
    expect(summarise(simulation).controllerWeek).toBeLessThan(2);
  });

  it('expect what comes', () => {
    const { rows } = simulation.holdout;
    const expected = mean(rows.map(({ expectedPerDay }) => expectedPerDay));
    const achieved = mean(rows.map(({ achievedPerDay }) => achievedPerDay));
    expect(achieved / expected).toBeGreaterThan(0.67);
    expect(achieved / expected).toBeLessThan(1.5);
  });

  it('keep what they certify', () => {
    const { tried, broken, allowed } = simulation.certified;
    expect(tried).toBeGreaterThanOrEqual(200);
    expect(broken).toBeLessThanOrEqual(allowed);
  });

  it('find at least 1.5 times as much as one threshold for all cameras', () => {
    expect(summarise(simulation).recallOverGlobal).toBeGreaterThanOrEqual(1.5);
  });

  it('recover from true events in the footage once the highest peaks are reviewed, and warn before', () => {
    const { recallReviewed, recallDirty, flaggedDirty, flaggedClean } = simulation.hidden;
    expect(recallDirty).toBeLessThan(0.5);
    expect(recallReviewed).toBeGreaterThanOrEqual(0.85);
    expect(flaggedDirty).toBeGreaterThanOrEqual(0.7);
    expect(flaggedClean).toBeLessThanOrEqual(0.15);
  });

  it('are shown in a report', () => {
    const page = simulationReport(simulation);
    expect(page.match(/<svg/g)).toHaveLength(5);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(Object.values(summarise(simulation)).every(Number.isFinite)).toBe(true);
  });
});

describe('the cost', () => {
  let cost: CalibrationCost;
  beforeAll(() => {
    cost = measureCost();
  });

  it('of 100 rules on 16 cameras is far below a tenth of a core', () => {
    expect(cost.partOfCore).toBeLessThan(0.05);
  });

  it('of them in memory is well below 200 MB', () => {
    expect(cost.megabytes).toBeLessThan(150);
  });

  it('of calibrating a day of scores anew is below 2 s', () => {
    expect(cost.daySeconds).toBeLessThan(2);
  });
});

describe('the parts of the simulation', () => {
  it('have noise of standard deviation 1 and the tails asked for', () => {
    const noise = new HeavyNoise(0.2, seededRandom(1));
    const values = Array.from({ length: 200_000 }, () => noise.next());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(Math.sqrt(mean(values.map((value) => value * value)))).toBeCloseTo(1, 1);
    // z = 3.09 at 0.1 %: 3.09·exp(0.1·9.55)·0.6^0.75
    const beyond = values.filter((value) => value > 5.47).length / values.length;
    expect(beyond).toBeGreaterThan(0.0008);
    expect(beyond).toBeLessThan(0.0012);
  });

  it('know normal and binomial quantiles', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232, 5);
    expect(binomialQuantile(0.5, { n: 10, p: 0.5 })).toBe(5);
    expect(binomialQuantile(0.99, { n: 200, p: 0.04 })).toBe(15);
  });
});
