import {
  CONTRAST_BANK,
  MAX_RELATIVE_CLOSENESS,
  type RuleSet,
  type RuleVectors,
  type RuleWords,
  relativeCloseness,
} from '../rule-vectors.js';
import { type DominatingTile, dominatingTile, surplusOf } from './dominating-tile.js';
import { Footage, quantile } from './footage.js';
import { checkNegatives, type NegativeCheck } from './negatives.js';
import { negativesToDrop, negativeToAdd, type Proposal, wordingToUse } from './proposals.js';
import { percent } from './sentences.js';
import { MIN_DISTINCTNESS, type Separation, separationOf } from './separation.js';
import { contentWords, LOOKALIKES } from './texts.js';

/** One tile of one frame of a camera's footage. */
export interface SampleTile {
  /** Unit norm. */
  vector: Float32Array;
  /** Its number in the camera's plan. */
  tile: number;
}

/** What {@link assessFeasibility} looks at. */
export interface FeasibilityInput {
  words: RuleWords;
  /** The words as vectors, from `embedRules`; a probe is not looked at. */
  rule: RuleVectors;
  /** The bank and τ. */
  set: RuleSet;
  /** A few hundred tiles of the camera, spread over its footage, mostly quiet. */
  samples: readonly SampleTile[];
  /** Winning tiles of confirmed events, if there are any. */
  sightings?: readonly Float32Array[];
  /** Vectors of `feasibilityTexts(words)`; without them less is proposed. */
  phrases?: ReadonlyMap<string, Float32Array>;
  /** Words of the rule that the model never saw (`model/unknown-words.ts`), where that is known. */
  unknownWords?: readonly string[];
  /**
   * The rule looks at a part of the picture only, and the samples are of all of it: what looks like the rule may be where
   * it does not look. That is no weakness then, and no tile dominates. Default: the rule looks at all of it.
   */
  looksAtPart?: boolean;
}

/** Whether a rule can work on a camera. */
export interface Feasibility {
  verdict: 'works' | 'weak' | 'cannot tell';
  /** Why, for people; one sentence each, without the full stop. */
  reasons: string[];
  /** Null where there was nothing to measure. */
  separation: Separation | null;
  dominatingTile: DominatingTile | null;
  /** Phrases that are the likest ones of the footage's high tail, with their part of it; at most three. */
  likest: { phrase: string; share: number }[];
  /** The rule's own negatives, in its order. */
  negatives: NegativeCheck[];
  proposals: Proposal[];
}

/**
 * The bounds of the verdict. Set on the starter, whose pictures of the thing climb 0.33 to 0.75 of the way to its words:
 * real CLIP's climb less, so there `works` is said too easily. Only sightings can tell; with five they decide alone.
 */
const BOUNDS = {
  /** Fewer different tiles, and a tail of 2 % is less than two of them. */
  minSamples: 100,
  /** Below, 1 − ‖v̄‖² of all tiles: always the same picture. */
  minSpread: 1e-3,
  /** More of the bank left out for being close, and the words say little of their own. */
  maxExcludedPart: 0.2,
  /** Quiet footage climbs less: works. More than `maxClimb`: weak. Between: cannot tell. */
  goodClimb: 0.4,
  maxClimb: 0.5,
  minSightings: 5,
  minAuc: 0.9,
  minFound: 0.5,
};

/**
 * Tells whether a rule's words can work on a camera, from footage without labels. Pure; never blocks a rule.
 *
 * `weak` is well founded: words that hardly differ from their negatives, or footage that looks like them anyway.
 * `works` without sightings only means that nothing speaks against it: pictures of the thing were not there to be tried
 * (`separation.ts` says what is measured, and what the modality gap does to it).
 */
