import type { ActiveHours } from '../detect/active-hours.js';
import type { Severity } from '../detect/event.js';
import type { DetectorOptions } from '../detect/rule-detector.js';
import type { Embedder } from '../model/embedder.js';
import { embedRules, type RuleSet, type RuleVectors, type RuleWords } from '../rules/rule-vectors.js';
import { type ThresholdPlan, thresholdPlanOf } from '../rules/thresholds.js';
import type { Point } from '../shared/geometry.js';
import type { LessonOf, LessonStore, StoredLesson } from '../store/lesson-store.js';
import type { TileLayout } from '../tiling/layout.js';
import { scoringOf, wordsOf } from './scoring.js';

/** A rule as the pipeline needs it. */
export interface WatchRule extends RuleWords {
  name: string;
  /** Cameras it looks at; null: all. */
  cameras: readonly string[] | null;
  tiles: { layout: TileLayout; region: readonly Point[] | null };
  timing: Omit<DetectorOptions, 'newId' | 'maxGapMs'>;
  active: ActiveHours | null;
  severity: Severity;
  /** What Home Assistant takes it for; left out or null: nothing special. */
  deviceClass?: string | null;
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
  /** What labels taught about each rule, and how its scores are made. */
  taught: ReadonlyMap<string, TaughtRule>;
  /** Of the model whose lessons are in the book. */
  modelHash: string;
}

/** What labels taught about a rule. */
export interface TaughtRule {
  /** Hash of its words: a probe corrects these and no others. */
  words: string;
  /** How its scores are made (`scoring.ts`). */
  scoring: string;
  /** In `set`, too. */
  probe: LessonOf<'probe'> | null;
  /** For scores as they are made now. */
  probability: LessonOf<'probability'> | null;
}

/** Where lessons come from. */
export type LessonSource = Pick<LessonStore, 'active'>;

/**
 * Reads rules with a model's eyes.
 * @param lessons what labels taught about them; null: nothing
 */
export async function openRuleBook(
  rules: readonly WatchRule[],
  embedder: Embedder,
  lessons: LessonSource | null = null,
): Promise<RuleBook> {
  const model = embedder.describe();
  const words = {
    rules,
    set: await embedRules(rules, embedder),
    plans: new Map(rules.map((rule) => [rule.id, thresholdPlanOf(rule, model)])),
  };
  return teach(words, { lessons, modelHash: model.modelHash });
}

/** The same rules with the lessons that are active now; those that were in the book are forgotten. */
export function teach(
  { rules, set, plans }: Pick<RuleBook, 'rules' | 'set' | 'plans'>,
  { lessons, modelHash }: { lessons: LessonSource | null; modelHash: string },
): RuleBook {
  const taught = new Map<string, TaughtRule>();
  const vectors = rules.map((rule, i): RuleVectors => {
    const { probe: _old, ...words } = set.rules[i]!;
    const lesson = taughtOf(rule, {
      kind: plans.get(rule.id)!.kind,
      active: lessons?.active({ ruleId: rule.id, modelHash }) ?? [],
      dimension: words.positive.length,
    });
    taught.set(rule.id, lesson);
    return lesson.probe ? { ...words, probe: lesson.probe.content } : words;
  });
  return { rules, set: { ...set, rules: vectors }, plans, taught, modelHash };
}

function taughtOf(
  rule: WatchRule,
  {
    kind,
    active,
    dimension,
  }: { kind: ThresholdPlan['kind']; active: readonly StoredLesson[]; dimension: number },
): TaughtRule {
  const words = wordsOf(rule);
  const probe =
    active.find(
      (lesson): lesson is LessonOf<'probe'> =>
        lesson.content.kind === 'probe' &&
        lesson.scoring === words &&
        lesson.content.weights.length === dimension,
    ) ?? null;
  const scoring = scoringOf({ words, kind, probeVersion: probe?.version ?? null });
  const probability = active.find(
    (lesson): lesson is LessonOf<'probability'> =>
      lesson.content.kind === 'probability' && lesson.scoring === scoring,
  );
  return { words, scoring, probe, probability: probability ?? null };
}

/** The part of a book that concerns one camera. */
export function bookOfCamera(book: RuleBook, cameraId: string): RuleBook {
  const concerned = book.rules.map(({ cameras }) => cameras === null || cameras.includes(cameraId));
  return {
    ...book,
    rules: book.rules.filter((_, i) => concerned[i]),
    set: { ...book.set, rules: book.set.rules.filter((_, i) => concerned[i]) },
  };
}

/** The part of a book that is about one rule. */
export function bookOfRule(book: RuleBook, ruleId: string): RuleBook {
  const place = book.rules.findIndex(({ id }) => id === ruleId);
  return {
    ...book,
    rules: [book.rules[place]!],
    set: { ...book.set, rules: [book.set.rules[place]!] },
    plans: new Map([[ruleId, book.plans.get(ruleId)!]]),
    taught: new Map([[ruleId, book.taught.get(ruleId)!]]),
  };
}
