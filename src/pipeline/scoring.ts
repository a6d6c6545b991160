import { createHash } from 'node:crypto';
import { probabilityOf } from '../rules/labels/platt.js';
import type { RuleWords } from '../rules/rule-vectors.js';
import type { Score } from '../rules/score.js';
import type { ThresholdPlan } from '../rules/thresholds.js';
import type { RuleBook } from './rule-book.js';

/** Changes whenever scores are made otherwise: calibrations and lessons from before are not used then. */
const RECIPE = 1;

/** A hash of a rule's words: 16 hexadecimal digits. */
export function wordsOf({ when, not }: Pick<RuleWords, 'when' | 'not'>): string {
  return createHash('sha256')
    .update(JSON.stringify([RECIPE, when, not]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * How a rule's scores are made by a model: of which words, as plain margins (`fixed`) or against what the camera usually
 * shows (`calibrated`), and corrected by which probe. Scores of one scoring mean the same; others cannot be compared.
 */
export function scoringOf({
  words,
  kind,
  probeVersion,
}: {
  words: string;
  kind: ThresholdPlan['kind'];
  probeVersion: number | null;
}): string {
  return `${words}/${kind}/${probeVersion === null ? 'words' : `probe-${probeVersion}`}`;
}

/** Adds what reviews make of a score, where there are enough of them and the score is known. */
export function withProbability(score: Score, { taught }: Pick<RuleBook, 'taught'>): Score {
  const lesson = taught.get(score.ruleId)?.probability;
  if (!lesson || !Number.isFinite(score.score)) return score;
  return { ...score, probability: probabilityOf(score.score, lesson.content) };
}
