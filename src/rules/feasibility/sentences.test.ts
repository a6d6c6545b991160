import { describe, expect, it } from 'vitest';
import type { NegativeCheck } from './negatives.js';
import type { Proposal } from './proposals.js';
import { proposalText } from './sentences.js';

const words = {
  id: 'parcel',
  when: ['a parcel is on the doorstep', 'a box'],
  not: ['a doormat', 'a brown box'],
};
const negatives: NegativeCheck[] = [
  { phrase: 'a doormat', closeness: 0.7, mostSaid: 0.5, finding: 'too-close' },
  { phrase: 'a brown box', closeness: 0.5, mostSaid: 0.5, finding: 'kind-of-positive' },
];
const say = (
  kind: Proposal['kind'],
  phrase: string,
  auc: [number, number] | null = null,
  when = words.when,
) =>
  proposalText(
    {
      ...{ kind, phrase, climbBefore: 0.41, climbAfter: 0.22 },
      ...{ aucBefore: auc?.[0] ?? null, aucAfter: auc?.[1] ?? null },
    },
    { words: { ...words, when }, negatives },
  );

describe('proposalText', () => {
  it('says what to do and what it is good for', () => {
    expect(say('add-negative', 'a red shirt')).toBe(
      'add "a red shirt" to not: what looks most like it goes only 22 % of the way to the words then, not 41 %',
    );
    expect(say('drop-negative', 'a doormat')).toBe(
      'drop "a doormat" from not: it lowers the score of real events, too',
    );
    expect(say('drop-negative', 'a brown box')).toBe(
      'drop "a brown box" from not: it is a kind of what you look for',
    );
  });

  it('names the wordings that are replaced, unless they are many', () => {
    const better = 'it tells the confirmed events from other footage better (0.97 against 0.91)';
    expect(say('use-wording', 'there is a box', [0.91, 0.97])).toBe(
      `say "there is a box" instead of "a parcel is on the doorstep" and "a box": ${better}`,
    );
    expect(say('use-wording', 'a box', [0.91, 0.97])).toBe(
      `say only "a box", without "a parcel is on the doorstep": ${better}`,
    );
    expect(say('use-wording', 'e', [0.91, 0.97], ['a', 'b', 'c'])).toBe(
      `say "e" instead of your 3 wordings: ${better}`,
    );
    expect(say('use-wording', 'a', [0.91, 0.97], ['a', 'b', 'c', 'd'])).toBe(
      `say only "a", without your 3 other wordings: ${better}`,
    );
  });
});
