import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logMeanExp, tileMargins } from './margin.js';
import type { RuleSet, RuleVectors } from './rule-vectors.js';
import { dot, normalisedMean } from './vectors.js';

const unit = (values: number[]) => normalisedMean([Float32Array.from(values)]);

/** The formula as it is written, slowly. */
function plainMargin(vector: Float32Array, rule: RuleVectors, { bank, logitScale }: RuleSet): number {
  const contrast = [...rule.negatives, ...bank.filter((_, k) => !rule.excludedFromBank.includes(k))];
  return (
    logitScale * dot(vector, rule.positive) -
    logMeanExp(contrast.map((phrase) => logitScale * dot(vector, phrase)))
  );
}

const vectorOf = (length: number) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length })
    .map((values) => (values.some((value) => Math.abs(value) > 0.01) ? unit(values) : unit([1, 2, 3, 4, 5])));

const ruleSet: fc.Arbitrary<RuleSet> = fc
  .record({
    logitScale: fc.constantFrom(1, 20, 100, 1000),
    bank: fc.array(vectorOf(5), { maxLength: 6 }),
    rules: fc.array(
      fc.record({
        positive: vectorOf(5),
        negatives: fc.array(vectorOf(5), { maxLength: 3 }),
        excluded: fc.uniqueArray(fc.nat(5)),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ rules, ...rest }) => ({
    ...rest,
    rules: rules.map(({ excluded, ...rule }, i) => ({
      ...rule,
      ruleId: String(i),
      excludedFromBank: excluded.filter((k) => k < rest.bank.length),
    })),
  }));

describe('tileMargins', () => {
  it('is the plain formula, whatever is excluded', () => {
    fc.assert(
      fc.property(ruleSet, vectorOf(5), (set, vector) => {
        const margins = tileMargins(vector, set);
        for (const [i, rule] of set.rules.entries()) {
          const expected = plainMargin(vector, rule, set);
          expect(Math.abs(margins[i]! - expected)).toBeLessThanOrEqual(
            1e-9 * Math.max(1, Math.abs(expected)),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps its digits where an excluded phrase outshines all others', () => {
    const bank = [unit([1, 0, 0]), unit([0, 1, 0]), unit([0.1, 1, 0])];
    const rule = { ruleId: 'a', positive: unit([1, 0.1, 0]), negatives: [], excludedFromBank: [0] };
    const set = { rules: [rule], bank, logitScale: 100 };
    const vector = unit([1, 0.02, 0]); // e⁹⁸ times likelier than the rest
    expect(tileMargins(vector, set)[0]).toBeCloseTo(plainMargin(vector, rule, set), 9);
  });

  it('adds what a probe says', () => {
    const rule = { ruleId: 'a', positive: unit([1, 0]), negatives: [], excludedFromBank: [] };
    const set = { rules: [rule], bank: [unit([0, 1])], logitScale: 10 };
    const probe = { weights: Float32Array.from([2, 4]), bias: -1 };
    const vector = unit([3, 4]);
    const corrected = tileMargins(vector, { ...set, rules: [{ ...rule, probe }] })[0]!;
    expect(corrected - tileMargins(vector, set)[0]!).toBeCloseTo(2 * 0.6 + 4 * 0.8 - 1, 5);
  });

  it('does not hide a broken model', () => {
    const rule = { ruleId: 'a', positive: unit([1, 0]), negatives: [], excludedFromBank: [0] };
    const set = { rules: [rule], bank: [unit([0, 1]), unit([1, 1])], logitScale: 10 };
    expect(tileMargins(Float32Array.from([Number.NaN, 1]), set)[0]).toBeNaN();
  });
});

describe('dot', () => {
  it('leaves nothing out, whatever the length', () => {
    for (let length = 0; length < 10; length++) {
      const ones = new Float32Array(length).fill(1);
      const counted = Float32Array.from(ones, (_, i) => i + 1);
      expect(dot(ones, counted)).toBe((length * (length + 1)) / 2);
    }
  });
});
