import { describe, expect, it } from 'vitest';
import { labelWorld } from '../../test/fixtures/label-world.js';
import { explainMargin } from './explain-margin.js';
import { tileMargins } from './margin.js';

describe('explainMargin', () => {
  const world = labelWorld(3);
  const probe = { weights: Float32Array.from({ length: 64 }, (_, i) => (i % 5) - 2), bias: -0.25 };
  const rule = { ...world.rule, negatives: [world.lookalikeWords], excludedFromBank: [2], probe };
  const set = { ...world.set, rules: [rule] };

  it('gives parts that add up to the margin that the rule scores', () => {
    for (const vector of [...world.things(5), ...world.lookalikes(5), ...world.quiet(5)]) {
      const parts = explainMargin(vector, { rule, wordings: [rule.positive], set });
      expect(parts.words + parts.probe!).toBeCloseTo(tileMargins(vector, set)[0]!, 4);
      // One wording is all that the rule says.
      expect(parts.wordings[0]!.lead).toBeCloseTo(parts.words, 6);
      const all = [...parts.negatives, ...parts.bank];
      expect(all).toHaveLength(8);
      expect(all.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    }
  });

  it('gives a phrase the more weight the more a tile is like it', () => {
    const meanShare = (vectors: Float32Array[]) => {
      const shares = vectors.map((v) => explainMargin(v, { rule, wordings: [], set }).negatives[0]!.share);
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    };
    expect(meanShare(world.lookalikes(20))).toBeGreaterThan(5 * meanShare(world.quiet(20)));
  });
});