export function assessFeasibility(input: FeasibilityInput): Feasibility {
  const { rule, set } = input;
  const usable = distinct(input.samples);
  const nothing = nothingToSee(input.samples, usable);
  const footage = new Footage(nothing ? [] : usable.map(({ vector }) => vector), set.logitScale);
  const sightings = new Footage((input.sightings ?? []).filter(isWhole), set.logitScale);
  const contrast = contrastOf(rule, set);
  const margins = footage.margins(rule.positive, contrast);
  const self = footage.ofWords(rule.positive).margins(rule.positive, contrast)[0]!;
  const tiles = nothing ? [] : usable.map(({ tile }) => tile);
  const dominating = nothing || input.looksAtPart ? null : dominatingTile(margins, { tiles, self });
  const offsets = surplusOf(dominating, tiles);
  const separation = separationOf({ positive: rule.positive, contrast, footage, sightings, offsets });
  const negatives = checkNegatives(input, { footage, contrast });
  const proposing = {
    ...input,
    footage,
    sightings,
    offsets,
    contrast,
    now: separation,
    phrases: input.phrases ?? new Map<string, Float32Array>(),
  };
  const judged = judge(input, {
    nothing,
    separation,
    dominating,
    negatives,
    sightings: sightings.vectors.length,
  });
  if (nothing)
    return { ...judged, separation: null, dominatingTile: null, likest: [], negatives, proposals: [] };
  // A wording found without sightings is weak evidence: words that work are left alone.
  const reword = judged.verdict !== 'works' || sightings.vectors.length > 0;
  return {
    ...judged,
    separation,
    dominatingTile: dominating,
    likest: likest(input, { footage, margins }),
    negatives,
    proposals: [
      ...negativesToDrop(proposing, negatives),
      ...negativeToAdd(proposing),
      ...(reword ? wordingToUse(proposing) : []),
    ],
  };
}

function contrastOf(rule: RuleVectors, set: RuleSet): Float32Array[] {
  const excluded = new Set(rule.excludedFromBank);
  return [...rule.negatives, ...set.bank.filter((_, k) => !excluded.has(k))];
}

/** Each picture once: a frozen camera, or the motion gate, repeats them. Broken vectors are left out. */
function distinct(samples: readonly SampleTile[]): SampleTile[] {
  const seen = new Map<string, SampleTile>();
  for (const sample of samples)
    if (isWhole(sample.vector)) seen.set(`${sample.tile}:${sample.vector.join()}`, sample);
  return [...seen.values()];
}

function isWhole(vector: Float32Array): boolean {
  return vector.every(Number.isFinite);
}

/** Why the footage says nothing, or null. */
function nothingToSee(samples: readonly SampleTile[], usable: readonly SampleTile[]): string | null {
  if (samples.length > 0 && usable.length === 0) return 'the vectors are no numbers: the model is broken';
  if (samples.length < BOUNDS.minSamples)
    return `too little footage: ${samples.length} tiles, ${BOUNDS.minSamples} are needed`;
  if (usable.length < BOUNDS.minSamples)
    return `the footage hardly changes: ${usable.length} different tiles among ${samples.length}`;
  const mean = new Float64Array(usable[0]!.vector.length);
  for (const { vector } of usable)
    for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / usable.length;
  const spread = 1 - mean.reduce((sum, value) => sum + value * value, 0);
  return spread < BOUNDS.minSpread ? 'all tiles show the same picture' : null;
}

/** What {@link judge} goes by. */
interface Findings {
  nothing: string | null;
  separation: Separation;
  dominating: DominatingTile | null;
  negatives: readonly NegativeCheck[];
  sightings: number;
}

