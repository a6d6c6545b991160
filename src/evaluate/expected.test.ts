import { describe, expect, it } from 'vitest';
import { compareEvents } from './expected.js';

const alarm = (ruleId: string, startedMs: number, endedMs: number) => ({
  ...{ ruleId, startedMs, endedMs },
  raisedMs: startedMs + 2000,
  peakScore: 5,
});
const event = (ruleId: string, fromMs: number | null, toMs: number | null, toleranceMs = 1000) => ({
  ...{ ruleId, fromMs, toMs, toleranceMs },
});

describe('events of a test', () => {
  it('are met within their tolerance, at both ends, by their own rule', () => {
    const fire = alarm('fire', 11_000, 51_000);
    expect(compareEvents([event('fire', 12_000, 50_000)], [fire])).toMatchObject({
      met: [{ alarm: fire }],
      unexpected: [],
    });
    for (const wrong of [
      event('fire', 12_001, 50_000),
      event('fire', 12_000, 49_999),
      event('dog', 11_000, 51_000),
    ])
      expect(compareEvents([wrong], [fire])).toEqual({ met: [], missing: [wrong], unexpected: [fire] });
  });

  it('are met once each: a second event is one too many', () => {
    const [first, second] = [alarm('dog', 1000, 2000), alarm('dog', 1500, 2000)];
    const expected = event('dog', 1400, null);
    expect(compareEvents([expected], [first, second])).toEqual({
      met: [{ expected, alarm: second }],
      missing: [],
      unexpected: [first],
    });
  });

  it('that may be at any time do not take the event that another one needs', () => {
    const [early, late] = [alarm('dog', 1000, 2000), alarm('dog', 90_000, 95_000)];
    const { met, missing } = compareEvents(
      [event('dog', null, null), event('dog', 1000, 2000)],
      [early, late],
    );
    expect(missing).toEqual([]);
    expect(met.map(({ alarm }) => alarm)).toEqual([early, late]);
  });
});
