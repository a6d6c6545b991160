import { describe, expect, it } from 'vitest';
import { auc, compareRankings } from './compare-rankings.js';

describe('auc', () => {
  it('is the part of the pairs in the right order, ties counting half', () => {
    expect(auc([3, 4], [1, 2])).toBe(1);
    expect(auc([1, 2], [3, 4])).toBe(0);
    expect(auc([2, 2], [2, 2])).toBe(0.5);
    expect(auc([1, 3], [2])).toBe(0.5);
    expect(auc([], [1])).toBeNaN();
  });
});

describe('compareRankings', () => {
  const row = (positive: boolean, before: number, after: number, weight = 1) => ({
    positive,
    before,
    after,
    weight,
  });

  it('finds the gain, and no error where all gain alike', () => {
    const result = compareRankings([row(true, 0, 2), row(true, 0, 2), row(false, 1, 1), row(false, 1, 1)]);
    expect(result).toEqual({ before: 0, after: 1, gain: 1, standardError: 0 });
  });

  it('counts an example of weight 2 as two', () => {
    const once = [row(true, 1, 2), row(true, 3, 3), row(false, 2, 1), row(false, 2, 4)];
    const weighted = compareRankings([...once, row(false, 0, 0, 2)]);
    const repeated = compareRankings([...once, row(false, 0, 0), row(false, 0, 0)]);
    expect(weighted.gain).toBeCloseTo(repeated.gain, 12);
    expect(weighted.after).toBeCloseTo(repeated.after, 12);
  });

  it('doubts a gain that few examples make', () => {
    const most = Array.from({ length: 9 }, (_, i) => row(true, i + 10, i + 10));
    const { gain, standardError } = compareRankings([...most, row(true, 0, 20), row(false, 5, 5)]);
    expect(gain).toBeCloseTo(0.1, 9);
    expect(standardError).toBeCloseTo(0.1, 9);
  });
});
