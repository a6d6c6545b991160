import { describe, expect, it } from 'vitest';
import { type PastMoment, type Verdict, whatIf } from './what-if.js';

interface Moment extends PastMoment {
  old: number;
  now: number;
}

const moment = (id: string, verdict: Verdict | null, old: number, now: number): Moment => ({
  id,
  verdict,
  old,
  now,
});
const scorings = {
  before: ({ old }: Moment) => ({ score: old, threshold: 5 }),
  after: ({ now }: Moment) => ({ score: now, threshold: 3 }),
};

describe('whatIf', () => {
  it('tells what would be gained, lost and kept, and how that agrees with the user', () => {
    const moments = [
      moment('found', 'true', 4, 3),
      moment('gone', 'false', 6, 2),
      moment('missed', 'true', 7, 1),
      moment('new-false', 'false', 0, 9),
      moment('same', 'true', 5, 3),
      moment('quiet', 'false', 1, 1),
      moment('open', null, 6, 0),
      moment('unsure', 'unsure', 6, 0),
    ];
    const { gained, lost, kept, neither, better, worse } = whatIf(moments, scorings);
    const ids = (list: { moment: Moment }[]) => list.map(({ moment: { id } }) => id);
    expect(ids(gained)).toEqual(['found', 'new-false']);
    expect(ids(lost)).toEqual(['gone', 'missed', 'open', 'unsure']);
    expect(ids(kept)).toEqual(['same']);
    expect({ neither, better, worse }).toEqual({ neither: 1, better: 2, worse: 2 });
    expect(gained[0]!.after).toEqual({ score: 3, threshold: 3 });
  });

  it('raises nothing for a score that is no number', () => {
    expect(whatIf([moment('a', 'true', 6, Number.NaN)], scorings).lost).toHaveLength(1);
  });

  it('says nothing of nothing', () => {
    expect(whatIf([], scorings)).toEqual({ gained: [], lost: [], kept: [], neither: 0, better: 0, worse: 0 });
  });
});
