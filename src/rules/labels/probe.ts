import { tileMargins } from '../margin.js';
import type { LinearProbe, RuleSet, RuleVectors } from '../rule-vectors.js';
import { dot } from '../vectors.js';
import { type Comparison, compareRankings, type Ranked } from './compare-rankings.js';
import { type Example, fitLogistic } from './logistic.js';

/** Unit-norm tile vectors with what is known of them. Each list in order of time: neighbours look alike. */
export interface ProbeLabels {
  /** Winning tiles of events and peaks that the user confirmed. */
  confirmed: readonly Float32Array[];
  /** Winning tiles of those that the user called false. */
  wrong: readonly Float32Array[];
  /** Tiles of quiet footage, any: they keep the probe from finding the thing everywhere. */
  quiet: readonly Float32Array[];
}

/** A probe and how it compares with the words alone, on labels it was not trained on. */
export type ProbeResult =
  | { probe: LinearProbe; comparison: Comparison; reason: null }
  | { probe: null; comparison: Comparison | null; reason: string };

export const PROBE_MIN_CONFIRMED = 8;
/** Wrong ones and quiet tiles together. */
export const PROBE_MIN_OTHERS = 20;

/**
 * How far labels may move scores: before any label, the correction of a typical tile is expected to have half the
 * standard deviation that the margins themselves have on wrong and quiet tiles. Hence
 *
 *     λ = spread(v) / (½² · var(m)),   spread(v) = mean ‖v − v̄‖²
 *
 * which suits any model, whatever its τ and dimension. From 0.3 to 2 the gain on synthetic worlds hardly changes; smaller
 * values resist wrong labels better. Not tried on real footage.
 */
const CORRECTION_PER_MARGIN = 0.5;
/** Keeps the descent short where all tiles are nearly the same picture. */
const LEAST_LAMBDA = 1e-4;

/** More would cost time and tell nothing new. Also how many folds there are at most. */
const MOST_QUIET = 300;
const MOST_FOLDS = 10;

/**
 * The words stand unless the probe beats them by so many standard errors. Nominally 1 % one-sided; but folds share most
 * of their labels, and on labels that are pure noise 3 of 60 synthetic worlds got that far (1.645: 8 of 60).
 */
const NEEDED_STANDARD_ERRORS = 2.33;

/**
 * Learns from labels what the words of a rule miss. Pure.
 *
 *     score(v) = m(v) + w·v + b
 *
 * m is the margin of the words. The probe corrects it instead of replacing it: no labels, no correction (w = 0, b = 0),
 * and then the score is exactly the words' own. A plain linear function could not be that, m being curved: which
 * negative speaks depends on the tile. w is an L2 logistic regression towards 0 with the margins as offsets
 * (`logistic.ts`); all quiet tiles together count as much as the confirmed ones. b makes the correction of the
 * median quiet tile 0, so scores keep their zero and roughly their threshold.
 *
 * It is offered only if it ranks better than the words on labels it has not seen: k-fold, folds being stretches of
 * time, because frames of one happening would give each other away. With few labels only a large gain shows.
 */
export function trainProbe(
  labels: ProbeLabels,
  { rule, set }: { rule: RuleVectors; set: RuleSet },
): ProbeResult {
  const quiet = thinned(labels.quiet, MOST_QUIET);
  const { confirmed, wrong } = labels;
  if (confirmed.length < PROBE_MIN_CONFIRMED || wrong.length + quiet.length < PROBE_MIN_OTHERS) {
    const others = `${wrong.length + quiet.length} false or quiet ones`;
    return none(
      `${confirmed.length} confirmed and ${others}; ${PROBE_MIN_CONFIRMED} and ${PROBE_MIN_OTHERS} are needed`,
    );
  }
  const { probe: _old, ...wordsOnly } = rule;
  const words: RuleSet = { ...set, rules: [wordsOnly] };
  const quietWeight = Math.min(1, confirmed.length / Math.max(1, quiet.length));
  const seen = (vectors: readonly Float32Array[], positive: boolean, weight: number): Example[] =>
    vectors.map((vector) => ({ vector, positive, weight, offset: tileMargins(vector, words)[0]! }));
  const groups: Groups = {
    confirmed: seen(confirmed, true, 1),
    wrong: seen(wrong, false, 1),
    quiet: seen(quiet, false, quietWeight),
  };
  if (
    Object.values(groups)
      .flat()
      .some(({ offset }) => !Number.isFinite(offset))
  )
    return none('some vectors are no numbers: the model is broken');
  if (!(marginVariance([...groups.wrong, ...groups.quiet]) > 1e-12))
    return none('all false and quiet ones are the same picture');

  const comparison = crossValidate(groups);
  if (!(comparison.gain > 0 && comparison.gain >= NEEDED_STANDARD_ERRORS * comparison.standardError))
    return none('on labels it has not seen it is not clearly better than the words', comparison);
  return { probe: train(groups), comparison, reason: null };
}

function none(reason: string, comparison: Comparison | null = null): ProbeResult {
  return { probe: null, comparison, reason };
}

/** {@link ProbeLabels} with the margins of the words. */
type Groups = Record<keyof ProbeLabels, Example[]>;

function train({ confirmed, wrong, quiet }: Groups): LinearProbe {
  const { weights } = fitLogistic([...confirmed, ...wrong, ...quiet], lambdaOf([...wrong, ...quiet]));
  const typical = quiet.length > 0 ? quiet : wrong;
  const lifts = typical.map(({ vector }) => dot(weights, vector)).sort((a, b) => a - b);
  return { weights, bias: -lifts[lifts.length >> 1]! };
}

/** λ from {@link CORRECTION_PER_MARGIN}; unit vectors have a spread of 1 − ‖v̄‖². */
function lambdaOf(others: readonly Example[]): number {
  const mean = new Float32Array(others[0]!.vector.length);
  for (const { vector } of others)
    for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / others.length;
  const spread = Math.max(0, 1 - dot(mean, mean));
  return Math.max(LEAST_LAMBDA, spread / (CORRECTION_PER_MARGIN ** 2 * marginVariance(others)));
}

function marginVariance(examples: readonly Example[]): number {
  const mean = examples.reduce((sum, { offset }) => sum + offset, 0) / examples.length;
  return examples.reduce((sum, { offset }) => sum + (offset - mean) ** 2, 0) / examples.length;
}

/** Scores every example by a probe that has not seen its stretch of time, and compares the ranking with the words'. */
function crossValidate(groups: Groups): Comparison {
  const folds = Math.min(MOST_FOLDS, groups.confirmed.length);
  const ranked: Ranked[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const inFold = (_: Example, i: number, { length }: readonly Example[]) =>
      Math.floor((i * folds) / length) === fold;
    const notInFold = (...at: Parameters<typeof inFold>) => !inFold(...at);
    const probe = train({
      confirmed: groups.confirmed.filter(notInFold),
      wrong: groups.wrong.filter(notInFold),
      quiet: groups.quiet.filter(notInFold),
    });
    const unseen = Object.values(groups).flatMap((group) => group.filter(inFold));
    for (const { vector, offset, positive, weight } of unseen)
      ranked.push({
        before: offset,
        after: offset + dot(probe.weights, vector) + probe.bias,
        positive,
        weight,
      });
  }
  return compareRankings(ranked);
}

/** At most so many, evenly spread. */
function thinned<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)]!);
}
