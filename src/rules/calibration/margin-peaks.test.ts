import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleDetector } from '../../detect/rule-detector.js';
import { type KeptPeak, MarginPeaks, type MarginPeaksOptions, type SeenPeak } from './margin-peaks.js';
import { seededRandom } from './random.js';

const OPTIONS: MarginPeaksOptions = {
  ...{ confirm: { k: 1, n: 1 }, forMs: 0, clearForMs: 10_000, cooldownMs: 60_000, maxGapMs: 30_000 },
  ...{ kept: [], peaksBefore: 100 },
};
const THRESHOLD = 5;
const HOUR_MS = 3_600_000;
const TILE = { index: 3, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };

/** One rule on one camera, a frame every two seconds. */
class Watch {
  readonly peaks: MarginPeaks;
  readonly seen: SeenPeak[] = [];
  nowMs = 1_000_000;
  threshold = THRESHOLD;
  watches = true;
  readonly #random = seededRandom(7);

  constructor(options: Partial<MarginPeaksOptions> = {}) {
    this.peaks = new MarginPeaks({ ...OPTIONS, ...options });
  }

  frame(score: number): SeenPeak | null {
    this.nowMs += 2_000;
    const { nowMs: atMs, threshold } = this;
    const seen = this.peaks.observe({ atMs, score, threshold, tile: TILE }, this.watches);
    if (seen) this.seen.push(seen);
    return seen;
  }

