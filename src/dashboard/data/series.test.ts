import { describe, expect, it } from 'vitest';
import { HISTORY_MS, ScoreSeries } from './series.js';

const point = (atMs: number, score = 1) => ({ atMs, score, threshold: 4 });

describe('ScoreSeries', () => {
  it('keeps what its line shows, and little more', () => {
    const series = new ScoreSeries();
    for (let atMs = 0; atMs <= 10 * HISTORY_MS; atMs += 1_000) series.add(point(atMs, atMs));
    expect(series.atMs.at(-1)).toBe(10 * HISTORY_MS);
    expect(series.atMs[0]).toBeLessThanOrEqual(9 * HISTORY_MS);
    expect(series.atMs.length).toBeLessThan(HISTORY_MS / 1_000 + 110);
    expect(series.scores).toEqual(series.atMs);
  });

  it('shows a gap where the camera saw nothing', () => {
    const series = new ScoreSeries();
    series.addGap();
    series.add(point(1_000));
    series.addGap();
    series.addGap();
    expect(series.newest.value).toBe(null);
    series.add(point(9_000, 2));
    expect(series.scores).toEqual([1, null, 2]);
  });

  it('takes the past in front of what came meanwhile, without doubles', () => {
    const series = new ScoreSeries();
    series.add(point(3_000, 3));
    series.addPast([
      [1_000, 1],
      [2_000, 2],
      [3_000, 3],
      [4_000, 4],
    ]);
    expect(series.atMs).toEqual([1_000, 2_000, 3_000]);
  });

  it('begins anew when the clock is set back', () => {
    const series = new ScoreSeries();
    series.add(point(5_000));
    series.add(point(1_000, 7));
    expect([series.atMs, series.scores]).toEqual([[1_000], [7]]);
  });
});
