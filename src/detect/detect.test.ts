import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActiveHours, isActive } from './active-hours.js';
import { type DetectorOptions, type Observation, RuleDetector, type Transition } from './rule-detector.js';

const tile = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };
const FIXED = { thresholdState: 'fixed', expectedFalseAlarmsPerDay: null } as const;

function detector(options: Partial<DetectorOptions> = {}): RuleDetector {
  let ids = 0;
  return new RuleDetector({
    confirm: { k: 3, n: 5 },
    hysteresis: 0.5,
    forMs: 0,
    clearForMs: 3_000,
    cooldownMs: 10_000,
    remindEveryMs: null,
    maxGapMs: 30_000,
    newId: () => `event-${++ids}`,
    ...options,
  });
}

/** One frame a second: `#` far above the threshold, `~` in the hysteresis band, `.` below it. */
function play(
  rule: RuleDetector,
  frames: string,
  change: (o: Observation, i: number) => void = () => {},
): string[] {
  const out: string[] = [];
  [...frames].forEach((symbol, second) => {
    const score = { '#': 5, '~': 0.8, '.': -3, '?': Number.NaN }[symbol]!;
    const seen: Observation = {
      atMs: second * 1000,
      ptsMs: second * 1000,
      score,
      threshold: 1,
      ...FIXED,
      tile,
      active: true,
    };
    change(seen, second);
    const step = rule.step(seen);
    if (step)
      out.push(
        `${second} ${step.phase} ${step.startedAtMs / 1000}${step.endedAtMs === undefined ? '' : `-${step.endedAtMs / 1000}`}`,
      );
  });
  return out;
}

describe('RuleDetector', () => {
  it('starts after k hits among n frames, dated at the first of them, and ends after clear_for', () => {
    expect(play(detector(), '..#.##.....')).toEqual(['5 start 2', '8 end 2-5']);
  });

  describe('while nothing can be seen', () => {
    const START = '###';
    /** One moment a second: a frame as in {@link play}, `-` unseen for a moment, `B` unseen for long. */
    function live(moments: string, options: Partial<DetectorOptions> = {}): string[] {
      const rule = detector(options);
      return [...moments].flatMap((symbol, second) => {
        const atMs = second * 1000;
        const seen = { atMs, ptsMs: atMs, score: symbol === '#' ? 5 : -3, threshold: 1, ...FIXED, tile };
        const step = /[#.]/.test(symbol)
          ? rule.step({ ...seen, active: true })
          : rule.unseen({ atMs, blindSinceMs: symbol === 'B' ? 4_000 : null });
        if (!step) return [];
        const { phase, endedAtMs, blindSinceMs, id } = step;
        return `${second} ${phase} ${id} ${endedAtMs === undefined ? '' : `seen till ${endedAtMs / 1000}`}${blindSinceMs === undefined ? '' : 'blind'}`.trim();
      });
    }

    it.each([
      [
        'stays open, says so once, and goes on',
        `${START}.---BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB###`,
        ['2 start event-1', '7 update event-1 blind', '47 update event-1'],
      ],
      [
        'or ends some time after that, not at once',
        `${START}..-----BBBBBBB.....`,
        ['2 start event-1', '10 update event-1 blind', '17 update event-1', '19 end event-1 seen till 2'],
      ],
      ['is not ended by a moment', `${START}..-----.#`, ['2 start event-1']],
      ['begins no event', '--BBBB..--BBB', []],
      ['and what was seen before confirms nothing after a long time', `##${'B'.repeat(40)}#.......`, []],
      ['does not remind of it', `${START}${'B'.repeat(30)}`, ['2 start event-1', '3 update event-1 blind']],
    ])('an event %s', (_, moments, expected) => {
      expect(live(moments, { remindEveryMs: 10_000 })).toEqual(expected);
    });

    it('says at its end that the camera was blind when it was closed', () => {
      const rule = detector();
      play(rule, START);
      rule.unseen({ atMs: 5_000, blindSinceMs: 3_000 });
      expect(rule.close()).toMatchObject({
        phase: 'end',
        blindSinceMs: 3_000,
        endedAtMs: 2_000,
        atMs: 5_000,
      });
    });
  });

  it('raises nothing for fewer hits', () => {
    expect(play(detector(), '#...#....#...##....')).toEqual([]);
  });

  it('stays open in the hysteresis band, but does not start there', () => {
    expect(play(detector(), '~~~~~~###~~~~~~~~....')).toEqual(['8 start 6', '19 end 6-16']);
  });

  it('waits until a state has lasted `for`', () => {
    expect(play(detector({ forMs: 6_000 }), '.####...........')).toEqual([]);
    expect(play(detector({ forMs: 6_000 }), '.##########')).toEqual(['7 start 1']);
  });

  it('does not start again during the cooldown, but afterwards', () => {
    expect(play(detector(), '###...#################')).toEqual(['2 start 0', '5 end 0-2', '17 start 15']);
  });

  it('reminds while an event lasts', () => {
    expect(play(detector({ remindEveryMs: 4_000 }), '############')).toEqual([
      '2 start 0',
      '6 update 0',
      '10 update 0',
    ]);
  });

  it('ends with the active hours, and starts with them', () => {
    const inHours = (seen: Observation, second: number) => {
      seen.active = second >= 4 && second < 9;
    };
    expect(play(detector(), '############', inHours)).toEqual(['6 start 4', '9 end 4-8']);
  });

  it('ignores NaN', () => {
    expect(play(detector(), '#?#?#????????#??.??.??.??.')).toEqual(['4 start 0', '16 end 0-13']);
  });

  it('does not join hits across a gap in the footage', () => {
    const gap = (seen: Observation, second: number) => {
      if (second >= 2) seen.atMs += 60_000;
    };
    expect(play(detector(), '##....', gap)).toEqual([]);
    expect(play(detector(), '#####', gap)).toEqual(['4 start 62']);
  });

  it('lets an event’s own time go on when the wall clock jumps back, and believes the clock again after it', () => {
    const jump = (seen: Observation, second: number) => {
      if (second >= 5) seen.atMs -= 3_600_000;
    };
    const played = play(detector(), '####.....................###', jump);
    expect(played).toEqual(['2 start 0', '7 end 0-3', '27 start -3575']);
  });

  it('never has two starts without an end, reuses an id or runs backwards, whatever scores and clocks do', () => {
    const frame = fc.record({
      score: fc.oneof(fc.double(), fc.constantFrom(-5, 0.8, 1, 5)),
      deltaMs: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: -10_000_000, max: 10_000_000 })),
      threshold: fc.constantFrom(0, 1, 2),
      active: fc.boolean(),
      unseen: fc.constantFrom(null, null, null, 'moment', 'blind'),
    });
    const timing = fc.record({
      forMs: fc.constantFrom(0, 1500),
      clearForMs: fc.constantFrom(0, 2000),
      cooldownMs: fc.constantFrom(0, 5000),
      remindEveryMs: fc.constantFrom(null, 1000),
      confirm: fc.constantFrom({ k: 1, n: 1 }, { k: 2, n: 3 }, { k: 3, n: 5 }),
    });
    fc.assert(
      fc.property(timing, fc.array(frame, { maxLength: 200 }), (options, frames) => {
        const rule = detector(options);
        const steps: Transition[] = [];
        let atMs = 1_000_000_000_000;
        for (const { deltaMs, unseen, ...seen } of frames) {
          atMs += deltaMs;
          const step = unseen
            ? rule.unseen({ atMs, blindSinceMs: unseen === 'blind' ? atMs : null })
            : rule.step({ ...seen, atMs, ptsMs: atMs, tile, ...FIXED });
          if (step) steps.push(step);
        }
        const ids = new Set<string>();
        let open: string | null = null;
        let lastMs = Number.NEGATIVE_INFINITY;
        for (const step of steps) {
          expect(step.startedAtMs).toBeLessThanOrEqual(step.atMs);
          if (step.phase !== 'start') expect(step.atMs).toBeGreaterThanOrEqual(lastMs);
          lastMs = step.atMs;
          if (step.phase === 'start') {
            expect(open).toBeNull();
            expect(ids.has(step.id)).toBe(false);
            ids.add(step.id);
            open = step.id;
          } else {
            expect(step.id).toBe(open);
          }
          if (step.phase === 'end') {
            expect(step.endedAtMs).toBeGreaterThanOrEqual(step.startedAtMs);
            expect(step.endedAtMs).toBeLessThanOrEqual(step.atMs);
            open = null;
          }
        }
        expect(rule.openEventId).toBe(open);
      }),
      { numRuns: 500 },
    );
  });
});

