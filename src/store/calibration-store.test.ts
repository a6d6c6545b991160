import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CalibrationStore, type StoredCalibration } from './calibration-store.js';
import { openDatabase } from './database.js';
import { type Moment, MomentStore } from './moment-store.js';
import { SampleStore } from './sample-store.js';

let folder: string;
let database: DatabaseSyncInstance;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-calibrations-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const ID = { cameraId: 'yard', ruleId: 'fire', key: 'k' };
const row = (given: Partial<StoredCalibration> = {}): StoredCalibration => ({
  ...{ ...ID, modelHash: 'abc', revision: 0, updatedAtMs: 1, state: '{"a":1}' },
  ...given,
});

describe('CalibrationStore', () => {
  it('gives back what was written, and counts the writes', () => {
    const store = new CalibrationStore(database);
    expect(store.read(ID)).toBeNull();
    expect(store.write(row())).toBe(1);
    expect(store.write(row({ revision: 1, state: '{"a":2}' }))).toBe(2);
    expect(store.read(ID)).toEqual(row({ revision: 2, state: '{"a":2}' }));
  });

  it('does not write over what another program has written in the meantime', () => {
    const store = new CalibrationStore(database);
    store.write(row({ state: 'theirs' }));
    expect(store.write(row({ state: 'ours' }))).toBeNull(); // both found nothing
    store.write(row({ revision: 1, state: 'theirs again' }));
    expect(store.write(row({ revision: 1, state: 'ours' }))).toBeNull();
    expect(store.read(ID)?.state).toBe('theirs again');
  });

  it('keeps a few earlier ones of a rule and forgets the oldest', () => {
    const store = new CalibrationStore(database);
    for (let i = 0; i < 8; i++) store.write(row({ key: `k${i}`, updatedAtMs: i }));
    store.write(row({ ruleId: 'dog', key: 'k0' }));
    expect(store.ofPair(ID).map(({ key }) => key)).toEqual(['k7', 'k6', 'k5', 'k4', 'k3']);
    expect(store.list()).toHaveLength(6);
  });

  it('sets an unreadable one aside and makes room for another', () => {
    const store = new CalibrationStore(database);
    store.write(row({ state: 'rubbish' }));
    store.setAside(ID, 99);
    expect(store.read(ID)).toBeNull();
    expect(store.read({ ...ID, key: 'k-unreadable-99' })?.state).toBe('rubbish');
    expect(store.write(row())).toBe(1);
  });

  it('gives a renamed camera its calibrations', () => {
    const store = new CalibrationStore(database);
    store.write(row());
    store.write(row({ ruleId: 'dog' }));
    expect(store.rename('yard', 'garden')).toBe(2);
    expect(store.read({ ...ID, cameraId: 'garden' })?.revision).toBe(2);
  });

  it('does all of a lot or nothing', () => {
    const store = new CalibrationStore(database);
    const fail = () => {
      store.write(row());
      throw new Error('in the middle');
    };
    expect(() => store.together(fail)).toThrow('in the middle');
    expect(store.read(ID)).toBeNull();
  });
});

