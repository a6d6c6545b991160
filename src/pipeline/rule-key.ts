import { createHash } from 'node:crypto';
import type { ThresholdPlan } from '../rules/thresholds.js';
import type { RuleView } from './camera-view.js';
import type { WatchRule } from './rule-book.js';

/** What makes scores of another kind, besides the rule and its tiles. */
export interface ScoredHow {
  modelHash: string;
  /** Frames sampled a second, and whether tiles that do not change keep their vectors: both change what is normal. */
  fps: number;
  motionGate: boolean;
}

/** A rule that looks at something, and the name of what is known of it on its camera. */
export interface KeyedRule<Kind extends ThresholdPlan['kind']> {
  rule: WatchRule;
  plan: Extract<ThresholdPlan, { kind: Kind }>;
  /** How many it looks at. */
  tiles: number;
  key: string;
}

/** Rules of a view that look at any tile, and whose threshold is of one kind. */
export function* keyedRules<Kind extends ThresholdPlan['kind']>(
  view: RuleView,
  { kind, ...how }: ScoredHow & { kind: Kind },
): Generator<KeyedRule<Kind>> {
  for (const [ruleIndex, rule] of view.book.rules.entries()) {
    const plan = view.book.plans.get(rule.id)!;
    const tiles = view.tilesOf(ruleIndex).length;
    if (plan.kind !== kind || tiles === 0) continue;
    const key = keyOf(view, { ruleIndex, ...how });
    yield { rule, plan: plan as KeyedRule<Kind>['plan'], tiles, key };
  }
}

/**
 * Names what is known of a rule on a camera by whatever makes scores of another kind: other words, lessons, tiles, timing,
 * sampling or another model.
 * @param ruleIndex its place in the view's book
 */
function keyOf(
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
