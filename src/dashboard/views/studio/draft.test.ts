import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleConfig } from '../../../config/rule-schema.js';
import { daysOf, hoursOf, hoursText, rangesOf, WEEK } from './days.js';
import {
  changedKeys,
  DEFAULTS,
  draftOfQuery,
  idFor,
  isId,
  onTop,
  phrasesOf,
  tryable,
  withFields,
} from './draft.js';
import { type Timing, timingExample, timingOf } from './timing-example.js';

const fire = { id: 'fire', when: ['a fire'] };

describe('a draft', () => {
  it('shows the defaults that the schema has', () => {
    expect(RuleConfig.parse({ ...fire, ...DEFAULTS, active: undefined })).toEqual(RuleConfig.parse(fire));
    const always = RuleConfig.parse({ ...fire, active: { ...DEFAULTS.active } });
    expect(always).toEqual(RuleConfig.parse({ ...fire, active: {} }));
  });

  it('begins with what a link says, and is a valid rule then', () => {
    const query = new URLSearchParams(
      'words=a parcel%0Aa%20%20package&words=a parcel&not=a doormat&camera=door&tile=yard/0.25,0.5,0.25,0.25',
    );
    const draft = draftOfQuery(query);
    expect(draft).toMatchObject({
      ...{ id: 'parcel', when: ['a parcel', 'a package'], not: ['a doormat'], cameras: ['door', 'yard'] },
      tiles: { region: [[0.25, 0.5], [0.5, 0.5], [0.5, 0.75], [0.25, 0.75]] }, // biome-ignore format: corners
    });
    expect(RuleConfig.safeParse(draft).success).toBe(true);
    const outside = draftOfQuery(new URLSearchParams('tile=yard/0.9,0,0.2,1'));
    expect(outside.cameras).toEqual(['yard']);
    expect(outside).not.toHaveProperty('tiles');
    const hostile = draftOfQuery(new URLSearchParams('tile=../x/9,9,9,9&camera=<b>'));
    expect(hostile).toEqual({ id: '', when: [], budget: { false_alarms_per_day: 1 } });
  });

  it('makes ids that can be ids of any words', () => {
    fc.assert(fc.property(fc.string(), (text) => idFor(text) === '' || isId(idFor(text))));
    expect(idFor('Somebody is lying on the ground')).toBe('lying-on-the-ground');
  });

  it('puts what was changed here on top of what was changed elsewhere', () => {
    const base = { ...fire, not: ['a sunset'], for: '5s' };
    const mine = withFields(base, { when: ['a fire', 'flames'], for: undefined });
    const theirs = { ...base, not: ['a lamp'], name: 'Fire' };
    expect(onTop({ base, mine, theirs })).toEqual({
      ...fire,
      ...{ when: ['a fire', 'flames'], not: ['a lamp'], name: 'Fire' },
    });
    expect(changedKeys(base, mine).sort()).toEqual(['for', 'when']);
  });

  it('can be tried before it has an id, and asks for nothing anew for a name', () => {
    expect(tryable({ id: 'Ä', when: 'a fire' })).toEqual({ id: 'draft', when: ['a fire'] });
    expect(tryable({ id: 'x', when: [] })).toBeNull();
    expect(tryable({ ...fire, name: 'Fire', severity: 'info' })).toEqual(tryable(fire));
  });

  it('takes phrases one a line', () => {
    expect(phrasesOf(' a  dog \r\n\n\ta cat')).toEqual(['a dog', 'a cat']);
  });
});

describe('days and hours', () => {
  it('are said as short as can be, and mean the same', () => {
    expect(rangesOf(new Set(['mon', 'tue', 'wed', 'sat']))).toEqual(['mon-wed', 'sat']);
    expect(rangesOf(new Set(['sat', 'sun']))).toEqual(['sat', 'sun']);
    expect(daysOf(['fri-mon'])).toEqual(new Set(['fri', 'sat', 'sun', 'mon']));
    fc.assert(
      fc.property(fc.subarray([...WEEK], { minLength: 1 }), (days) => {
        expect(daysOf(rangesOf(new Set(days)))).toEqual(new Set(days));
        const active = { days: rangesOf(new Set(days)), hours: '20:00-24:00' };
        expect(RuleConfig.parse({ ...fire, active }).active?.days.size).toBe(days.length);
      }),
    );
    for (const hours of ['20:00-24:00', '00:00-24:00', '22:30-06:00'])
      expect(hoursText(hoursOf(hours))).toBe(hours);
  });
});

describe('the example of a timing', () => {
  it('shows one event whatever the timing is, told as late as its fields say', () => {
    const timing = fc
      .record({
        n: fc.integer({ min: 1, max: 60 }),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
        forMs: fc.constantFrom(0, 1_000, 5_000, 3_600_000, 86_400_000),
        hysteresis: fc.constantFrom(0, 0.5, 3, 100),
        clearForMs: fc.constantFrom(0, 500, 1_000, 10_000, 86_400_000),
        cooldownMs: fc.constantFrom(0, 1_000, 2_000, 60_000, 604_800_000),
      })
      .map(({ part, n, ...rest }): Timing => ({ ...rest, n, k: 1 + Math.floor(part * (n - 1)) }));
    fc.assert(
      fc.property(timing, (timing) => {
        const { startedAtMs, toldAtMs, endedAtMs, endToldAtMs, frames } = timingExample(timing);
        expect(toldAtMs - startedAtMs).toBeGreaterThanOrEqual(timing.forMs);
        expect(endedAtMs).toBeGreaterThanOrEqual(toldAtMs);
        expect(endToldAtMs - endedAtMs).toBeGreaterThanOrEqual(timing.clearForMs);
        const opened = frames.filter(
          ({ state }, i) =>
            state === 'active' && !['active', 'clearing'].includes(frames[i - 1]?.state ?? ''),
        );
        expect(opened).toHaveLength(1);
        expect(frames.length).toBeLessThan(500);
      }),
    );
  });

  it('is not drawn of what is no timing', () => {
    expect(timingOf(fire)).toMatchObject({ k: 3, n: 5, forMs: 0, clearForMs: 10_000, cooldownMs: 60_000 });
    expect(timingOf({ ...fire, for: 'soon' })).toBeNull();
    expect(timingOf({ ...fire, confirm: { k: 6, n: 5 } })).toBeNull();
  });
});
