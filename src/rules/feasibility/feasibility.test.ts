import { describe, expect, it } from 'vitest';
import { type LabelWorld, labelWorld } from '../../../test/fixtures/label-world.js';
import { tileMargins } from '../margin.js';
import { normalisedMean } from '../vectors.js';
import { dominatingTile, surplusOf } from './dominating-tile.js';
import { assessFeasibility, type FeasibilityInput } from './feasibility.js';
import { Footage } from './footage.js';
import { contentWords, feasibilityTexts, LOOKALIKES, saysMoreThan, wordingsOf } from './texts.js';

const words = { id: 'thing', when: ['a thing'], not: [] as string[] };
const inTiles = (vectors: Float32Array[]) => vectors.map((vector, i) => ({ vector, tile: i % 11 }));

/** A rule that can work, over quiet footage, unless told otherwise. */
function inputOf(world: LabelWorld, change: Partial<FeasibilityInput> = {}): FeasibilityInput {
  return { words, rule: world.rule, set: world.set, samples: inTiles(world.quiet(220)), ...change };
}

/** A rule of the world with one negative more. */
function withNegative(world: LabelWorld, phrase: string, vector: Float32Array): Partial<FeasibilityInput> {
  return { words: { ...words, not: [phrase] }, rule: { ...world.rule, negatives: [vector] } };
}

describe('assessFeasibility', () => {
  const world = labelWorld(1, { mistaken: 0 });

  it('says that nothing speaks against a rule whose words are far from footage and negatives', () => {
    const { verdict, separation } = assessFeasibility(inputOf(world));
    expect(verdict).toBe('works');
    expect(separation!.climb).toBeLessThan(0.3);
    expect(separation!.headroom).toBeGreaterThan(3);
  });

  it('finds a negative that is the rule itself, and proposes to drop it', () => {
    const nearly = normalisedMean([world.rule.positive, world.rule.positive, ...world.set.bank.slice(0, 1)]);
    for (const vector of [world.rule.positive, nearly]) {
      const found = assessFeasibility(inputOf(world, withNegative(world, 'an object', vector)));
      expect(found.verdict).toBe('weak');
      expect(found.negatives[0]).toMatchObject({ phrase: 'an object', finding: 'too-close' });
      expect(found.proposals).toContainEqual(expect.objectContaining({ kind: 'drop-negative' }));
    }
  });

  it('notices negatives that are a kind of the positive by their words, and those that are never heard', () => {
    const far = normalisedMean(world.quiet(50)).map((value) => -value);
    const kind = assessFeasibility(inputOf(world, withNegative(world, 'a red thing', far)));
    expect(kind.negatives[0]!.finding).toBe('kind-of-positive');
    expect(kind.reasons.join()).toContain('"a red thing" is a kind of');
    const never = assessFeasibility(inputOf(world, withNegative(world, 'something else', far)));
    expect(never.negatives[0]!.finding).toBe('never-matters');
    expect(never.verdict).toBe('works');
  });

  it('lets sightings decide', () => {
    const seen = assessFeasibility(inputOf(world, { sightings: world.things(10) }));
    expect(seen.verdict).toBe('works');
    expect(seen.separation!.auc).toBeGreaterThan(0.95);
    const unseen = assessFeasibility(inputOf(world, { sightings: world.quiet(10) }));
    expect(unseen.verdict).toBe('weak');
    expect(unseen.reasons[0]).toContain('of 10 confirmed sightings');
  });

  it('says weak where the footage shows it all the time', () => {
    const much = world.rule.positive;
    const like = world.quiet(30).map((vector) => normalisedMean([vector, much]));
    const { verdict, reasons } = assessFeasibility(
      inputOf(world, { samples: inTiles([...world.quiet(200), ...like]) }),
    );
    expect(verdict).toBe('weak');
    expect(reasons.join()).toContain('something looks like it');
  });

  it('proposes the look-alike as a negative that sightings speak for, and never the rule’s own words', () => {
    const mistaken = labelWorld(3, { mistaken: 0.8 });
    const phrases = new Map([
      ['a sunset', mistaken.lookalikeWords],
      ['a cat', mistaken.rule.positive],
    ]);
    const samples = inTiles([...mistaken.quiet(120), ...mistaken.lookalikes(100)]);
    const sightings = mistaken.things(30);
    const { proposals, likest } = assessFeasibility(inputOf(mistaken, { samples, phrases, sightings }));
    const added = proposals.filter(({ kind }) => kind === 'add-negative');
    expect(added.map(({ phrase }) => phrase)).toEqual(['a sunset']);
    expect(added[0]!.aucAfter! - added[0]!.aucBefore!).toBeGreaterThan(0.02);
    expect(likest[0]).toMatchObject({ phrase: 'a sunset' });
  });

  it('cannot tell from too little, frozen or broken footage, and says which', () => {
    const reasonOf = (samples: FeasibilityInput['samples']) => {
      const { verdict, reasons, separation, proposals } = assessFeasibility(inputOf(world, { samples }));
      expect({ verdict, separation, proposals }).toEqual({
        verdict: 'cannot tell',
        separation: null,
        proposals: [],
      });
      return reasons[0];
    };
    expect(reasonOf([])).toContain('too little footage: 0 tiles');
    expect(reasonOf(inTiles(world.quiet(99)))).toContain('too little footage');
    const frozen = world.quiet(11);
    expect(reasonOf(inTiles(Array.from({ length: 330 }, (_, i) => frozen[i % 11]!)))).toContain(
      'hardly changes: 11 different tiles among 330',
    );
    const [one] = world.quiet(1);
    const trembling = Array.from({ length: 200 }, (_, i) => {
      const vector = Float32Array.from(one!);
      vector[0]! += i * 1e-6;
      return vector;
    });
    expect(reasonOf(inTiles(trembling))).toContain('same picture');
    const broken = Array.from({ length: 200 }, () => new Float32Array(64).fill(Number.NaN));
    expect(reasonOf(inTiles(broken))).toContain('no numbers');
  });

  it('cannot tell where the model never saw a word that matters', () => {
    const { verdict, reasons } = assessFeasibility(inputOf(world, { unknownWords: ['are', 'zeppelin'] }));
    expect({ verdict, first: reasons[0] }).toEqual({
      verdict: 'cannot tell',
      first: 'the model never saw: zeppelin',
    });
    expect(assessFeasibility(inputOf(world, { unknownWords: ['are'] })).verdict).toBe('works');
  });
});

