import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RuleCalibrationOptions } from '../rules/calibration/rule-calibration.js';
import { CalibrationStore } from '../store/calibration-store.js';
import { openDatabase } from '../store/database.js';
import { MomentStore } from '../store/moment-store.js';
import { createLogger } from '../telemetry/logger.js';
import { CalibrationKeeper, type LiveCalibration } from './calibration-keeper.js';
import { calibrationRows } from './calibration-rows.js';
import { summariesOf } from './calibration-summary.js';
import { Reviews } from './reviews.js';
import type { RuleBook } from './rule-book.js';

let folder: string;
let database: DatabaseSyncInstance;
let store: CalibrationStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-keeper-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
  store = new CalibrationStore(database);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const ID = { cameraId: 'yard', ruleId: 'fire', key: 'k' };
const OPTIONS: RuleCalibrationOptions = {
  ...{ tiles: 2, budgetPerDay: 1, confirm: { k: 1, n: 1 }, forMs: 0, clearForMs: 10_000 },
  ...{ cooldownMs: 60_000, maxGapMs: 30_000, minMs: 6 * 3_600_000, warmupMs: 48 * 3_600_000, adapt: true },
};

function keeper(options: Partial<ConstructorParameters<typeof CalibrationKeeper>[0]> = {}) {
  return new CalibrationKeeper({
    ...{ store, modelHash: () => 'abc', logger: createLogger({ level: 'silent' }) },
    ...options,
  });
}

/** Ten minutes of a quiet second tile and a lively first one, with a peak every two minutes. */
function watch(calibrations: CalibrationKeeper, live: LiveCalibration, fromS = 0): void {
  for (let second = fromS; second < fromS + 600; second++) {
    const wave = 0.5 + 0.3 * Math.sin(second * 2.399) + (second % 120 === 100 ? 4 : 0);
    const margins = Float32Array.of(wave, 0.1);
    live.calibration.observe({ atMs: second * 1000, margins, regime: 'day' });
  }
  calibrations.touch(live);
}

