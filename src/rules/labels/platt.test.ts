import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../samples/render/random.js';
import { fitPlatt, type LabelledScore, probabilityOf } from './platt.js';

const scores = (positive: boolean, ...values: number[]): LabelledScore[] =>
  values.map((score) => ({ score, positive }));
const range = (count: number, from: number) => Array.from({ length: count }, (_, i) => from + i * 0.1);

describe('fitPlatt', () => {
  it('finds the curve that the labels were drawn from', () => {
    const random = new Random(7);
    const truth = { slope: 1.4, intercept: -4 };
    const labelled = Array.from({ length: 20_000 }, () => {
      const score = random.between(-2, 8);
      return { score, positive: random.chance(probabilityOf(score, truth)) };
    });
    const { platt } = fitPlatt(labelled);
    expect(platt!.slope).toBeCloseTo(truth.slope, 1);
    expect(platt!.intercept).toBeCloseTo(truth.intercept, 0);
  });

  it('stays finite, and modest, where the labels can be separated', () => {
    const { platt } = fitPlatt([...scores(true, ...range(5, 6)), ...scores(false, ...range(20, 0))]);
    expect(probabilityOf(6.2, platt!)).toBeCloseTo(6 / 7, 1);
    expect(probabilityOf(0.5, platt!)).toBeCloseTo(1 / 22, 1);
    expect(Number.isFinite(platt!.slope)).toBe(true);
  });

  it('says no below 5 confirmed and 20 false ones', () => {
    const few = fitPlatt([...scores(true, ...range(4, 6)), ...scores(false, ...range(20, 0))]);
    expect(few).toEqual({ platt: null, reason: '4 confirmed and 20 false ones; 5 and 20 are needed' });
    expect(fitPlatt([...scores(true, ...range(50, 6)), ...scores(false, ...range(19, 0))]).platt).toBeNull();
    const broken = [...scores(true, 1, 2, 3, 4, Number.NaN), ...scores(false, ...range(20, 0))];
    expect(fitPlatt(broken).reason).toContain('4 confirmed');
  });

  it('never lets a higher score mean less', () => {
    const upsideDown = [...scores(true, ...range(8, -3)), ...scores(false, ...range(30, 0))];
    expect(fitPlatt(upsideDown)).toEqual({
      platt: null,
      reason: 'confirmed ones do not score higher than false ones',
    });
  });

  it('says no to scores that do not differ', () => {
    const equal = [...scores(true, ...Array(8).fill(3)), ...scores(false, ...Array(30).fill(3))];
    expect(fitPlatt(equal).reason).toBe('all scores are equal');
  });

  it('is a rising curve whose mean is the mean target, whatever the scores', () => {
    const score = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 5, maxLength: 40 }),
        fc.array(score, { minLength: 20, maxLength: 60 }),
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        (confirmed, wrong, offset) => {
          const labelled = [...scores(true, ...confirmed), ...scores(false, ...wrong)].map((label) => ({
            ...label,
            score: label.score + offset,
          }));
          const { platt } = fitPlatt(labelled);
          if (!platt) return;
          expect(platt.slope).toBeGreaterThan(0);
          const total = labelled.reduce((sum, { score }) => sum + probabilityOf(score, platt), 0);
          const n = { yes: confirmed.length, no: wrong.length };
          const targets = (n.yes * (n.yes + 1)) / (n.yes + 2) + n.no / (n.no + 2);
          expect(Math.abs(total - targets)).toBeLessThan(1e-4 * labelled.length);
        },
      ),
    );
  });
});