describe('isActive', () => {
  const hours = (days: number[], from: string, to: string): ActiveHours => {
    const minute = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
    return { days: new Set(days), fromMinute: minute(from), toMinute: minute(to) };
  };
  const weekdayNights = hours([1, 2, 3, 4, 5], '20:00', '06:00');
  it.each([
    ['Friday evening', '2026-01-09T19:30:00Z', true], // 20:30 in Berlin
    ['Saturday before six belongs to Friday', '2026-01-10T03:00:00Z', true],
    ['Saturday evening', '2026-01-10T20:00:00Z', false],
    ['Monday before six belongs to Sunday', '2026-01-12T03:00:00Z', false],
    ['at noon', '2026-01-09T11:00:00Z', false],
    ['the last minute', '2026-01-10T04:59:00Z', true],
    ['the end itself', '2026-01-10T05:00:00Z', false],
  ])('nights that begin Monday to Friday, Berlin: %s', (_, at, expected) => {
    expect(isActive(weekdayNights, Date.parse(at), 'Europe/Berlin')).toBe(expected);
  });

  it('follows daylight saving', () => {
    const morning = hours([0], '08:00', '09:00');
    expect(isActive(morning, Date.parse('2026-03-22T07:30:00Z'), 'Europe/Berlin')).toBe(true); // winter: UTC+1
    expect(isActive(morning, Date.parse('2026-03-29T07:30:00Z'), 'Europe/Berlin')).toBe(false); // summer: 09:30
    expect(isActive(morning, Date.parse('2026-03-29T06:30:00Z'), 'Europe/Berlin')).toBe(true);
  });

  it('from = to is the whole day, counted from there', () => {
    expect(isActive(hours([3], '00:00', '00:00'), Date.parse('2026-01-07T23:59:00Z'), 'UTC')).toBe(true);
    expect(isActive(hours([3], '00:00', '00:00'), Date.parse('2026-01-08T00:00:00Z'), 'UTC')).toBe(false);
  });

  it('is always on without hours', () => expect(isActive(null, 0, 'UTC')).toBe(true));
});