describe('Footage', () => {
  it('makes the margins that scoring makes, with a phrase more or without', () => {
    const { rule, set, quiet } = labelWorld(3);
    const vectors = quiet(5);
    const footage = new Footage(vectors, set.logitScale);
    for (const negatives of [[], quiet(1)]) {
      const expected = vectors.map(
        (vector) => tileMargins(vector, { ...set, rules: [{ ...rule, negatives }] })[0]!,
      );
      const margins = footage.margins(rule.positive, set.bank, negatives[0]);
      for (const [i, margin] of margins.entries()) expect(margin).toBeCloseTo(expected[i]!, 9);
    }
  });
});

describe('dominatingTile', () => {
  const tiles = Array.from({ length: 200 }, (_, i) => i % 10);
  const noise = Float64Array.from(tiles, (_, i) => ((i * 37) % 101) / 101 - 5);

  it('is the one that looks like the rule at any time', () => {
    const margins = noise.map((margin, i) => margin + (tiles[i] === 3 ? 4 : 0));
    const found = dominatingTile(margins, { tiles, self: 5 });
    expect(found).toMatchObject({ tile: 3, share: 1 });
    expect(found!.surplus).toBeCloseTo(4, 0);
    expect(surplusOf(found, [3, 4])).toEqual(Float64Array.from([found!.surplus, 0]));
  });

  it('is none where tiles are alike, or there is one only', () => {
    expect(dominatingTile(noise, { tiles, self: 5 })).toBeNull();
    expect(dominatingTile(noise, { tiles: tiles.map(() => 0), self: 5 })).toBeNull();
  });
});

describe('texts', () => {
  it('words a thing in several ways, a sentence in few', () => {
    expect(wordingsOf('a dog')).toEqual(expect.arrayContaining(['a dog', 'dog', 'there is a dog']));
    expect(wordingsOf('something is on fire')).toEqual(['something is on fire']);
  });

  it('lists each text once', () => {
    const texts = feasibilityTexts({ id: 'a', when: ['a cat', 'a dog'], not: [] });
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).toEqual(expect.arrayContaining([...LOOKALIKES]));
  });

  it('knows what says more', () => {
    expect(contentWords('There is a Dog in the yard')).toEqual(['dog', 'yard']);
    expect(saysMoreThan('a dog running', 'a dog')).toBe(true);
    expect(saysMoreThan('a cat', 'a dog')).toBe(false);
    expect(saysMoreThan('anything', 'there is')).toBe(false);
  });
});
