import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleDetector } from '../../detect/rule-detector.js';
import { ConfirmedScore } from './confirmed-score.js';

const tile = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };
const MAX_GAP_MS = 30_000;

const frame = fc.record({
  score: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7),
  deltaMs: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 3000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
  ),
});
const rule = fc.record({
  confirm: fc.constantFrom(
    { k: 1, n: 1 },
    { k: 1, n: 4 },
    { k: 2, n: 3 },
    { k: 3, n: 5 },
    { k: 4, n: 4 },
    { k: 3, n: 9 },
  ),
  forMs: fc.constantFrom(0, 0, 1000, 5000, 20_000),
});

describe('ConfirmedScore', () => {
  it('first reaches z at the very frame at which RuleDetector starts an event at z', () => {
    fc.assert(
      fc.property(
        rule,
        fc.constantFrom(1, 2, 3, 4, 5, 6, 7),
        fc.array(frame, { maxLength: 300 }),
        fc.nat(300),
        (options, threshold, frames, restartAt) => {
          const detector = new RuleDetector({
            ...options,
            hysteresis: 0.5,
            clearForMs: 1000,
            cooldownMs: 1000,
            remindEveryMs: null,
            maxGapMs: MAX_GAP_MS,
            newId: () => 'event',
          });
          let confirmed = new ConfirmedScore(options);
          let atMs = 1_000_000_000;
          let runMs = 0;
          for (const [i, { score, deltaMs }] of frames.entries()) {
            atMs += deltaMs;
            runMs += Math.max(0, deltaMs);
            if (deltaMs > MAX_GAP_MS) confirmed.reset();
            if (i === restartAt)
              confirmed = ConfirmedScore.restore(JSON.parse(JSON.stringify(confirmed)), options);
            const highest = confirmed.push(score, runMs);
            const step = detector.step({
              atMs,
              ptsMs: atMs,
              score,
              threshold,
              thresholdState: 'fixed',
              expectedFalseAlarmsPerDay: null,
              tile,
              active: true,
            });
            expect(highest >= threshold, `frame ${i}`).toBe(step !== null);
            // Later the detector's window starts anew, after each event.
            if (step) break;
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is the k-th highest of the last n', () => {
    const confirmed = new ConfirmedScore({ confirm: { k: 2, n: 3 }, forMs: 0 });
    expect([5, 1, 4, 2, 0, 9].map((score, second) => confirmed.push(score, second * 1000))).toEqual([
      Number.NEGATIVE_INFINITY,
      1,
      4,
      2,
      2,
      2,
    ]);
  });

  it('keeps no more frames than it needs', () => {
    const confirmed = new ConfirmedScore({ confirm: { k: 3, n: 5 }, forMs: 10_000 });
    for (let second = 0; second < 10_000; second++) confirmed.push(second % 7, second * 1000);
    expect(JSON.stringify(confirmed).length).toBeLessThan(5000);
  });
});
