import { createHash } from 'node:crypto';
import type { RuleView } from './camera-view.js';

/** What makes scores of another kind, besides the rule and its tiles. */
export interface ScoredHow {
  modelHash: string;
  /** Frames sampled a second, and whether tiles that do not change keep their vectors: both change what is normal. */
  fps: number;
  motionGate: boolean;
}

/**
 * Names what is known of a rule on a camera by whatever makes scores of another kind: other words, lessons, tiles, timing,
 * sampling or another model.
 * @param ruleIndex its place in the view's book
 */
export function ruleKeyOf(
  view: RuleView,
  { ruleIndex, modelHash, fps, motionGate }: ScoredHow & { ruleIndex: number },
): string {
  const rule = view.book.rules[ruleIndex]!;
  const { confirm, forMs, clearForMs, cooldownMs } = rule.timing;
  const boxes = view.tilesOf(ruleIndex).map(({ box }) => box);
  const { scoring } = view.book.taught.get(rule.id)!;
  const parts = [modelHash, scoring, boxes, fps, motionGate];
  return createHash('sha256')
    .update(JSON.stringify([...parts, confirm, forMs, clearForMs, cooldownMs]))
    .digest('hex')
    .slice(0, 24);
}
