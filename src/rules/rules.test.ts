import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logMeanExp, tileMargins } from './margin.js';
import { CONTRAST_BANK, PROMPT_TEMPLATES, type RuleSet, tooClose } from './rule-vectors.js';
import { DEFAULT_BUDGET_PER_DAY, thresholdPlanOf } from './thresholds.js';
import { dot, normalisedMean } from './vectors.js';

const unit = (...values: number[]) => normalisedMean([Float32Array.from(values)]);

describe('tileMargins', () => {
  const set: RuleSet = {
    logitScale: 10,
    bank: [unit(0, 1, 0), unit(0, 0, 1)],
    rules: [
      { ruleId: 'plain', positive: unit(1, 0, 0), negatives: [], excludedFromBank: [] },
      { ruleId: 'with-not', positive: unit(1, 0, 0), negatives: [unit(1, 1, 0)], excludedFromBank: [] },
      { ruleId: 'alone', positive: unit(1, 0, 0), negatives: [], excludedFromBank: [0, 1] },
    ],
  };

  it('is τ·cos(v, p̂) − ln mean exp(τ·cos(v, n̂))', () => {
    const [plain, withNot, alone] = tileMargins(unit(1, 0, 0), set);
    expect(plain).toBeCloseTo(10 - Math.log((1 + 1) / 2), 6);
    expect(withNot).toBeCloseTo(10 - Math.log((Math.exp(10 / Math.SQRT2) + 2) / 3), 5);
    expect(alone).toBeCloseTo(10, 6);
  });

  it('falls when the picture looks like a negative', () => {
    const seen = tileMargins(unit(1, 1, 0), set);
    expect(seen[1]!).toBeLessThan(seen[0]!);
    expect(tileMargins(unit(0, 1, 0), set)[0]!).toBeLessThan(0);
  });
});

describe('logMeanExp', () => {
  it('lies between mean and maximum, at any size of the values', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const result = logMeanExp(values);
        expect(result).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
        expect(result).toBeGreaterThanOrEqual(values.reduce((a, b) => a + b) / values.length - 1e-6);
      }),
    );
  });

  it('does not hide a broken model', () => {
    expect(logMeanExp([1, Number.NaN])).toBeNaN();
  });
});

describe('tooClose', () => {
  it('names bank phrases that mean nearly the same as the rule', () => {
    const bank = [unit(0.2, 1, 0), unit(0.3, 0, 1), unit(1, 0.1, 0), unit(0, 1, 1)];
    expect(tooClose(unit(1, 0, 0), bank)).toEqual([2]);
  });
});

describe('shipped words', () => {
  it('are many, and none twice', () => {
    expect(CONTRAST_BANK.length).toBeGreaterThanOrEqual(100);
    expect(new Set(CONTRAST_BANK).size).toBe(CONTRAST_BANK.length);
  });

  it('have a place for the phrase in every template', () => {
    expect(PROMPT_TEMPLATES.length).toBeGreaterThanOrEqual(5);
    for (const template of PROMPT_TEMPLATES) expect(template.split('{}')).toHaveLength(2);
  });
});

describe('thresholdPlanOf', () => {
  it('takes the rule’s threshold, else its budget, else the model’s threshold, else one false alarm a day', () => {
    const measured = { defaultThreshold: 2.5 };
    const budget = { falseAlarmsPerDay: 3 };
    expect(thresholdPlanOf({ threshold: 0, budget }, measured)).toEqual({ kind: 'fixed', value: 0 });
    expect(thresholdPlanOf({ threshold: null, budget }, measured)).toEqual({
      kind: 'calibrated',
      budgetPerDay: 3,
    });
    const silent = { threshold: null, budget: null };
    expect(thresholdPlanOf(silent, measured)).toEqual({ kind: 'fixed', value: 2.5 });
    expect(thresholdPlanOf(silent, { defaultThreshold: null })).toEqual({
      kind: 'calibrated',
      budgetPerDay: DEFAULT_BUDGET_PER_DAY,
    });
  });
});

describe('normalisedMean', () => {
  it('has length one and points between', () => {
    const mean = normalisedMean([unit(1, 0), unit(0, 1)]);
    expect(dot(mean, mean)).toBeCloseTo(1, 6);
    expect(mean[0]).toBeCloseTo(mean[1]!, 6);
  });
});