describe('MomentStore', () => {
  const tile = { index: 2, level: 1, box: { x: 0, y: 0.5, w: 0.5, h: 0.5 } };
  const moment = (given: Partial<Omit<Moment, 'verdict' | 'reviewedAtMs'>> = {}) => ({
    ...{
      id: 'a',
      kind: 'peak' as const,
      peak: 7,
      cameraId: 'yard',
      ruleId: 'fire',
      key: 'k',
      modelHash: 'abc',
      scoring: 's',
    },
    ...{ atMs: 5, score: 9.5, threshold: 8, tile, vector: Float32Array.of(0.25, -1, 3) },
    ...given,
  });

  it('gives back what was kept, vector and all', () => {
    const moments = new MomentStore(database);
    moments.put(moment());
    expect(moments.get('a')).toEqual({ ...moment(), verdict: null, reviewedAtMs: null });
    expect(moments.get('b')).toBeNull();
  });

  it('keeps a verdict when the same peak is seen higher', () => {
    const moments = new MomentStore(database);
    moments.put(moment());
    expect(moments.review('a', 'true', 1000)).toBe(true);
    moments.put({ ...moment(), score: 11 });
    expect(moments.get('a')).toMatchObject({ score: 11, verdict: 'true', reviewedAtMs: 1000 });
    moments.review('a', null, 2000);
    expect(moments.get('a')).toMatchObject({ verdict: null, reviewedAtMs: null });
    expect(moments.review('nobody', 'true', 1)).toBe(false);
  });

  it('finds the peaks of a calibration by their numbers, also under a new name of the camera', () => {
    const moments = new MomentStore(database);
    moments.put(moment());
    moments.put(moment({ id: 'b', peak: 8 }));
    moments.put(moment({ id: 'c', peak: 9, key: 'other' }));
    moments.put(moment({ id: 'd', peak: null, kind: 'event' }));
    moments.review('b', 'false', 9);
    new CalibrationStore(database).rename('yard', 'garden');
    const peaks = moments.peaksOf({ cameraId: 'garden', ruleId: 'fire', key: 'k' });
    expect(Object.fromEntries(peaks)).toEqual({
      7: { id: 'a', verdict: null },
      8: { id: 'b', verdict: 'false' },
    });
    expect(moments.peaksOf({ cameraId: 'yard', ruleId: 'fire', key: 'k' }).size).toBe(0);
  });

  it('finds the highest peaks that stayed below a fixed threshold, by what the detector would have counted', () => {
    const moments = new MomentStore(database);
    const key = { cameraId: 'yard', ruleId: 'fire', key: 'k' };
    const asked = { below: 9, sinceMs: 3, limit: 2 };
    expect(moments.highestMisses(key, asked)).toEqual([]);
    expect(moments.lastPeakOf(key)).toBe(0);
    const peaks = [
      { id: 'a', peak: 11, reached: 5 },
      { id: 'b', peak: 12, reached: 7 }, // was an event in the end, as is seen below
      { id: 'c', peak: 13, reached: 6 },
      { id: 'd', peak: 14, reached: 4 },
      { id: 'old', peak: 15, reached: 7.9, atMs: 2 },
      { id: 'other', peak: 99, reached: 7, key: 'other words' },
      { id: 'calibrated', peak: 16 },
    ];
    for (const peak of peaks) moments.put({ ...moment(), score: 20, ...peak });
    moments.put({ ...moment(), id: 'b', peak: 12, score: 20, atMs: 6, reached: 8.5 });
    expect(moments.highestMisses(key, asked)).toEqual([
      { peak: 13, score: 6, atMs: 5 },
      { peak: 11, score: 5, atMs: 5 },
    ]);
    expect(moments.highestMisses(key, { ...asked, below: 6 }).map(({ peak }) => peak)).toEqual([11, 14]);
    expect(moments.lastPeakOf(key)).toBe(16);
    moments.review('d', 'false', 9);
    moments.forgetPeaks(key, { but: [11] });
    expect(
      moments
        .list({})
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['a', 'd', 'other']);
    moments.forgetPeaks(key, { but: [] });
    expect(moments.get('a')).toBeNull();
  });

  it('lists by rule, kind, time and verdict, newest first', () => {
    const moments = new MomentStore(database);
    moments.put(moment({ id: 'a', atMs: 1 }));
    moments.put(moment({ id: 'b', atMs: 3, kind: 'event' }));
    moments.put(moment({ id: 'c', atMs: 2, ruleId: 'dog' }));
    moments.review('b', 'false', 9);
    const ids = (filter: Parameters<MomentStore['list']>[0]) => moments.list(filter).map(({ id }) => id);
    expect(ids({})).toEqual(['b', 'c', 'a']);
    expect(ids({ ruleId: 'fire' })).toEqual(['b', 'a']);
    expect(ids({ ruleId: 'fire', kind: 'peak' })).toEqual(['a']);
    expect(ids({ reviewed: true })).toEqual(['b']);
    expect(ids({ sinceMs: 2, limit: 1 })).toEqual(['b']);
  });
});

describe('SampleStore', () => {
  it('keeps one sample a slot, each camera and model its own', () => {
    const samples = new SampleStore(database);
    const sample = (slot: number, atMs: number) => ({ slot, atMs, tile: 3, vector: Float32Array.of(atMs) });
    const yard = { cameraId: 'yard', modelHash: 'abc' };
    samples.put([
      { ...yard, ...sample(0, 1) },
      { ...yard, ...sample(0, 2) },
      { ...yard, ...sample(1, 3) },
      { ...yard, modelHash: 'other', ...sample(0, 4) },
      { ...yard, cameraId: 'door', ...sample(0, 5) },
    ]);
    expect(samples.list('yard', 'abc')).toEqual([sample(0, 2), sample(1, 3)]);
    expect(samples.cameras('abc')).toEqual(['door', 'yard']);
  });
});
