import type { ActiveHours } from '../detect/active-hours.js';
import type { Severity } from '../detect/event.js';
import type { DetectorOptions } from '../detect/rule-detector.js';
import type { Embedder } from '../model/embedder.js';
import { embedRules, type RuleSet, type RuleWords } from '../rules/rule-vectors.js';
import { type ThresholdPlan, thresholdPlanOf } from '../rules/thresholds.js';
import type { Point } from '../shared/geometry.js';
import type { TileLayout } from '../tiling/layout.js';

/** A rule as the pipeline needs it. */
export interface WatchRule extends RuleWords {
  name: string;
  /** Cameras it looks at; null: all. */
  cameras: readonly string[] | null;
  tiles: { layout: TileLayout; region: readonly Point[] | null };
  timing: Omit<DetectorOptions, 'newId' | 'maxGapMs'>;
  active: ActiveHours | null;
  severity: Severity;
  /** A fixed score instead of a budget. */
  threshold: number | null;
  budget: { falseAlarmsPerDay: number } | null;
  /** How a threshold is worked out; see `RuleCalibration`. */
  calibrate: { warmupMs: number; minMs: number; adapt: boolean };
}

/** Rules in force, with their words as vectors. Replaced as a whole when rules change. */
export interface RuleBook {
  rules: readonly WatchRule[];
  /** Vectors of `rules`, in the same order. */
  set: RuleSet;
  plans: ReadonlyMap<string, ThresholdPlan>;
}

/** Reads rules with a model's eyes. */
export async function openRuleBook(rules: readonly WatchRule[], embedder: Embedder): Promise<RuleBook> {
  const model = embedder.describe();
  return {
    rules,
    set: await embedRules(rules, embedder),
    plans: new Map(rules.map((rule) => [rule.id, thresholdPlanOf(rule, model)])),
  };
}

/** The part of a book that concerns one camera. */
export function bookOfCamera(book: RuleBook, cameraId: string): RuleBook {
  const concerned = book.rules.map(({ cameras }) => cameras === null || cameras.includes(cameraId));
  return {
    rules: book.rules.filter((_, i) => concerned[i]),
    set: { ...book.set, rules: book.set.rules.filter((_, i) => concerned[i]) },
    plans: book.plans,
  };
}