function judge(input: FeasibilityInput, found: Findings): Pick<Feasibility, 'verdict' | 'reasons'> {
  const weak = weaknesses(input, found);
  const notes = notesOn(input, found);
  if (found.nothing) {
    const about = found.separation.distinctness < MIN_DISTINCTNESS ? weak : [];
    return { verdict: 'cannot tell', reasons: [found.nothing, ...about] };
  }
  const { climb, auc, found: above } = found.separation;
  if (found.sightings >= BOUNDS.minSightings) {
    const separates = auc! >= BOUNDS.minAuc && above! >= BOUNDS.minFound;
    const said = `${percent(above!)} of ${found.sightings} confirmed sightings score above 98 % of the footage`;
    const otherwise = input.looksAtPart && weak.length === 0 ? 'cannot tell' : 'weak';
    return {
      verdict: separates ? 'works' : otherwise,
      reasons: [said, ...(separates ? [] : weak), ...notes],
    };
  }
  if (weak.length > 0) return { verdict: 'weak', reasons: [...weak, ...notes] };
  const unknown = (input.unknownWords ?? []).filter((word) => contentWords(word).length > 0);
  if (unknown.length > 0)
    return { verdict: 'cannot tell', reasons: [`the model never saw: ${unknown.join(', ')}`, ...notes] };
  const climbs = `what looks most like it goes ${percent(climb)} of the way to the words`;
  if (climb > BOUNDS.goodClimb)
    return {
      verdict: 'cannot tell',
      reasons: [`${climbs}, about as far as a faint sighting does`, ...notes],
    };
  const unproven = `of the ${BOUNDS.minSightings} confirmed events that would settle it there ${found.sightings === 1 ? 'is 1' : `are ${found.sightings || 'none'}`} so far`;
  return { verdict: 'works', reasons: [`nothing speaks against it: ${climbs}`, unproven, ...notes] };
}

function weaknesses(
  { rule, set, words, looksAtPart }: FeasibilityInput,
  { separation, negatives }: Findings,
): string[] {
  const reasons: string[] = [];
  const close = negatives.filter(({ finding }) => finding === 'too-close');
  for (const { phrase } of close) reasons.push(`"${phrase}" says nearly the same as the rule itself`);
  if (close.length === 0 && separation.distinctness < MIN_DISTINCTNESS)
    reasons.push(`to the model "${words.when[0]}" hardly differs from scenes without it`);
  if (rule.excludedFromBank.length > BOUNDS.maxExcludedPart * set.bank.length)
    reasons.push(
      `the words are close to ${rule.excludedFromBank.length} of ${set.bank.length} ordinary scenes: they say little of their own`,
    );
  if (separation.climb > BOUNDS.maxClimb && !looksAtPart)
    reasons.push(
      `what looks most like it goes ${percent(separation.climb)} of the way to the words: it is often there, or something looks like it`,
    );
  return reasons;
}

function notesOn({ looksAtPart }: FeasibilityInput, { dominating, negatives }: Findings): string[] {
  const notes = negatives
    .filter(({ finding }) => finding === 'kind-of-positive')
    .map(({ phrase }) => `"${phrase}" is a kind of what the rule looks for`);
  if (dominating)
    notes.push(
      `tile ${dominating.tile} looks like it at any time, and makes up ${percent(dominating.share)} of the highest scores`,
    );
  if (looksAtPart) notes.push('all of the picture was measured, of which the rule looks at a part');
  return notes;
}

/** Which phrases (negatives, bank, look-alikes) the tiles with the highest 2 % of margins are most like. */
function likest(
  { words, rule, set, phrases }: FeasibilityInput,
  { footage, margins }: { footage: Footage; margins: Float64Array },
): Feasibility['likest'] {
  const named = new Map<string, Float32Array>();
  const isRule = (vector: Float32Array) =>
    relativeCloseness(rule.positive, [vector], set.bank)[0]! > MAX_RELATIVE_CLOSENESS;
  for (const [k, text] of CONTRAST_BANK.entries()) if (set.bank[k]) named.set(text, set.bank[k]);
  for (const text of LOOKALIKES) if (phrases?.has(text)) named.set(text, phrases.get(text)!);
  for (const [k, text] of words.not.entries()) named.set(text, rule.negatives[k]!);
  // What says the same as the rule is on top of its tail by nature, and explains nothing.
  for (const [text, vector] of named) if (isRule(vector)) named.delete(text);
  const from = quantile(margins, 0.98);
  const wins = new Map<string, number>();
  let tail = 0;
  for (const [i, margin] of margins.entries()) {
    if (margin < from) continue;
    tail++;
    let winner = '';
    let highest = -Infinity;
    for (const [text, vector] of named) {
      const logit = footage.logits(vector)[i]!;
      if (logit > highest) [winner, highest] = [text, logit];
    }
    wins.set(winner, (wins.get(winner) ?? 0) + 1);
  }
  return [...wins]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([phrase, count]) => ({ phrase, share: count / tail }));
}