describe('CalibrationKeeper', () => {
  it('holds another budget, also when the camera shows another scene', () => {
    const calibrations = keeper();
    const live = calibrations.open(ID, OPTIONS);
    calibrations.setBudget(live, 24);
    calibrations.startAgain(live);
    expect(live.calibration.budgetPerDay).toBe(24);
    calibrations[Symbol.dispose]();
    expect(keeper().find(ID)!.calibration.budgetPerDay).toBe(24);
  });

  it('goes on after a restart where it was', () => {
    const first = keeper();
    const before = first.open(ID, OPTIONS);
    watch(first, before);
    first[Symbol.dispose]();
    const second = keeper();
    const after = second.open(ID, OPTIONS);
    expect(after.calibration.threshold).toBe(before.calibration.threshold);
    expect(JSON.stringify(after.calibration)).toBe(JSON.stringify(before.calibration));
    watch(second, after, 600);
    watch(first, before, 600);
    expect(JSON.stringify(after.calibration)).toBe(JSON.stringify(before.calibration));
  });

  it('takes over what another program has written, instead of writing over it', () => {
    const service = keeper();
    const live = service.open(ID, OPTIONS);
    watch(service, live);
    service.write();
    const other = keeper();
    const theirs = other.open(ID, OPTIONS);
    watch(other, theirs, 600);
    other.write();
    watch(service, live, 600);
    watch(service, live, 1200);
    service.write();
    expect(live.calibration.report().observedHours).toBeCloseTo(theirs.calibration.report().observedHours, 6);
    watch(service, live, 1200);
    service.write();
    expect(store.read(ID)!.revision).toBe(3);
  });

  it('sets an unreadable state aside and starts again', () => {
    store.write({ ...ID, modelHash: 'abc', revision: 0, updatedAtMs: 1, state: '{"version":1,"options"' });
    const calibrations = keeper();
    const live = calibrations.open(ID, OPTIONS);
    expect(live.calibration.report().observedHours).toBe(0);
    watch(calibrations, live);
    calibrations.write();
    const kept = store.ofPair(ID);
    expect(kept.map(({ key }) => key.replace(/\d+$/, ''))).toEqual(['k', 'k-unreadable-']);
  });

  it('keeps what it could not write and writes it when the disk is back', () => {
    const calibrations = keeper();
    const live = calibrations.open(ID, OPTIONS);
    watch(calibrations, live);
    database.exec('PRAGMA query_only = ON');
    calibrations.write();
    database.exec('PRAGMA query_only = OFF');
    expect(store.read(ID)).toBeNull();
    calibrations.write();
    expect(store.read(ID)).not.toBeNull();
  });

  it('never counts a peak by a number that an earlier calibration of the same id used', () => {
    const clock = { time: 1_000_000, nowMs: () => clock.time };
    const calibrations = keeper({ clock });
    const live = calibrations.open(ID, OPTIONS);
    const numbers = () => live.calibration.report().peaks.map(({ id }) => id);
    watch(calibrations, live);
    const before = numbers();
    expect(before.length).toBeGreaterThan(2);
    clock.time += 600_000;
    calibrations.startAgain(live);
    watch(calibrations, live);
    expect(numbers()).toHaveLength(before.length);
    expect(numbers().filter((number) => before.includes(number))).toEqual([]);
  });

  it('writes a state the less often the more it knows, and what matters within a minute', () => {
    vi.useFakeTimers();
    try {
      const calibrations = keeper({ clock: { nowMs: () => Date.now() } });
      const live = calibrations.open(ID, OPTIONS);
      const seconds = (count: number) => {
        watch(calibrations, live, watched);
        watched += 600;
        vi.advanceTimersByTime(count * 1000);
        return store.read(ID)?.revision ?? 0;
      };
      let watched = 0;
      expect(seconds(60)).toBe(1);
      // Ten hours: one hundredth are six minutes.
      for (const untilS = watched + 36_000; watched < untilS; watched += 600)
        watch(calibrations, live, watched);
      const before = seconds(420);
      expect(seconds(120)).toBe(before);
      calibrations.touch(live, { soon: true });
      expect(seconds(60)).toBe(before + 1);
      expect(seconds(60)).toBe(before + 1);
      expect(seconds(360)).toBe(before + 2);
      // Another program's work is taken over within a minute.
      const other = keeper();
      other.touch(other.open(ID, OPTIONS));
      other.write();
      expect(seconds(60)).toBe(before + 3);
      expect(live.calibration.observedMs).toBe(other.open(ID, OPTIONS).calibration.observedMs);
      calibrations[Symbol.dispose]();
    } finally {
      vi.useRealTimers();
    }
  });

  it('changes nothing in a store that it only reads', () => {
    const calibrations = keeper({ readOnly: true });
    watch(calibrations, calibrations.open(ID, OPTIONS));
    calibrations[Symbol.dispose]();
    expect(store.list()).toEqual([]);
  });

  it('lives without a store', () => {
    const calibrations = keeper({ store: null });
    const live = calibrations.open(ID, OPTIONS);
    watch(calibrations, live);
    calibrations.write();
    expect(calibrations.open(ID, OPTIONS)).toBe(live);
  });
});

describe('Reviews', () => {
  const tile = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };

  it('take a true peak out of the null at once, in the store, too, and put it back', () => {
    const calibrations = keeper();
    const live = calibrations.open(ID, OPTIONS);
    watch(calibrations, live);
    calibrations.write();
    const [top] = live.calibration.report().peaks;
    const id = randomUUID();
    const moments = new MomentStore(database);
    moments.put({
      ...{ id, kind: 'peak', peak: top!.id, ...ID, modelHash: 'abc', atMs: top!.atMs, score: top!.score },
      ...{ threshold: 1, tile, vector: Float32Array.of(1) },
    });
    // As on the command line: nothing is open yet.
    const reviews = new Reviews({ moments, calibrations: keeper() });
    const verdictOf = () =>
      keeper()
        .open(ID, OPTIONS)
        .calibration.report()
        .peaks.find((peak) => peak.id === top!.id)?.verdict;
    expect(reviews.apply(id, 'true')).toMatchObject({ moment: { verdict: 'true' } });
    expect(verdictOf()).toBe('true');
    reviews.apply(id, null);
    expect(verdictOf()).toBeNull();
    expect(reviews.apply('00000000-0000-4000-8000-000000000000', 'true')).toBeNull();
  });

  it('of many are foreseen without a change, come as foreseen, and are taken back by what was said before', () => {
    const calibrations = keeper();
    const live = calibrations.open(ID, OPTIONS);
    for (let fromS = 0; fromS < 8 * 3600; fromS += 600) watch(calibrations, live, fromS);
    const moments = new MomentStore(database);
    const ids = live.calibration.report().peaks.map(({ id: peak, atMs, score }) => {
      const id = randomUUID();
      const about = { kind: 'peak' as const, peak, ...ID, modelHash: 'abc', threshold: 9, tile };
      moments.put({ ...about, id, atMs, score, vector: Float32Array.of(1) });
      return id;
    });
    moments.review(ids[1]!, 'unsure', 1);
    const reviews = new Reviews({ moments, calibrations });
    const unknown = randomUUID();
    const asked = [...ids, unknown].map((id) => ({ id, verdict: 'true' as const }));
    const before = JSON.stringify(live.calibration);
    const foreseen = reviews.foresee(asked);
    expect(JSON.stringify(live.calibration)).toBe(before);
    expect(moments.get(ids[0]!)!.verdict).toBeNull();
    const [effect] = foreseen.effects;
    expect(effect!.threshold.after).toBeLessThan(effect!.threshold.before);
    expect(foreseen.unknown).toEqual([unknown]);

    const done = reviews.applyAll(asked);
    expect(done).toEqual(foreseen);
    expect(live.calibration.threshold).toBe(effect!.threshold.after);
    expect(done.reviewed[1]).toEqual({ id: ids[1], before: 'unsure', after: 'true' });
    reviews.applyAll(done.reviewed.map(({ id, before }) => ({ id, verdict: before })));
    // Not the very same: every fit takes in what was seen since the one before.
    expect(live.calibration.threshold).toBeCloseTo(effect!.threshold.before, 1);
    expect(moments.get(ids[1]!)!.verdict).toBe('unsure');
  });

  it('of a moment from before an edit leave the edited rule the one that is told of', () => {
    const calibrations = keeper();
    watch(calibrations, calibrations.open(ID, OPTIONS));
    calibrations.write();
    const moments = new MomentStore(database);
    const about = { kind: 'peak' as const, peak: 1, ...ID, modelHash: 'abc', threshold: 9, tile };
    moments.put({ ...about, id: randomUUID(), atMs: 1, score: 1, vector: Float32Array.of(1) });
    const later = keeper();
    const edited = later.open({ ...ID, key: 'edited' }, OPTIONS);
    new Reviews({ moments, calibrations: later }).apply(moments.list({})[0]!.id, 'true');
    expect(later.all().at(-1)).toBe(edited);
  });
});

