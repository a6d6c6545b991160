import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../samples/render/random.js';
import { labelWorld, normal } from '../../test/fixtures/label-world.js';
import type { Embedder, ModelDescription } from '../model/embedder.js';
import { normalisedMean } from '../rules/vectors.js';
import { openDatabase } from '../store/database.js';
import { type Moment, MomentStore } from '../store/moment-store.js';
import { SampleStore } from '../store/sample-store.js';
import { FeasibilityCheck, type FeasibilityRule } from './feasibility-check.js';

let folder: string;
let database: DatabaseSyncInstance;
let samples: SampleStore;
let moments: MomentStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-feasibility-'));
  database = openDatabase(join(folder, 'wordwatch.db'));
  samples = new SampleStore(database);
  moments = new MomentStore(database);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const RULE: FeasibilityRule = {
  ...{ id: 'thing', when: ['a thing'], not: [] },
  tiles: { layout: { kind: 'auto' }, region: null },
};
const TILE = { index: 3, level: 1, box: { x: 0, y: 0.5, w: 0.5, h: 0.5 } };
const world = labelWorld(1, { mistaken: 0 });
const textCone = normalisedMean(world.set.bank);

/** Texts as the world has them: "a thing" is the thing, anything else a direction of its own. */
class WorldModel implements Embedder {
  modelHash = 'abc';
  broken = false;
  calls = 0;

  async embedTexts(texts: readonly string[]): Promise<Float32Array[]> {
    this.calls++;
    if (this.broken) throw new Error('out of order');
    return texts.map((text) => {
      if (text.includes('a thing')) return world.rule.positive;
      const random = new Random(createHash('sha256').update(text).digest().readUInt32LE());
      const own = normalisedMean([Float32Array.from(textCone, () => normal(random))]);
      return normalisedMean([textCone, textCone, own]);
    });
  }

  embedImages(): Promise<never> {
    throw new Error('nobody shows it pictures');
  }

  describe(): ModelDescription {
    return {
      ...{ name: 'world', dimension: 64, inputSizePx: 64, contextLength: 77, logitScale: 100 },
      ...{ modelHash: this.modelHash, license: null, demonstration: false, notice: null },
      ...{ defaultThreshold: null, knownWords: null },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function open({ beside = false } = {}) {
  const model = new WorldModel();
  const clock = { time: 0, nowMs: () => clock.time };
  return { model, clock, check: new FeasibilityCheck({ samples, moments, model, beside, clock }) };
}

function addSamples(vectors: readonly Float32Array[], modelHash = 'abc', from = 0): void {
  samples.put(
    vectors.map((vector, i) => ({
      ...{ cameraId: 'yard', modelHash, slot: from + i, atMs: i, tile: i % 11, vector },
    })),
  );
}

function confirm(vector: Float32Array, given: Partial<Moment> = {}): void {
  const id = randomUUID();
  moments.put({
    ...{ id, kind: 'event', peak: null, cameraId: 'yard', ruleId: 'thing', key: '', modelHash: 'abc' },
    ...{ atMs: 0, score: 5, threshold: 4, tile: TILE, vector, ...given },
  });
  moments.review(id, given.verdict ?? 'true', 1000);
}

describe('FeasibilityCheck', () => {
  it('says what it can tell from the camera’s samples', async () => {
    const { check } = open();
    const before = await check.assess(RULE, 'yard');
    expect(before).toMatchObject({ cameraId: 'yard', ruleId: 'thing', samples: 0, verdict: 'cannot tell' });
    expect(before.reasons).toEqual(['too little footage: 0 tiles, 100 are needed']);
    addSamples(world.quiet(220));
    const { verdict, samples, sightings, reasons } = await check.assess(RULE, 'yard');
    expect({ verdict, samples, sightings }).toEqual({ verdict: 'works', samples: 220, sightings: 0 });
    expect(reasons.join('; ')).toMatch(/^nothing speaks against it: .* there are none so far$/);
    expect((await check.assess(RULE, 'door')).verdict).toBe('cannot tell');
  });

  it('lets confirmed events decide, each once, of this rule, camera and model only', async () => {
    const { check } = open();
    addSamples(world.quiet(220));
    const things = world.things(9);
    for (const [i, thing] of things.slice(0, 5).entries()) {
      confirm(thing, { atMs: i * 3_600_000 });
      confirm(thing, { atMs: i * 3_600_000, kind: 'peak', peak: i }); // the same vector
    }
    confirm(things[5]!, { atMs: 30_000, kind: 'peak', peak: 9 }); // half a minute behind the first event
    confirm(things[6]!, { atMs: 1e9, verdict: 'false' });
    confirm(things[7]!, { atMs: 1e9, modelHash: 'other' });
    confirm(things[8]!, { atMs: 1e9, cameraId: 'door' });
    const { verdict, sightings, reasons } = await check.assess(RULE, 'yard');
    expect({ verdict, sightings }).toEqual({ verdict: 'works', sightings: 5 });
    expect(reasons[0]).toContain('of 5 confirmed sightings');
  });

  it('gives a result again for some minutes, unless something was learned or changed', async () => {
    const { check, model, clock } = open();
    addSamples(world.quiet(220));
    const first = check.assess(RULE, 'yard');
    expect(check.assess(RULE, 'yard')).toBe(first);
    await first;
    expect(check.assess(RULE, 'yard')).toBe(first);
    confirm(world.things(1)[0]!);
    const second = check.assess(RULE, 'yard');
    expect(second).not.toBe(first);
    expect((await second).sightings).toBe(1);
    expect(check.assess({ ...RULE, not: ['a cat'] }, 'yard')).not.toBe(second);
    clock.time = 4 * 60_000;
    expect(check.assess(RULE, 'yard')).toBe(second);
    clock.time = 6 * 60_000;
    const third = check.assess(RULE, 'yard');
    expect(third).not.toBe(second);
    await third;
    model.modelHash = 'other';
    expect((await check.assess(RULE, 'yard')).samples).toBe(0);
  });

  it('does one at a time and lets others have the thread in between', async () => {
    const { check } = open({ beside: true });
    addSamples(world.quiet(220));
    const order: string[] = [];
    const ask = (id: string) => check.assess({ ...RULE, id }, 'yard').then(() => order.push(id));
    const first = ask('a');
    const second = ask('b');
    await first;
    setImmediate(() => order.push('a frame'));
    await second;
    expect(order).toEqual(['a', 'a frame', 'b']);
  });

  it('asks again after a model that failed is back', async () => {
    const { check, model } = open();
    model.broken = true;
    await expect(check.assess(RULE, 'yard')).rejects.toThrow('out of order');
    model.broken = false;
    expect((await check.assess(RULE, 'yard')).verdict).toBe('cannot tell');
  });

  it('holds nothing against a rule that may lie outside of the part it looks at', async () => {
    const { check } = open();
    const like = world.quiet(30).map((vector) => normalisedMean([vector, world.rule.positive]));
    addSamples([...world.quiet(200), ...like]);
    expect((await check.assess(RULE, 'yard')).verdict).toBe('weak');
    const corner = { ...RULE.tiles, region: [[0, 0] as const, [0.2, 0] as const, [0, 0.2] as const] };
    const { verdict, reasons, dominatingTile } = await check.assess({ ...RULE, tiles: corner }, 'yard');
    expect({ verdict, dominatingTile }).toEqual({ verdict: 'cannot tell', dominatingTile: null });
    expect(reasons).toContain('all of the picture was measured, of which the rule looks at a part');
  });
});
