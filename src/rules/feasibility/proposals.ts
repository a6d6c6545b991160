import {
  CONTRAST_BANK,
  MAX_RELATIVE_CLOSENESS,
  type RuleSet,
  type RuleVectors,
  type RuleWords,
  relativeCloseness,
  tooClose,
} from '../rule-vectors.js';
import type { Footage } from './footage.js';
import type { NegativeCheck } from './negatives.js';
import { MIN_DISTINCTNESS, type Separation, type SeparationInput, separationOf } from './separation.js';
import { LOOKALIKES, wordingsOf } from './texts.js';

/** Something to try. */
export interface Proposal {
  kind: 'add-negative' | 'drop-negative' | 'use-wording';
  phrase: string;
  /** `climb` of the rule as it is, and with the change. */
  climbBefore: number;
  climbAfter: number;
  /** With sightings: their AUC before and after. */
  aucBefore: number | null;
  aucAfter: number | null;
}

/** What is proposed must change something: by so much in climb, or AUC where there are sightings. */
const WORTHWHILE = { negative: 0.05, wording: 0.1, auc: 0.02 };

/** A rule on a camera, with everything measured so far. */
export interface ProposalInput {
  words: RuleWords;
  rule: RuleVectors;
  set: RuleSet;
  footage: Footage;
  sightings: Footage;
  offsets: ArrayLike<number>;
  contrast: readonly Float32Array[];
  now: Separation;
  phrases: ReadonlyMap<string, Float32Array>;
}

/**
 * The negative whose addition helps most. Tried are the shipped look-alikes and the bank's phrases, a phrase of the
 * bank counting twice then. What is close to the rule's words is not: it would take sightings along. Without sightings
 * it must take more from the footage's tail than from the words, which a look-alike that resembles them seldom does. Pure.
 */
export function negativeToAdd(input: ProposalInput): Proposal[] {
  const { words, rule, set, phrases } = input;
  const texts = [...LOOKALIKES, ...CONTRAST_BANK].filter((text) => !words.not.includes(text));
  const known = new Map([
    ...phrases,
    ...CONTRAST_BANK.flatMap((text, k) => (set.bank[k] ? [[text, set.bank[k]] as const] : [])),
  ]);
  const tried = texts.flatMap((text) => {
    const vector = known.get(text);
    if (!vector) return [];
    if (relativeCloseness(rule.positive, [vector], set.bank)[0]! > MAX_RELATIVE_CLOSENESS) return [];
    const then = measured(input, { positive: rule.positive, contrast: input.contrast, added: vector });
    return [proposal(input, { kind: 'add-negative', phrase: text }, then)];
  });
  return best(tried, WORTHWHILE.negative);
}

/** Negatives that are too close, where dropping them makes the words stand out more. Pure. */
export function negativesToDrop(input: ProposalInput, checks: readonly NegativeCheck[]): Proposal[] {
  const { rule } = input;
  return checks.flatMap(({ phrase, finding }, k) => {
    if (finding !== 'too-close' && finding !== 'kind-of-positive') return [];
    const contrast = input.contrast.filter((vector) => vector !== rule.negatives[k]);
    const then = measured(input, { positive: rule.positive, contrast });
    const dropped = proposal(input, { kind: 'drop-negative', phrase }, then);
    // A kind of the positive may be meant: "a person", but not "a person in uniform".
    return finding === 'too-close' || better(dropped) >= WORTHWHILE.auc ? [dropped] : [];
  });
}

/**
 * The one wording that separates better than all of the rule's together. Without sightings this is weak evidence: words
 * that no picture is like are quiet, too. So it takes a large step, and words that stand out as much as before. Pure.
 */
export function wordingToUse(input: ProposalInput): Proposal[] {
  const { words, rule, set, now, phrases } = input;
  const texts = new Set(words.when.flatMap(wordingsOf));
  const tried = [...texts].flatMap((text) => {
    const positive = phrases.get(text);
    if (!positive || (words.when.length === 1 && words.when[0] === text)) return [];
    const excluded = new Set(tooClose(positive, set.bank));
    const contrast = [...rule.negatives, ...set.bank.filter((_, k) => !excluded.has(k))];
    const then = measured(input, { positive, contrast });
    if (then.distinctness < Math.max(now.distinctness, MIN_DISTINCTNESS)) return [];
    return [proposal(input, { kind: 'use-wording', phrase: text }, then)];
  });
  return best(tried, WORTHWHILE.wording);
}

function measured(
  { footage, sightings, offsets }: ProposalInput,
  change: Pick<SeparationInput, 'positive' | 'contrast' | 'added'>,
): Separation {
  return separationOf({ ...change, footage, sightings, offsets });
}

function proposal(
  { now }: ProposalInput,
  what: Pick<Proposal, 'kind' | 'phrase'>,
  then: Separation,
): Proposal {
  return { ...what, climbBefore: now.climb, climbAfter: then.climb, aucBefore: now.auc, aucAfter: then.auc };
}

/** By how much a change helps: in AUC where there are sightings, else in climb. */
function better({ climbBefore, climbAfter, aucBefore, aucAfter }: Proposal): number {
  if (aucBefore !== null && aucAfter !== null) return aucAfter - aucBefore;
  return climbBefore - climbAfter;
}

function best(proposals: readonly Proposal[], worthwhile: number): Proposal[] {
  const [first] = [...proposals].sort((a, b) => better(b) - better(a));
  if (!first) return [];
  return better(first) >= (first.aucBefore === null ? worthwhile : WORTHWHILE.auc) ? [first] : [];
}
