import { describe, expect, it } from 'vitest';
import { FAILURE_WINDOW_MS, FAILURES_ALLOWED, FailureLimit } from './failure-limit.js';

function failing(address: string, limit = new FailureLimit()): FailureLimit {
  for (let i = 0; i < FAILURES_ALLOWED; i++) limit.add(address, 0);
  return limit;
}

describe('FailureLimit', () => {
  it('makes an address wait from the tenth failure of a minute on, and no other', () => {
    const limit = new FailureLimit();
    const last = Array.from({ length: FAILURES_ALLOWED }, (_, i) => {
      expect(limit.waitMs('192.0.2.1', i)).toBe(0);
      return limit.add('192.0.2.1', i);
    });
    expect(last).toEqual([...Array(FAILURES_ALLOWED - 1).fill(false), true]);
    expect(limit.waitMs('192.0.2.1', 10)).toBe(FAILURE_WINDOW_MS - 10);
    expect(limit.waitMs('192.0.2.2', 10)).toBe(0);
    expect(limit.waitMs('192.0.2.1', FAILURE_WINDOW_MS)).toBe(0);
    limit.add('192.0.2.1', FAILURE_WINDOW_MS);
    expect(limit.waitMs('192.0.2.1', FAILURE_WINDOW_MS)).toBe(0);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:0db8:1:2:ffff::7', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:db8:0:0:1:2:3:4', true],
    ['fe80::1%eth0', 'fe80::2%eth0', true],
    ['::1', '::2', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
    ['unknown', 'other', false],
  ])('%s and %s are one network: %s', (first, second, expected) => {
    expect(failing(first).waitMs(second, 1) > 0).toBe(expected);
  });

  it('remembers no more than the newest ten thousand', () => {
    const limit = failing('192.0.2.1');
    for (let i = 0; i < 9_999; i++) limit.add(`10.0.${i >> 8}.${i & 255}`, 1);
    expect(limit.waitMs('192.0.2.1', 1)).toBeGreaterThan(0);
    limit.add('10.9.9.9', 1);
    expect(limit.waitMs('192.0.2.1', 1)).toBe(0);
  });
});