  /** What is usual: margins around −3, never above −2. */
  quiet(ms: number): this {
    for (let left = ms; left > 0; left -= 2_000) this.frame(-4 + 2 * this.#random());
    return this;
  }

  /** A happening of these scores, long after the one before. */
  happening(...scores: number[]): SeenPeak[] {
    this.quiet(90_000);
    const before = this.seen.length;
    for (const score of scores) this.frame(score);
    return this.seen.slice(before);
  }

  /** Scores of the highest. */
  get scores(): number[] {
    return this.peaks.highest().map(({ score }) => score);
  }
}

/** One that knows what is usual, and has no peaks of that. */
function settled(options: Partial<MarginPeaksOptions> = {}): Watch {
  const watch = new Watch(options).quiet(2 * HOUR_MS);
  // What is highest of the usual is a peak as well.
  for (let i = 0; i < 20; i++) watch.happening(0);
  watch.seen.length = 0;
  return watch;
}

describe('MarginPeaks', () => {
  it('tells of every frame that is the highest yet of a peak, under one number, with its rank', () => {
    const watch = settled();
    const told = watch.happening(2, 1, 3);
    expect(told).toMatchObject([
      { score: 2, rank: 1, atMs: watch.nowMs - 4_000 },
      { score: 3, rank: 1, atMs: watch.nowMs },
    ]);
    expect(told[1]!.peak).toBe(told[0]!.peak);
    const lower = watch.happening(2.5);
    expect(lower).toMatchObject([{ score: 2.5, rank: 2 }]);
    expect(lower[0]!.peak).toBeGreaterThan(told[0]!.peak);
    expect(told[0]!.peak).toBeGreaterThan(OPTIONS.peaksBefore);
    expect(watch.scores.slice(0, 3)).toEqual([3, 2.5, 0]);
  });

  it('keeps the twenty highest, and tells of none that is lower', () => {
    const watch = settled();
    const scores = Array.from({ length: 40 }, (_, i) => 1 + ((i * 7) % 40) / 20);
    for (const score of scores) watch.happening(score);
    const highest = [...scores].sort((a, b) => b - a).slice(0, 20);
    expect(watch.scores).toEqual(highest);
    expect(watch.happening(1)).toEqual([]);
    expect(watch.scores).toEqual(highest);
  });

  it('takes no event for a near miss, and takes back what it has told of its beginning', () => {
    const watch = settled();
    expect(watch.happening(6, 4, 3)).toEqual([]);
    const [rising, over, ...more] = watch.happening(3, 5, 7, 4);
    expect(rising).toMatchObject({ score: 3, rank: 1 });
    expect(over).toMatchObject({ peak: rising!.peak, score: 5, rank: null });
    expect(more).toEqual([]);
    expect(watch.scores[0]).toBe(0);
  });

  it('leaves room for near misses, however many events there are', () => {
    const watch = settled();
    for (let i = 0; i < 100; i++) watch.happening(8, 9);
    // Even where nearly everything is one.
    for (let i = 0; i < 2_000; i++) watch.frame(6);
    expect(watch.happening(2)).toMatchObject([{ rank: 1 }]);
    expect(watch.scores.slice(0, 2)).toEqual([2, 0]);
  });

  it('counts what the detector would count: k of n, and `for`', () => {
    const twice = settled({ confirm: { k: 2, n: 3 } });
    const frames = twice.happening(9, -3, -3, 9, -3, -3, 4, 6);
    expect(frames.at(-1)).toMatchObject({ score: 4, rank: 1, atMs: twice.nowMs });
    expect(twice.scores[0]).toBe(4);
    const lasting = settled({ forMs: 6_000 });
    expect(lasting.happening(4, 4, 4)).toEqual([]);
    expect(lasting.frame(3)).toMatchObject({ score: 3, rank: 1 });
  });

  it('sees none outside active hours and while the rule is muted, and confirms nothing across that or a gap', () => {
    const watch = settled({ confirm: { k: 2, n: 2 } });
    watch.watches = false;
    expect(watch.happening(4, 4, 4)).toEqual([]);
    watch.frame(4);
    watch.watches = true;
    expect(watch.frame(4)).toBeNull();
    watch.nowMs += 60_000;
    expect(watch.frame(4)).toBeNull();
    expect(watch.frame(4)).toMatchObject({ score: 4, rank: 1 });
    expect(watch.frame(Number.NaN)).toBeNull();
    expect(watch.scores[0]).toBe(4);
  });

  it('waits until it knows what is usual, and finds nothing in a picture that stands still', () => {
    const fresh = new Watch();
    for (const score of [4, 1, 3]) expect(fresh.happening(score)).toEqual([]);
    const still = new Watch();
    for (let i = 0; i < 20_000; i++) still.frame(1.23);
    expect(still.seen).toEqual([]);
    expect(still.frame(2)).toMatchObject({ rank: 1 });
  });

  it('calls nothing near that speaks for nothing, however rare it is', () => {
    const rare = (threshold: number, score: number) => {
      const watch = new Watch();
      watch.threshold = threshold;
      for (let i = 0; i < 2_000; i++) watch.frame(-9 + (i % 10) / 10);
      watch.seen.length = 0;
      return watch.frame(score);
    };
    expect(rare(THRESHOLD, -2.5)).toBeNull();
    expect(rare(THRESHOLD, -1.5)).toMatchObject({ score: -1.5, rank: 1 });
    // Where the threshold itself is as low, what is near it is near.
    expect(rare(-1, -2.5)).toMatchObject({ score: -2.5, rank: 1 });
    expect(rare(-1, -3.5)).toBeNull();
  });

  it('finds out anew what is usual when the scene is another one, and keeps the peaks', () => {
    const watch = settled();
    watch.happening(3);
    watch.peaks.startAgain();
    // Where all is a little higher from now on.
    for (let i = 0; i < 1_000; i++) watch.frame(1 + (i % 10) / 100);
    watch.seen.length = 0;
    for (let i = 0; i < 1_000; i++) watch.frame(1 + (i % 10) / 100);
    expect(watch.seen.length).toBeLessThan(2);
    expect(watch.frame(2)).toMatchObject({ rank: 2 });
    expect(watch.scores[0]).toBe(3);
  });

  it('goes on with the peaks of an earlier start, and is not flooded by what is usual', () => {
    const before = settled();
    for (let i = 0; i < 25; i++) before.happening(1 + i / 10);
    const kept = before.peaks.highest();
    const again = new Watch({ kept, peaksBefore: 500 });
    again.nowMs = before.nowMs;
    expect(again.peaks.highest()).toEqual(kept);
    expect(again.happening(1, 1.2)).toEqual([]);
    expect(again.happening(9)).toEqual([]);
    again.quiet(HOUR_MS);
    expect(again.happening(1.4)).toEqual([]);
    expect(again.seen).toEqual([]);
    // What is among the highest is noticed from the first frame on.
    const soon = new Watch({ kept, peaksBefore: 500 });
    expect(soon.frame(3)).toMatchObject({ peak: 501, rank: 6 });
    expect(soon.peaks.highest()).toHaveLength(20);
  });

  it('forgets peaks after two weeks, and those that another threshold would have made events', () => {
    const watch = settled();
    watch.happening(4);
    watch.happening(3);
    watch.quiet(HOUR_MS);
    watch.threshold = 3.5;
    watch.frame(-3);
    expect(watch.scores[0]).toBe(3);
    expect(watch.happening(3.8)).toEqual([]);
    watch.quiet(HOUR_MS);
    expect(watch.happening(3.2)).toMatchObject([{ rank: 1 }]);
    watch.quiet(HOUR_MS).nowMs += 14 * 24 * HOUR_MS;
    watch.quiet(2 * HOUR_MS);
    const first = watch.scores.filter((score) => score >= 0);
    expect(first).toEqual([]);
  });

  it('lists what the detector would have raised at a lower threshold, and nothing that it raises', () => {
    // Within one cluster's reach.
    const scores = fc.array(
      fc.oneof({ weight: 3, arbitrary: fc.constant(-3) }, fc.integer({ min: -3, max: 8 })),
      { minLength: 1, maxLength: 30 },
    );
    const timing = fc.record({
      confirm: fc.constantFrom({ k: 1, n: 1 }, { k: 2, n: 3 }, { k: 3, n: 5 }),
      forMs: fc.constantFrom(0, 4_000),
    });
    // The level is 0 then.
    const kept: KeptPeak[] = [{ peak: 1, score: 0, atMs: 0 }];
    fc.assert(
      fc.property(scores, timing, (all, when) => {
        const raises = (threshold: number) => raisesEvent(all, { ...when, threshold });
        const peaks = new MarginPeaks({ ...OPTIONS, ...when, kept });
        for (const [i, score] of all.entries())
          peaks.observe({ atMs: i * 2_000, score, threshold: THRESHOLD, tile: TILE }, true);
        const listed = peaks.highest().filter(({ peak }) => peak !== 1);
        if (raises(THRESHOLD) || !raises(0)) {
          expect(listed).toEqual([]);
          return;
        }
        expect(listed).toHaveLength(1);
        const [{ score }] = listed as [KeptPeak];
        expect([score, raises(score), raises(score + 0.5)]).toEqual([score, true, false]);
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether the detector starts an event. */
function raisesEvent(
  scores: readonly number[],
  when: Pick<MarginPeaksOptions, 'confirm' | 'forMs'> & { threshold: number },
): boolean {
  const { clearForMs, cooldownMs, maxGapMs } = OPTIONS;
  const { threshold, confirm, forMs } = when;
  const detector = new RuleDetector({
    ...{ confirm, forMs, hysteresis: 0, clearForMs, cooldownMs, maxGapMs, remindEveryMs: null },
    newId: () => 'id',
  });
  return scores.some((score, i) => {
    const seen = { atMs: i * 2_000, ptsMs: 0, score, threshold, tile: TILE, active: true };
    const transition = detector.step({ ...seen, thresholdState: 'fixed', expectedFalseAlarmsPerDay: null });
    return transition?.phase === 'start';
  });
}
