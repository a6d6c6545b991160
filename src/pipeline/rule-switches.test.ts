import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBus } from '../bus.js';
import type { Embedder } from '../model/embedder.js';
import { RuleCalibration } from '../rules/calibration/rule-calibration.js';
import type { Score } from '../rules/score.js';
import type { ThresholdPlan } from '../rules/thresholds.js';
import { snoozeLeftMin } from '../shared/rule-switch.js';
import { openDatabase } from '../store/database.js';
import { SwitchStore } from '../store/switch-store.js';
import { createLogger } from '../telemetry/logger.js';
import { CalibrationKeeper } from './calibration-keeper.js';
import { CameraCalibrations } from './camera-calibrations.js';
import type { CameraView } from './camera-view.js';
import { Detectors } from './detectors.js';
import type { RuleBook, WatchRule } from './rule-book.js';
import { RuleSwitches } from './rule-switches.js';

const FIRE = { cameraId: 'yard', ruleId: 'fire' };
const SMOKE = { cameraId: 'yard', ruleId: 'smoke' };
const WHOLE = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };
const logger = createLogger({ level: 'silent' });
const TIMING = {
  ...{ confirm: { k: 1, n: 1 }, hysteresis: 0.5, forMs: 0, clearForMs: 60_000, cooldownMs: 0 },
  remindEveryMs: null,
};

let folder: string;
let database: DatabaseSyncInstance;
let nowMs: number;
let budgetPerDay: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-switches-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
  nowMs = 1_700_000_000_000;
  budgetPerDay = 1;
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function book(): Pick<RuleBook, 'rules' | 'plans'> {
  const rule = (id: string, cameras: string[] | null) => ({ id, cameras }) as WatchRule;
  return {
    rules: [rule('fire', null), rule('smoke', ['yard'])],
    plans: new Map<string, ThresholdPlan>([
      ['fire', { kind: 'calibrated', budgetPerDay }],
      ['smoke', { kind: 'fixed', value: 4 }],
    ]),
  };
}

function open(): { switches: RuleSwitches; told: unknown[] } {
  const bus = createBus();
  const told: unknown[] = [];
  bus.on('switch', (pair, state) => told.push({ ...pair, ...state }));
  const switches = new RuleSwitches({
    ...{ store: new SwitchStore(database), book, cameraIds: ['yard', 'door'], bus },
    logger,
    clock: { nowMs: () => nowMs },
  });
  return { switches, told };
}

describe('RuleSwitches', () => {
  it('tells how a rule stands, and of no rule on a camera that it does not look at', () => {
    const { switches } = open();
    expect(switches.get(FIRE)).toEqual({ enabled: true, snoozedUntilMs: null, budgetPerDay: 1 });
    expect(switches.get(SMOKE)).toEqual({ enabled: true, snoozedUntilMs: null, budgetPerDay: null });
    for (const pair of [
      { cameraId: 'door', ruleId: 'smoke' },
      { cameraId: 'attic', ruleId: 'fire' },
      { cameraId: 'yard', ruleId: 'flood' },
    ]) {
      expect(switches.get(pair)).toBeNull();
      expect(switches.set(pair, { enabled: false })).toBeNull();
    }
    expect(new SwitchStore(database).list()).toEqual([]);
  });

  it('is in force at once on that camera only, says so on the bus, and holds after a restart', () => {
    const first = open();
    first.switches.set(FIRE, { enabled: false });
    expect(first.told).toEqual([{ ...FIRE, enabled: false, snoozedUntilMs: null, budgetPerDay: 1 }]);
    expect(first.switches.ofCamera('door').isMuted('fire')).toBe(false);
    for (const { switches } of [first, open()]) {
      expect(switches.ofCamera('yard').isMuted('fire')).toBe(true);
      expect(switches.get(FIRE)).toMatchObject({ enabled: false });
    }
    first.switches.set(FIRE, { enabled: true });
    expect(open().switches.ofCamera('yard').isMuted('fire')).toBe(false);
  });

  it('snoozes for so many minutes, also over a restart, and wakes when told', () => {
    const { switches } = open();
    const state = switches.set(FIRE, { snoozeMin: 10 })!;
    expect(snoozeLeftMin(state, nowMs)).toBe(10);
    nowMs += 9.5 * 60_000;
    expect(snoozeLeftMin(state, nowMs)).toBe(1);
    expect(open().switches.ofCamera('yard').isMuted('fire')).toBe(true);
    nowMs += 0.5 * 60_000;
    expect(switches.ofCamera('yard').isMuted('fire')).toBe(false);
    expect(switches.get(FIRE)).toMatchObject({ snoozedUntilMs: null });
    switches.set(FIRE, { snoozeMin: 10 });
    switches.set(FIRE, { snoozeMin: 0 });
    expect(switches.ofCamera('yard').isMuted('fire')).toBe(false);
  });

  it('gives a rule another budget until its file says another one; a fixed threshold has none', () => {
    const { switches } = open();
    switches.set(FIRE, { budgetPerDay: 5 });
    switches.set(FIRE, { snoozeMin: 1 });
    expect(open().switches.ofCamera('yard').budgetPerDay('fire')).toBe(5);
    expect(switches.get({ cameraId: 'door', ruleId: 'fire' })).toMatchObject({ budgetPerDay: 1 });
    budgetPerDay = 2;
    expect(switches.get(FIRE)).toMatchObject({ budgetPerDay: 2 });
    expect(() => switches.set(SMOKE, { budgetPerDay: 5 })).toThrow(/fixed threshold/);
  });
});

