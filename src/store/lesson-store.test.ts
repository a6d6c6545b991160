import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../telemetry/logger.js';
import { openDatabase } from './database.js';
import { LessonStore } from './lesson-store.js';

let folder: string;
let database: DatabaseSyncInstance;
let store: LessonStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-lessons-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
  store = new LessonStore(database, createLogger({ level: 'silent' }));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const FIRE = { ruleId: 'fire', modelHash: 'abc' };
const probe = (bias: number) => ({
  ...{ ...FIRE, scoring: 'words', madeAtMs: 5 },
  content: { kind: 'probe' as const, weights: Float32Array.of(0.25, -3), bias, madeFrom: 'x' },
});
const probability = (slope: number, scoring = 'words/fixed/words') => ({
  ...{ ...FIRE, scoring, madeAtMs: 6 },
  content: { kind: 'probability' as const, slope, intercept: -1, madeFrom: 'x' },
});
const active = () => store.active(FIRE).map(({ version }) => version);

describe('LessonStore', () => {
  it('gives back what was applied', () => {
    expect(store.apply(probe(1))).toBe(1);
    expect(store.apply(probability(2))).toBe(2);
    expect(store.active(FIRE)).toEqual([
      { ...probability(2), version: 2, active: true },
      { ...probe(1), version: 1, active: true },
    ]);
  });

  it('has one active of a rule, model, kind and scoring, and goes back step by step', () => {
    store.apply(probe(1));
    store.apply(probe(2));
    store.apply({ ...probe(3), modelHash: 'other' });
    store.apply({ ...probe(4), ruleId: 'dog' });
    store.apply(probability(5));
    store.apply(probability(6, 'words/fixed/probe-2'));
    expect(active()).toEqual([6, 5, 2]);
    expect(store.undo(2)).toBe(1);
    expect(active()).toEqual([6, 5, 1]);
    expect(store.undo(2)).toBeUndefined();
    expect(store.undo(1)).toBeNull();
    expect(active()).toEqual([6, 5]);
    expect(store.list('fire')).toHaveLength(5);
  });

  it('does not bring back what was taken back before', () => {
    store.apply(probe(1));
    store.undo(1);
    store.apply(probe(2));
    expect(store.undo(2)).toBeNull();
    expect(active()).toEqual([]);
  });

  it.each([
    'rubbish',
    '{"kind":"probe"}',
    '{"kind":"probe","weights":"AAA=","bias":0,"madeFrom":""}',
    `{"kind":"probe","weights":"${Buffer.from(Float32Array.of(Number.NaN).buffer).toString('base64')}","bias":0,"madeFrom":""}`,
  ])('skips what it cannot read: %s', (text) => {
    store.apply(probe(1));
    store.apply(probability(2));
    database.prepare('UPDATE lessons SET lesson = ? WHERE version = 1').run(text);
    expect(active()).toEqual([2]);
    expect(store.list('fire').map(({ version }) => version)).toEqual([2]);
  });
});