describe('calibrationRows', () => {
  it('tell of the calibration in force, not of the one before an edit', () => {
    const calibrations = keeper();
    watch(calibrations, calibrations.open(ID, OPTIONS));
    calibrations.open({ ...ID, key: 'edited' }, OPTIONS);
    const book = {
      rules: [{ id: 'fire' }],
      plans: new Map([['fire', { kind: 'calibrated', budgetPerDay: 1 }]]),
    } as unknown as RuleBook;
    const rows = calibrationRows({
      ...{ calibrations, moments: new MomentStore(database), book, cameraIds: ['yard', 'door'] },
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ cameraId: 'yard', ruleId: 'fire', observedHours: 0 });
    calibrations.open(ID, OPTIONS); // the edit is taken back
    const [again] = calibrationRows({
      ...{ calibrations, moments: new MomentStore(database), book, cameraIds: ['yard'] },
    });
    expect(again!.observedHours).toBeGreaterThan(0);
  });
});

describe('summariesOf', () => {
  it('give one part of all after the other, and how thresholds moved', async () => {
    const calibrations = keeper();
    const cameraIds = ['yard', 'door', 'gate'];
    for (const cameraId of cameraIds)
      for (const ruleId of ['fire', 'dog'])
        watch(calibrations, calibrations.open({ ...ID, cameraId, ruleId }, OPTIONS));
    const plan = { kind: 'calibrated', budgetPerDay: 1 };
    const book = {
      rules: [{ id: 'fire' }, { id: 'fixed' }, { id: 'dog' }],
      plans: new Map([
        ['fire', plan],
        ['fixed', { ...plan, kind: 'fixed' }],
        ['dog', plan],
      ]),
    } as unknown as RuleBook;
    const parts = { calibrations, book, cameraIds };
    const page = async (offset: number, ruleId: string | null = null) => {
      const { total, rows } = await summariesOf(parts, { ruleId, offset, limit: 4 });
      return [total, ...rows.map((row) => `${row.cameraId} ${row.ruleId}`)];
    };
    expect(await page(0)).toEqual([6, 'yard fire', 'yard dog', 'door fire', 'door dog']);
    expect(await page(4)).toEqual([6, 'gate fire', 'gate dog']);
    expect(await page(1, 'dog')).toEqual([3, 'door dog', 'gate dog']);
    const { rows } = await summariesOf(parts, { ruleId: 'fire', offset: 0, limit: 1 });
    expect(rows[0]).toMatchObject({ state: 'warming_up', budgetPerDay: 1, history: [{ threshold: 8 }] });
    expect(Object.keys(rows[0]!)).not.toContain('peaks');
  });
});
