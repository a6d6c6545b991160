import { SizeClass } from '../config/manifest-schema.js';
import type { WatchRule } from '../pipeline/rule-book.js';
import { bootstrap, bootstrapDifference, type Drawings, drawingsOf, type Estimates } from './bootstrap.js';
import {
  type Cell,
  type Counts,
  daysOf,
  type Figures,
  figuresOf,
  type Group,
  OperatingPoints,
  type RuleCells,
  type Weights,
} from './figures.js';
import type { WatchedFootage } from './footage.js';
import { FrameAuc } from './frame-auc.js';
import type { Label } from './labels.js';
import { type Matched, matchAlarms } from './matching.js';
import { raisedAt, shiftsOf } from './sweep.js';

/** A video, what the rules saw in it, and the truth. */
export interface LabelledFootage {
  name: string;
  footage: WatchedFootage;
  /** Of the rules that are evaluated. */
  labels: Label[];
  /** Of active hours; null: the footage's time is not known. */
  timeZone: string | null;
}

/** What came of one rule in one video. */
export interface VideoResult {
  /** Which video, 0 … */
  video: number;
  ruleId: string;
  matched: Matched;
}

/** All rules together, one rule, or things of one size. */
export interface MeasuredGroup {
  kind: 'all' | 'rule' | 'size';
  /** Of the rule or the size. */
  name: string;
  counts: { labels: number; found: number; falseAlarms: number };
  estimates: Estimates;
  /** What it was worked out from. */
  figures: (weights: Weights) => Figures;
  group: Group;
}

/** Rules, measured on labelled videos. */
export interface Evaluation {
  videos: readonly LabelledFootage[];
  groups: MeasuredGroup[];
  drawings: Drawings;
  results: VideoResult[];
}

/**
 * Measures rules on labelled videos.
 * @param rules those whose labels are complete
 * @param toleranceMs how far outside of a label an alarm may begin that finds it
 */
export function evaluate(
  videos: readonly LabelledFootage[],
  { rules, toleranceMs }: { rules: readonly WatchRule[]; toleranceMs: number },
): Evaluation {
  const results: VideoResult[] = [];
  const cells = rules.map((rule): RuleCells => {
    const matched = videos.map((video) => matchVideo(video, { ruleId: rule.id, toleranceMs }));
    results.push(...matched.map((matched, video) => ({ video, ruleId: rule.id, matched })));
    return { cells: matched.map(cellOf), points: pointsOf(rule, { videos, toleranceMs }) };
  });
  const days = Float64Array.from(videos, ({ footage }) => daysOf(footage.durationMs));
  const drawings = drawingsOf(videos.length);
  const groupOf = (rules: RuleCells[], ids: readonly string[]) => ({ rules, auc: aucOf(videos, ids), days });
  const ids = rules.map(({ id }) => id);
  const groups = [
    measure({ kind: 'all', name: 'all rules', group: groupOf(cells, ids) }, drawings),
    ...rules.map(({ id }, i) =>
      measure({ kind: 'rule', name: id, group: groupOf([cells[i]!], [id]) }, drawings),
    ),
    ...SizeClass.options.flatMap((size) => {
      const ofSize = cells.map(({ cells }) => ({
        cells: cells.map((cell) => cellOfSize(cell, size)),
        points: null,
      }));
      const group = measure(
        { kind: 'size', name: size, group: { rules: ofSize, auc: null, days } },
        drawings,
      );
      return group.counts.labels > 0 ? group : [];
    }),
  ];
  return { videos, groups, drawings, results };
}

function matchVideo(
  { footage, labels }: LabelledFootage,
  { ruleId, toleranceMs }: { ruleId: string; toleranceMs: number },
): Matched {
  const isOwn = (of: { ruleId: string }) => of.ruleId === ruleId;
  return matchAlarms(labels.filter(isOwn), footage.alarms.filter(isOwn), toleranceMs);
}

