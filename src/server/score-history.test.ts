import { describe, expect, it } from 'vitest';
import type { Score } from '../rules/score.js';
import { ScoreHistory } from './score-history.js';

function add(history: ScoreHistory, points: [atMs: number, score: number][], ruleId = 'fire'): void {
  for (const [atMs, score] of points)
    history.add({ cameraId: 'yard', ruleId, atMs, score, threshold: 4, thresholdState: 'fixed' } as Score);
}

describe('ScoreHistory', () => {
  it('keeps the highest score of each half second, for five minutes', () => {
    const history = new ScoreHistory();
    add(history, [
      [0, 1],
      [100, 3],
      [200, 2],
      [600, 1],
      [300_400, 5],
    ]);
    expect(history.list({ sinceMs: 0 })).toEqual([
      {
        cameraId: 'yard',
        ruleId: 'fire',
        threshold: 4,
        thresholdState: 'fixed',
        points: [
          [600, 1],
          [300_400, 5],
        ],
      },
    ]);
  });

  it('begins anew when the clock is set back', () => {
    const history = new ScoreHistory();
    add(history, [
      [10_100, 1],
      [10_000, 2],
      [10_600, 3],
    ]);
    expect(history.list({ sinceMs: 0 })[0]!.points).toEqual([
      [10_000, 2],
      [10_600, 3],
    ]);
  });

  it('finds by camera, rule and time, and forgets rules that are gone', () => {
    const history = new ScoreHistory();
    add(history, [
      [0, 1],
      [1_000, 2],
    ]);
    add(history, [[0, 1]], 'smoke');
    expect(history.list({ cameraId: 'yard', ruleId: 'fire', sinceMs: 500 })[0]!.points).toEqual([[1_000, 2]]);
    expect(history.list({ cameraId: 'door', sinceMs: 0 })).toEqual([]);
    history.keepRules(['smoke']);
    expect(history.list({ sinceMs: 0 }).map(({ ruleId }) => ruleId)).toEqual(['smoke']);
  });

  it('keeps in mind that a camera saw nothing', () => {
    const history = new ScoreHistory();
    add(history, [[1000, 1]]);
    history.addGap('gate');
    history.addGap('yard');
    history.addGap('yard');
    add(history, [[1200, 2]]);
    expect(history.list({ sinceMs: 0 })[0]?.points).toEqual([
      [1000, 1],
      [1001, null],
      [1200, 2],
    ]);
  });
});
