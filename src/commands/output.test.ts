import { describe, expect, it } from 'vitest';
import { makeEvent } from '../../test/fixtures/happenings.js';
import { describeEvent } from './output.js';

describe('describeEvent', () => {
  it('tells the probability where there is one', () => {
    expect(describeEvent(makeEvent({ seq: 1 }))).toMatch(/fire on yard {2}score 6\.25 \(threshold 4\.00\)$/);
    expect(describeEvent(makeEvent({ seq: 1, probability: 0.934 }))).toMatch(/, probability 0\.93$/);
  });
});