function pointsOf(
  rule: WatchRule,
  { videos, toleranceMs }: { videos: readonly LabelledFootage[]; toleranceMs: number },
): OperatingPoints {
  const shifts = shiftsOf(
    rule.id,
    videos.map(({ footage }) => footage),
  );
  return new OperatingPoints(
    videos.map(({ footage, labels, timeZone }): Counts => {
      const own = labels.filter(({ ruleId }) => ruleId === rule.id);
      const matched = shifts.map((shift) =>
        matchAlarms(own, raisedAt(shift, { rule, footage, timeZone }), toleranceMs),
      );
      return {
        found: Float64Array.from(matched, ({ found }) => found.length),
        falseAlarms: Float64Array.from(matched, ({ falseAlarms }) => falseAlarms.length),
      };
    }),
  );
}

/** How much higher the figures of one evaluation are than those of another of the same videos, group by group. */
export function differences(
  one: Evaluation,
  other: Evaluation,
): { kind: MeasuredGroup['kind']; name: string; estimates: Estimates }[] {
  return one.groups.flatMap(({ kind, name, figures }) => {
    const same = other.groups.find((group) => group.kind === kind && group.name === name);
    if (!same) return [];
    return { kind, name, estimates: bootstrapDifference(one.drawings, figures, same.figures) };
  });
}

function measure(
  { kind, name, group }: Pick<MeasuredGroup, 'kind' | 'name' | 'group'>,
  drawings: Drawings,
): MeasuredGroup {
  const cells = group.rules.flatMap(({ cells }) => cells);
  const sum = (count: (cell: Cell) => number) => cells.reduce((total, cell) => total + count(cell), 0);
  const found = sum(({ found }) => found.length);
  const labels = found + sum(({ missed }) => missed.length);
  const counts = { labels, found, falseAlarms: sum(({ falseAlarms }) => falseAlarms) };
  const figures = (weights: Weights) =>
    kind === 'size' ? ofLabelsOnly(figuresOf(group, weights)) : figuresOf(group, weights);
  return { kind, name, counts, estimates: bootstrap(drawings, figures), figures, group };
}

/** A false alarm is of no thing, and so of no size. */
function ofLabelsOnly({ recall, delayMedianMs, delayP90Ms, ...rest }: Figures): Figures {
  const none = Object.fromEntries(Object.keys(rest).map((name) => [name, null])) as Omit<
    Figures,
    'recall' | 'delayMedianMs' | 'delayP90Ms'
  >;
  return { ...none, recall, delayMedianMs, delayP90Ms };
}

function cellOf({ found, missed, falseAlarms }: Matched): Cell {
  return {
    found: found.map(({ label, alarm }) => ({
      // An alarm may come a little before a label that was drawn a little late.
      delayMs: Math.max(0, alarm.raisedMs - label.fromMs),
      size: label.size,
    })),
    missed: missed.map(({ size }) => ({ size })),
    falseAlarms: falseAlarms.length,
  };
}

function cellOfSize({ found, missed }: Cell, wanted: SizeClass): Cell {
  const isWanted = ({ size }: { size: SizeClass | null }) => size === wanted;
  return { found: found.filter(isWanted), missed: missed.filter(isWanted), falseAlarms: 0 };
}

/** Frames ranked by how far above its threshold the highest of the rules is. */
function aucOf(videos: readonly LabelledFootage[], ruleIds: readonly string[]): FrameAuc {
  return new FrameAuc(
    videos.map(({ footage, labels }) => {
      const own = labels.filter(({ ruleId }) => ruleIds.includes(ruleId));
      const truth = footage.moments.map(({ atMs }) => {
        const ms = atMs - footage.startTimeMs;
        return own.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs) ? 1 : 0;
      });
      return { scores: marginsOf(footage, ruleIds), truth };
    }),
  );
}

/** How far the highest of some rules is above its threshold, at each moment; NaN: none was scored. */
export function marginsOf({ moments, rules }: WatchedFootage, ruleIds: readonly string[]): Float64Array {
  const margins = new Float64Array(moments.length).fill(Number.NaN);
  for (const id of ruleIds) {
    const track = rules.get(id);
    for (const i of track ? margins.keys() : []) {
      const margin = track!.scores[i]! - track!.thresholds[i]!;
      if (!(margin <= margins[i]!) && !Number.isNaN(margin)) margins[i] = margin;
    }
  }
  return margins;
}
