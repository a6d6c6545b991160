import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoreMinute } from '../store/history/minute-scores.js';
import type { ScoreSeries } from './score-history.js';
import { scoreTimeline, type TimelineRange } from './score-timeline.js';

const MINUTE_MS = 60_000;

function minute(at: number, score: number | null, regime: 'day' | 'night' = 'day'): ScoreMinute {
  const scores = [{ ruleId: 'fire', score: score ?? 0, threshold: 4, state: 'fixed' as const }];
  return { minute: at, light: { regime, brightness: 0.5 }, scores: score === null ? [] : scores };
}

function inMemory(points: ScoreSeries['points'], ruleId = 'fire'): ScoreSeries {
  return { cameraId: 'yard', ruleId, threshold: 5, thresholdState: 'certified', points };
}

function lay(range: TimelineRange, stored: readonly ScoreMinute[], recent: ScoreSeries[] = []) {
  return scoreTimeline(range, {
    recent,
    minutes: async function* ({ fromMs, toMs }) {
      yield stored.filter(({ minute }) => minute * MINUTE_MS >= fromMs && minute * MINUTE_MS < toMs);
    },
  });
}

describe('scores over time', () => {
  it('are the highest of each bucket; where nothing was seen there are none', async () => {
    const stored = [
      minute(0, 1),
      minute(1, 3),
      minute(2, null, 'night'),
      minute(3, null, 'night'),
      minute(6, -2),
    ];
    const { atMs, brightness, light, rules } = await lay(
      { fromMs: 0, toMs: 8 * MINUTE_MS, points: 8 },
      stored,
    );
    expect(atMs).toEqual([0, 2, 4, 6].map((at) => at * MINUTE_MS));
    expect(brightness).toEqual([0.5, 0.5, null, 0.5]);
    expect(light.map(({ fromMs, regime }) => [fromMs / MINUTE_MS, regime])).toEqual([
      [0, 'day'],
      [2, 'night'],
      [4, null],
      [6, 'day'],
    ]);
    expect(rules).toEqual([
      {
        ruleId: 'fire',
        scores: [3, null, null, -2],
        thresholds: [4, null, null, 4],
        thresholdStates: [{ fromMs: 0, state: 'fixed' }],
      },
    ]);
  });

  it('are finer where they are in memory, and have gaps there only where nothing was seen, and before a start', async () => {
    const s = 1_000;
    const recent = inMemory([
      [90 * s, 8],
      [125 * s, 1],
      [128 * s, 2],
      [129 * s, null],
      [150 * s, 3],
    ]);
    const range = { fromMs: 0, toMs: 180 * s, points: 94 };
    const { atMs, rules, light } = await lay(
      range,
      [minute(0, 0), minute(1, 7), minute(2, 9, 'night')],
      [recent],
    );
    expect(atMs.map((at) => at / s)).toEqual([0, 60, 88, 90, 124, 128, 130, 150]);
    expect(rules[0]).toMatchObject({
      scores: [0, 7, null, 8, 1, 2, null, 3],
      thresholds: [4, 4, null, 5, 5, 5, null, 5],
      thresholdStates: [
        { fromMs: 0, state: 'fixed' },
        { fromMs: 90 * s, state: 'certified' },
      ],
    });
    expect(light.at(-1)).toEqual({ fromMs: 124 * s, regime: 'night' });
  });

  it('are never more than asked for, rise in time, and lose no peak', async () => {
    const times = fc.integer({ min: 0, max: 10_000 * MINUTE_MS });
    await fc.assert(
      fc.asyncProperty(
        ...[times, times, fc.integer({ min: 10, max: 400 }), fc.nat(300_000)],
        fc.uniqueArray(fc.nat(10_000), { maxLength: 60 }),
        async (a, b, points, memoryMs, stored) => {
          const [fromMs, toMs] = [Math.min(a, b), Math.max(a, b) + 1];
          const firstMs = toMs - memoryMs;
          const recent = Array.from({ length: 20 }, (_, i): [number, number] => [
            firstMs + Math.floor((i * memoryMs) / 20),
            i,
          ]);
          const minutes = stored.sort((x, y) => x - y).map((at) => minute(at, at + 100));
          const found = await lay({ fromMs, toMs, points }, minutes, [inMemory(recent)]);
          expect(found.atMs.length).toBeLessThanOrEqual(points);
          for (const [i, at] of found.atMs.entries())
            if (i > 0) expect(at).toBeGreaterThan(found.atMs[i - 1]!);
          const highest = Math.max(
            ...minutes
              .filter(({ minute }) => minute * MINUTE_MS >= fromMs && (minute + 1) * MINUTE_MS <= firstMs)
              .map(({ scores }) => scores[0]!.score),
          );
          const shown = (found.rules[0]?.scores ?? []).map((score) => score ?? Number.NEGATIVE_INFINITY);
          expect(Math.max(...shown)).toBeGreaterThanOrEqual(highest);
        },
      ),
    );
  });
});
