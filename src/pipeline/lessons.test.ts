import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScore } from '../../test/fixtures/happenings.js';
import { LabelRecords } from '../../test/fixtures/label-records.js';
import { type LabelWorld, labelWorld } from '../../test/fixtures/label-world.js';
import { tileMargins } from '../rules/margin.js';
import type { ThresholdPlan } from '../rules/thresholds.js';
import { openDatabase } from '../store/database.js';
import { LessonStore } from '../store/lesson-store.js';
import { MomentStore } from '../store/moment-store.js';
import { SampleStore } from '../store/sample-store.js';
import { createLogger } from '../telemetry/logger.js';
import { Detectors } from './detectors.js';
import { Lessons } from './lessons.js';
import { type RuleBook, teach, type WatchRule } from './rule-book.js';
import { withProbability } from './scoring.js';

let folder: string;
let database: DatabaseSyncInstance;
let store: LessonStore;
let lessons: Lessons;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-lessons-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
  store = new LessonStore(database, createLogger({ level: 'silent' }));
  const [moments, samples] = [new MomentStore(database), new SampleStore(database)];
  lessons = new Lessons({ lessons: store, moments, samples, clock: { nowMs: () => NOW_MS } });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const DAY_MS = 24 * 3_600_000;
const NOW_MS = 100 * DAY_MS;
const RULE: WatchRule = {
  ...{ id: 'thing', name: 'Thing', when: ['a thing'], not: [], cameras: null, severity: 'info' },
  ...{ tiles: { layout: { kind: 'full' }, region: null }, active: null, threshold: null, budget: null },
  timing: {
    ...{ confirm: { k: 1, n: 1 }, hysteresis: 0.5, forMs: 0, clearForMs: 10_000, cooldownMs: 60_000 },
    remindEveryMs: null,
  },
  calibrate: { warmupMs: 48 * 3_600_000, minMs: 6 * 3_600_000, adapt: true },
};
const CALIBRATED: ThresholdPlan = { kind: 'calibrated', budgetPerDay: 1 };
const FIXED: ThresholdPlan = { kind: 'fixed', value: 4 };

function bookOf(
  { set }: LabelWorld,
  {
    plan = FIXED,
    modelHash = 'abc',
    when = RULE.when,
  }: { plan?: ThresholdPlan; modelHash?: string; when?: readonly string[] } = {},
): RuleBook {
  const words = { rules: [{ ...RULE, when }], set, plans: new Map([['thing', plan]]) };
  return teach(words, { lessons: store, modelHash });
}

const marginIn = (world: LabelWorld) => (vector: Float32Array) => tileMargins(vector, world.set)[0]!;

/** What a week of watching and reviewing leaves behind. */
function record(
  world: LabelWorld,
  { book = bookOf(world), confirmed = 30, wrong = 60, startMs = NOW_MS - 2 * DAY_MS } = {},
): void {
  const { scoring } = book.taught.get('thing')!;
  const records = new LabelRecords(database, {
    ruleId: 'thing',
    modelHash: book.modelHash,
    scoring,
    startMs,
  });
  const score = marginIn(world);
  records.samples(world.quiet(150));
  records.moments(world.things(confirmed), { verdict: 'true', score });
  records.moments(world.lookalikes(wrong), { verdict: 'false', score });
}

