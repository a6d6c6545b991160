import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedder, STARTER } from '../../src/model/index.js';
import { unknownWords } from '../../src/model/unknown-words.js';
import { assessFeasibility, type FeasibilityInput } from '../../src/rules/feasibility/feasibility.js';
import { feasibilityTexts } from '../../src/rules/feasibility/texts.js';
import { embedPhrases, embedRules } from '../../src/rules/rule-vectors.js';
import { type SeenTile, seeFootage } from '../fixtures/footage.js';
import { openTestModel } from '../fixtures/open-model.js';

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}.mp4`, import.meta.url));
const FIRE = {
  when: ['something is on fire', 'flames and smoke'],
  not: ['a sunset', 'orange lamp light', 'steam', 'car headlights', 'a red shirt'],
};

let embedder: Embedder;
let quiet: SeenTile[];
let burning: SeenTile[];
beforeAll(async () => {
  ({ embedder } = await openTestModel(STARTER));
  const seen = await seeFootage(sample('fire-yard'), { embedder, fps: 2, untilS: 30 });
  quiet = seen.filter(({ atS }) => atS < 10);
  burning = seen.filter(({ atS }) => atS > 20);
});
afterAll(() => embedder[Symbol.asyncDispose]());

/** A rule's feasibility on the yard, with everything that there is to know. */
async function onYard(text: { when: string[]; not: string[] }, more: Partial<FeasibilityInput> = {}) {
  const words = { id: 'rule', ...text };
  const set = await embedRules([words], embedder);
  const texts = feasibilityTexts(words);
  const vectors = await embedPhrases(texts, embedder);
  return assessFeasibility({
    words,
    rule: set.rules[0]!,
    set,
    samples: quiet,
    phrases: new Map(texts.map((text, i) => [text, vectors[i]!])),
    unknownWords: unknownWords(text.when, embedder.describe().knownWords!),
    ...more,
  });
}

describe('feasibility with the starter, on the quiet first 10 s of a yard', () => {
  it('works for fire', async () => {
    const { verdict, separation, proposals } = await onYard(FIRE);
    expect(verdict).toBe('works');
    expect(separation!.climb).toBeLessThan(0.3);
    expect(proposals.filter(({ kind }) => kind === 'drop-negative')).toEqual([]);
  });

  it('is right about that: sightings say so, too', async () => {
    const best = burning.filter(({ tile }) => tile === 0).map(({ vector }) => vector);
    const { verdict, separation } = await onYard(FIRE, { sightings: best });
    expect(verdict).toBe('works');
    expect(separation!.auc).toBeGreaterThan(0.95);
  });

  it('is weak for what the starter cannot know', async () => {
    const { verdict, reasons } = await onYard({ when: ['a hairline crack in the wall'], not: [] });
    expect(verdict).toBe('weak');
    expect(reasons.join()).toContain('hardly differs');
    const hat = await onYard({ when: ['a person wearing a hat'], not: [] });
    expect(hat.verdict).toBe('cannot tell');
    expect(hat.reasons[0]).toContain('never saw: ');
  });

  it('is weak where a negative is a paraphrase of the rule, which is to be dropped', async () => {
    const { verdict, proposals } = await onYard({ ...FIRE, not: ['a sunset', 'a fire is burning'] });
    expect(verdict).toBe('weak');
    expect(proposals).toContainEqual(
      expect.objectContaining({ kind: 'drop-negative', phrase: 'a fire is burning' }),
    );
  });
});
