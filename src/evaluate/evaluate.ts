import { SizeClass } from '../config/manifest-schema.js';
import type { WatchRule } from '../pipeline/rule-book.js';
import { bootstrap, bootstrapDifference, type Estimates } from './bootstrap.js';
import { type Cell, daysOf, type Figures, figuresOf, type Group } from './figures.js';
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
  figures: (weights: ArrayLike<number>) => Figures;
  group: Group;
}

/** Rules, measured on labelled videos. */
export interface Evaluation {
  videos: readonly LabelledFootage[];
  groups: MeasuredGroup[];
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
  const cells = rules.map((rule) => {
    const shifts = shiftsOf(
      rule.id,
      videos.map(({ footage }) => footage),
    );
    return videos.map(({ footage, labels, timeZone }, video): Cell => {
      const own = labels.filter(({ ruleId }) => ruleId === rule.id);
      const alarms = footage.alarms.filter(({ ruleId }) => ruleId === rule.id);
      const matched = matchAlarms(own, alarms, toleranceMs);
      results.push({ video, ruleId: rule.id, matched });
      const shifted = shifts.map((shift) => {
        const { found, falseAlarms } = matchAlarms(
          own,
          raisedAt(shift, { rule, footage, timeZone }),
          toleranceMs,
        );
        return { found: found.length, falseAlarms: falseAlarms.length };
      });
      return { ...cellOf(matched), video, shifted };
    });
  });
  const days = Float64Array.from(videos, ({ footage }) => daysOf(footage.durationMs));
  const groupOf = (rules: Cell[][], ids: readonly string[]): Group => ({
    rules,
    auc: aucOf(videos, ids),
    daysOf: days,
  });
  const ids = rules.map(({ id }) => id);
  const groups = [
    measure({ kind: 'all', name: 'all rules', group: groupOf(cells, ids) }),
    ...rules.map(({ id }, i) => measure({ kind: 'rule', name: id, group: groupOf([cells[i]!], [id]) })),
    ...SizeClass.options.flatMap((size) => {
      const ofSize = cells.map((row) => row.map((cell) => cellOfSize(cell, size)));
      const isThere = ofSize.flat().some(({ found, missed }) => found.length + missed.length > 0);
      return isThere
        ? measure({ kind: 'size', name: size, group: { rules: ofSize, auc: null, daysOf: days } })
        : [];
    }),
  ];
  return { videos, groups, results };
}

/** How much higher the figures of one evaluation are than those of another of the same videos, group by group. */
export function differences(
  one: Evaluation,
  other: Evaluation,
): { kind: MeasuredGroup['kind']; name: string; estimates: Estimates }[] {
  return one.groups.flatMap(({ kind, name, figures }) => {
    const same = other.groups.find((group) => group.kind === kind && group.name === name);
    if (!same) return [];
    return { kind, name, estimates: bootstrapDifference(one.videos.length, figures, same.figures) };
  });
}

function measure({ kind, name, group }: Pick<MeasuredGroup, 'kind' | 'name' | 'group'>): MeasuredGroup {
  const cells = group.rules.flat();
  const sum = (count: (cell: Cell) => number) => cells.reduce((total, cell) => total + count(cell), 0);
  const found = sum(({ found }) => found.length);
  const labels = found + sum(({ missed }) => missed.length);
  const counts = { labels, found, falseAlarms: sum(({ falseAlarms }) => falseAlarms) };
  const figures = (weights: ArrayLike<number>) =>
    kind === 'size' ? ofLabelsOnly(figuresOf(group, weights)) : figuresOf(group, weights);
  return { kind, name, counts, estimates: bootstrap(group.daysOf.length, figures), figures, group };
}

/** A false alarm is of no thing, and so of no size. */
function ofLabelsOnly({ recall, delayMedianMs, delayP90Ms, ...rest }: Figures): Figures {
  const none = Object.fromEntries(Object.keys(rest).map((name) => [name, null])) as Omit<
    Figures,
    'recall' | 'delayMedianMs' | 'delayP90Ms'
  >;
  return { ...none, recall, delayMedianMs, delayP90Ms };
}

function cellOf({ found, missed, falseAlarms }: Matched): Omit<Cell, 'video' | 'shifted'> {
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

function cellOfSize({ video, found, missed }: Cell, wanted: SizeClass): Cell {
  const isWanted = ({ size }: { size: SizeClass | null }) => size === wanted;
  return {
    video,
    found: found.filter(isWanted),
    missed: missed.filter(isWanted),
    falseAlarms: 0,
    shifted: [],
  };
}

/** Frames ranked by how far above its threshold the highest of the rules is. */
function aucOf(videos: readonly LabelledFootage[], ruleIds: readonly string[]): FrameAuc {
  return new FrameAuc(
    videos.map(({ footage, labels }, video) => {
      const own = labels.filter(({ ruleId }) => ruleIds.includes(ruleId));
      const truth = footage.moments.map(({ atMs }) => {
        const ms = atMs - footage.startTimeMs;
        return own.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs) ? 1 : 0;
      });
      return { video, scores: marginsOf(footage, ruleIds), truth };
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