describe('Lessons', () => {
  it('say how many labels are missing', () => {
    const world = labelWorld(1);
    const book = bookOf(world);
    record(world, { book, confirmed: 3, wrong: 2 });
    const { proposal, contents } = lessons.propose('thing', book)!;
    expect(proposal.labels).toEqual({ confirmed: 3, wrong: 2, unsure: 0, quiet: 150 });
    expect(proposal.probe).toMatchObject({ state: 'none', missing: { confirmed: 5, others: 0 } });
    expect(proposal.probability).toMatchObject({ state: 'none', missing: { confirmed: 2, wrong: 18 } });
    expect([proposal.whatIf, contents]).toEqual([null, { probe: null, probability: null }]);
    expect(lessons.apply({ proposal, contents })).toBeNull();
    expect(lessons.undo('thing', book)).toBeNull();
    expect(lessons.propose('nothing', book)).toBeNull();
  });

  it('offer a probe that is better, apply it and take it back', () => {
    const world = labelWorld(1);
    const book = bookOf(world);
    record(world, { book });
    const offer = lessons.propose('thing', book)!;
    const { probe, probability, whatIf } = offer.proposal;
    expect(probe.state).toBe('offered');
    expect(probe.comparison!.gain).toBeGreaterThan(0.02);
    expect(probability.state).toBe('offered');
    expect(whatIf!.moments).toBe(90);
    expect(whatIf!.better).toBeGreaterThan(whatIf!.worse);
    expect(lessons.apply(offer)).toEqual({ version: 1, kind: 'probe', active: 1 });

    const taught = bookOf(world);
    expect(taught.set.rules[0]!.probe!.weights).toHaveLength(64);
    expect(taught.taught.get('thing')!.scoring).not.toBe(book.taught.get('thing')!.scoring);
    const after = lessons.propose('thing', taught)!.proposal;
    expect(after.probe).toMatchObject({ state: 'in-force', version: 1 });
    // All reviews are of scores without the probe.
    expect(after.probability).toMatchObject({ state: 'none', labels: { confirmed: 0, wrong: 0 } });

    expect(lessons.undo('thing', taught)).toEqual({ version: 1, kind: 'probe', active: null });
    expect(bookOf(world).set).toEqual(book.set);
    expect(bookOf(world).taught).toEqual(book.taught);
  });

  it('compare at the same number of moments that were not judged true', () => {
    const world = labelWorld(2);
    for (const plan of [FIXED, CALIBRATED]) {
      database.exec('DELETE FROM moments; DELETE FROM samples');
      const book = bookOf(world, { plan });
      record(world, { book });
      const { whatIf } = lessons.propose('thing', book)!.proposal;
      const falseOnes = (list: { verdict: unknown }[]) =>
        list.filter(({ verdict }) => verdict !== 'true').length;
      expect(falseOnes(whatIf!.gained)).toBe(falseOnes(whatIf!.lost));
      expect(whatIf!.atFixed === null).toBe(plan.kind === 'calibrated');
      expect(whatIf!.thresholds[0]!.cameraId).toBe(plan.kind === 'fixed' ? null : 'yard');
      expect(whatIf!.kept + whatIf!.neither + whatIf!.gained.length + whatIf!.lost.length).toBe(90);
    }
  });

  it('look back as far as asked, and learn from all there is', () => {
    const world = labelWorld(1);
    record(world, { startMs: NOW_MS - 30 * DAY_MS });
    const week = lessons.propose('thing', bookOf(world))!.proposal;
    expect([week.labels.confirmed, week.whatIf!.moments]).toEqual([30, 0]);
    const month = lessons.propose('thing', bookOf(world), { days: 31 })!.proposal;
    expect(month.whatIf!.moments).toBe(90);
  });

  it('give a probability, for scores as they are made now', () => {
    const world = labelWorld(1);
    record(world, { confirmed: 6, wrong: 25 });
    const book = bookOf(world);
    expect(withProbability(makeScore({ ruleId: 'thing', score: 9 }), book).probability).toBeUndefined();
    expect(lessons.change('thing', book, { action: 'apply', kind: 'probability' })).toEqual({
      ...{ version: 1, kind: 'probability', active: 1 },
    });
    const taught = bookOf(world);
    const [low, high] = [-20, 20].map((score) =>
      withProbability(makeScore({ ruleId: 'thing', score }), taught),
    );
    expect(high!.probability!).toBeGreaterThan(low!.probability!);
    expect(
      withProbability(makeScore({ ruleId: 'thing', score: Number.NaN }), taught).probability,
    ).toBeUndefined();
    expect(lessons.propose('thing', taught)!.proposal.probability.state).toBe('in-force');
    const otherWords = bookOf(world, { when: ['another thing'] });
    const calibrated = bookOf(world, { plan: CALIBRATED });
    for (const book of [otherWords, calibrated]) expect(book.taught.get('thing')!.probability).toBeNull();
    expect(lessons.change('thing', taught, { action: 'undo' })).toMatchObject({ version: 1, active: null });
  });

  it('belong to a model and to words, and are there again when these are', () => {
    const world = labelWorld(1);
    record(world);
    lessons.change('thing', bookOf(world), { action: 'apply' });
    const other = bookOf(world, { modelHash: 'other' });
    expect(other.taught.get('thing')!.probe).toBeNull();
    expect(lessons.propose('thing', other)!.proposal.labels).toEqual({
      ...{ confirmed: 0, wrong: 0, unsure: 0, quiet: 0 },
    });
    expect(bookOf(world, { when: ['another thing'] }).taught.get('thing')!.probe).toBeNull();
    expect(bookOf(world).taught.get('thing')!.probe!.version).toBe(1);
  });

  it('do not offer a probe that is no better', () => {
    const world = labelWorld(1);
    const { scoring } = bookOf(world).taught.get('thing')!;
    const about = { ruleId: 'thing', modelHash: 'abc', scoring, startMs: NOW_MS - 2 * DAY_MS };
    const records = new LabelRecords(database, about);
    records.samples(world.quiet(100));
    records.moments(world.quiet(12), { verdict: 'true' });
    records.moments(world.quiet(30), { verdict: 'false' });
    const { probe, whatIf } = lessons.propose('thing', bookOf(world))!.proposal;
    expect(probe).toMatchObject({ state: 'none', reason: expect.stringContaining('not clearly better') });
    expect(whatIf).toBeNull();
    expect(lessons.change('thing', bookOf(world), { action: 'apply', kind: 'probe' })).toBeNull();
  });

  it('count an event and its peak once', () => {
    const world = labelWorld(1);
    const about = { ruleId: 'thing', modelHash: 'abc', scoring: 's', startMs: NOW_MS - DAY_MS };
    const records = new LabelRecords(database, about);
    const atMs = NOW_MS - DAY_MS;
    records.moments(world.things(1), { verdict: 'true', atMs });
    records.moments(world.things(1), { verdict: null, kind: 'peak', peak: 1, atMs: atMs + 5_000 });
    records.moments(world.things(1), { verdict: null, atMs: atMs + DAY_MS / 2 });
    records.moments(world.things(1), {
      verdict: 'true',
      kind: 'peak',
      peak: 2,
      atMs: atMs + DAY_MS / 2 + 5_000,
    });
    records.moments(world.things(1), { verdict: 'false', kind: 'peak', peak: 3, atMs: atMs + 10_000 });
    const { labels } = lessons.propose('thing', bookOf(world))!.proposal;
    expect(labels).toMatchObject({ confirmed: 2, wrong: 1 });
  });

  it('end an event whose scores are made otherwise from now on', () => {
    const world = labelWorld(1);
    record(world);
    const detectors = new Detectors(null);
    const book = bookOf(world);
    detectors.adopt(book);
    const [start] = detectors.step([makeScore({ ruleId: 'thing', score: 9, probability: 0.5 })]);
    expect(start!.transition).toMatchObject({ phase: 'start', probability: 0.5 });
    expect(detectors.adopt({ ...book })).toEqual([]);
    lessons.change('thing', book, { action: 'apply' });
    expect(detectors.adopt(bookOf(world)).map(({ transition }) => transition.phase)).toEqual(['end']);
  });
});