describe('a muted rule', () => {
  it('raises nothing, ends its open event, and goes on when it is heard again', () => {
    const { switches } = open();
    const detectors = new Detectors(null, (ruleId) => switches.ofCamera('yard').isMuted(ruleId));
    const rule = { ...{ id: 'fire', timing: TIMING, active: null } } as unknown as WatchRule;
    detectors.adopt({
      ...book(),
      rules: [rule],
      taught: new Map([['fire', { scoring: '' }]]),
    } as unknown as RuleBook);
    const phases = () => {
      nowMs += 1_000;
      const score = { ...FIRE, atMs: nowMs, ptsMs: 0, score: 9, threshold: 4 } as Score;
      return detectors.step([score]).map(({ transition }) => transition.phase);
    };
    expect(phases()).toEqual(['start']);
    switches.set(FIRE, { enabled: false });
    expect(phases()).toEqual(['end']);
    expect(phases()).toEqual([]);
    switches.set(FIRE, { enabled: true, snoozeMin: 1 });
    expect(phases()).toEqual([]);
    nowMs += 60_000;
    expect(phases()).toEqual(['start']);
  });

  it('has the budget that was switched, from the next frame on and after a restart, muted or not', () => {
    const view = {
      book: { ...book(), taught: new Map([['fire', { scoring: '' }]]) },
      tilesOf: (index: number) => (index === 0 ? [WHOLE] : []),
      tileOf: () => WHOLE,
    };
    Object.assign(view.book.rules[0]!, { timing: TIMING, calibrate: { minMs: 1, warmupMs: 1, adapt: true } });
    const scores = [{ ...FIRE, tileMargins: Float32Array.of(1), tileIndexes: [0], tile: WHOLE }];
    const watch = ({ switches }: { switches: RuleSwitches }) => {
      const keeper = new CalibrationKeeper({ store: null, modelHash: () => 'abc', logger });
      const calibrations = new CameraCalibrations({
        ...{ cameraId: 'yard', fps: 1, motionGate: false, keeper, isWatching: () => true },
        model: { describe: () => ({ modelHash: 'abc' }) } as unknown as Embedder,
        switches: switches.ofCamera('yard'),
      });
      return () => {
        nowMs += 1_000;
        const scene = { regime: 'day', changed: false } as const;
        const now = scores.map((score) => ({ ...score, atMs: nowMs })) as unknown as Score[];
        calibrations.adopt(view as unknown as CameraView);
        calibrations.step({ scene, scores: now }, view as unknown as CameraView);
        return keeper.all()[0]!.calibration.budgetPerDay;
      };
    };
    const { switches } = open();
    const budgetNow = watch({ switches });
    expect(budgetNow()).toBe(1);
    switches.set(FIRE, { budgetPerDay: 7 });
    expect(budgetNow()).toBe(7);
    switches.set(FIRE, { enabled: false, budgetPerDay: 8 });
    expect(budgetNow()).toBe(8);
    expect(watch(open())()).toBe(8);
  });

  it('goes on being learned, and its threshold does not sink because no alarms come', () => {
    const options = {
      ...{ tiles: 1, budgetPerDay: 24, confirm: { k: 1, n: 1 }, forMs: 0, clearForMs: 0, cooldownMs: 0 },
      ...{ maxGapMs: 30_000, minMs: 3_600_000, warmupMs: 7_200_000, adapt: true },
    };
    const [heard, muted] = [false, true].map((isMuted) => {
      const calibration = RuleCalibration.fresh(options);
      for (let second = 0; second < 3 * 3600; second++) {
        const wave = Math.sin(second * 2.399) + (second % 120 === 100 ? 4 + Math.sin(second) : 0);
        calibration.observe({ atMs: second * 1000, margins: [wave], regime: 'day', muted: isMuted });
      }
      return calibration.report();
    });
    expect(muted!.observedHours).toBeCloseTo(heard!.observedHours);
    expect(muted!.clusters).toBe(heard!.clusters);
    expect(heard!.controllerOffset).toBeLessThan(-0.01);
    expect(muted!.controllerOffset).toBe(0);
  });
});
