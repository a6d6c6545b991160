import type { Verdict } from '../detect/event.js';
import { type WhatIf, whatIf } from '../rules/labels/what-if.js';
import { tileMargins } from '../rules/margin.js';
import type { LinearProbe, RuleSet, RuleVectors } from '../rules/rule-vectors.js';
import type { ThresholdPlan } from '../rules/thresholds.js';
import type { Moment } from '../store/moment-store.js';

/** A moment that would have been raised by one scoring only. */
export interface ChangedMoment {
  id: string;
  kind: Moment['kind'];
  cameraId: string;
  atMs: number;
  verdict: Verdict | null;
}

/** What would have been different under a probe, and the thresholds, in margins, that say so. */
export interface LessonWhatIf {
  /** Moments that were looked at. */
  moments: number;
  gained: ChangedMoment[];
  lost: ChangedMoment[];
  kept: number;
  neither: number;
  /** Judged moments that are treated better (a true one gained, a false one lost), and worse. */
  better: number;
  worse: number;
  /** `cameraId` null: one threshold for all cameras. null: nothing can be said of it. */
  thresholds: { cameraId: string | null; before: number | null; after: number | null }[];
  /** Where the threshold is fixed, and nobody changes it: how many would be gained and lost; else null. */
  atFixed: { gained: number; lost: number } | null;
}

/** What {@link lessonWhatIf} compares. */
export interface WhatIfInput {
  /** Of one rule. */
  moments: readonly Moment[];
  plan: ThresholdPlan;
  set: RuleSet;
  /** The rule as it is scored now. */
  rule: RuleVectors;
  probe: LinearProbe;
}

/**
 * Tells which of the moments on record would have been raised with a probe. Pure.
 *
 * Margins of the stored tiles are compared, old against new. How far a tile was from what it usually shows cannot be
 * worked out again from one vector, so where thresholds are calibrated the comparison is one of margins all the same.
 *
 * - Old threshold: the rule's own where it is fixed; else, on each camera, the one at which as many moments that were not
 *   judged true pass by their margin as were raised in fact.
 * - New threshold: the one at which as many moments not judged true are raised as with the old one. So the two are
 *   compared at the same number of false alarms, and what differs is which ones, and how many true events.
 *
 * One threshold for all cameras where it is fixed, one a camera where it is calibrated.
 */
export function lessonWhatIf({ moments, plan, set, rule, probe }: WhatIfInput): LessonWhatIf {
  const marginOf = (scored: RuleVectors) => {
    const alone: RuleSet = { ...set, rules: [scored] };
    return new Map(moments.map(({ id, vector }) => [id, tileMargins(vector, alone)[0]!]));
  };
  const before = marginOf(rule);
  const after = marginOf({ ...rule, probe });
  const total: LessonWhatIf = {
    ...{ ...NOTHING, moments: moments.length, gained: [], lost: [], thresholds: [] },
    atFixed: plan.kind === 'fixed' ? atFixed(moments, { before, after, threshold: plan.value }) : null,
  };
  for (const [cameraId, group] of groupsOf(moments, plan)) {
    const old =
      plan.kind === 'fixed' ? plan.value : passing(group, before, untrue(group).filter(wasRaised).length);
    const raised = untrue(group).filter(({ id }) => before.get(id)! >= old).length;
    const now = untrue(group).length === 0 ? old : passing(group, after, raised);
    const compared = whatIf(group, {
      before: ({ id }) => ({ score: before.get(id)!, threshold: old }),
      after: ({ id }) => ({ score: after.get(id)!, threshold: now }),
    });
    add(total, compared);
    total.thresholds.push({ cameraId, before: finiteOrNull(old), after: finiteOrNull(now) });
  }
  return total;
}

function atFixed(
  moments: readonly Moment[],
  {
    before,
    after,
    threshold,
  }: { before: ReadonlyMap<string, number>; after: ReadonlyMap<string, number>; threshold: number },
): { gained: number; lost: number } {
  const { gained, lost } = whatIf(moments, {
    before: ({ id }) => ({ score: before.get(id)!, threshold }),
    after: ({ id }) => ({ score: after.get(id)!, threshold }),
  });
  return { gained: gained.length, lost: lost.length };
}

const NOTHING = { kept: 0, neither: 0, better: 0, worse: 0 };

function groupsOf(moments: readonly Moment[], plan: ThresholdPlan): [string | null, Moment[]][] {
  if (plan.kind === 'fixed') return [[null, [...moments]]];
  const cameraIds = [...new Set(moments.map(({ cameraId }) => cameraId))].sort();
  return cameraIds.map((id) => [id, moments.filter(({ cameraId }) => cameraId === id)]);
}

function untrue(moments: readonly Moment[]): Moment[] {
  return moments.filter(({ verdict }) => verdict !== 'true');
}

function wasRaised({ kind, score, threshold }: Moment): boolean {
  return kind === 'event' || score >= threshold;
}

/**
 * The threshold that so many of the moments not judged true reach: half way between the last of them and the next one;
 * just above the highest where none may. Where there are none at all, everything passes.
 */
function passing(moments: readonly Moment[], margins: ReadonlyMap<string, number>, count: number): number {
  const sorted = untrue(moments)
    .map(({ id }) => margins.get(id)!)
    .filter(Number.isFinite)
    .sort((a, b) => b - a);
  const [last, next] = [sorted[count - 1], sorted[count]];
  if (last === undefined) return next === undefined ? Number.NEGATIVE_INFINITY : next + 1e-6;
  return next === undefined ? last : (last + next) / 2;
}

function add(total: LessonWhatIf, compared: WhatIf<Moment>): void {
  const changed = ({ moment }: { moment: Moment }): ChangedMoment => {
    const { id, kind, cameraId, atMs, verdict } = moment;
    return { id, kind, cameraId, atMs, verdict };
  };
  total.gained.push(...compared.gained.map(changed));
  total.lost.push(...compared.lost.map(changed));
  total.kept += compared.kept.length;
  total.neither += compared.neither;
  total.better += compared.better;
  total.worse += compared.worse;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
