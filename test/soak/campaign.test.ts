import { beforeAll, describe, expect, it } from 'vitest';
import { type CampaignResult, campaign, isAsBefore } from './campaign.js';
import { isBalanced } from './ledger.js';

// The short form; `npm run -s soak -- --times 20` is the long one.
const TIMES = 2;

let result: CampaignResult;
beforeAll(async () => {
  result = await campaign({
    ...{ long: { times: TIMES }, seed: 7, warmMs: 5_000, meanPauseMs: 500 },
    ...{ signal: new AbortController().signal, onStrike: () => {} },
  });
}, 400_000);

describe('the real service, whose broker, camera, disk and threads fail and which is killed', () => {
  it.for([
    ...['broker killed', 'broker partitioned', 'broker session lost'],
    ...['camera killed', 'camera stalled', 'camera garbage'],
    ...['model worker killed', 'client deaf', 'disk full', 'wordwatch killed'],
  ])('is well again after "%s"', (fault, { skip }) => {
    skip(fault === 'disk full' && !result.hasDisk, 'this user may not mount a disk to fill');
    const strikes = result.strikes.filter((strike) => strike.fault === fault);
    expect(strikes.length).toBeGreaterThanOrEqual(TIMES);
    expect(strikes.filter(({ recoveryMs }) => recoveryMs === null)).toEqual([]);
  });

  it('has told everybody of every event once, in order, and kept it', () => {
    expect(result.ledger.raised).toBeGreaterThan(100);
    expect(isBalanced(result.ledger), JSON.stringify(result.ledger)).toBe(true);
    expect(result.waiting).toBe(0);
  });

  it('holds no more than before', () => {
    const { before, after } = result.held;
    expect(isAsBefore(after, before), JSON.stringify(result.held)).toBe(true);
  });
});
