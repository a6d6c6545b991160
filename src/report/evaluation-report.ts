import { type differences, type Evaluation, type LabelledFootage, marginsOf } from '../evaluate/evaluate.js';
import { DIFFERENCE_HEAD, differenceRow, GROUP_HEAD, groupRow } from '../evaluate/figure-texts.js';
import { type ReportSection, reportPage, table } from './page.js';
import { COLOURS, type Mark, plot, roundTicks } from './svg.js';

/** What {@link evaluationReport} shows. */
export interface EvaluationReportOptions {
  evaluation: Evaluation;
  /** Of those that it is compared with; null: none. */
  against: { evaluation: Evaluation; differences: ReturnType<typeof differences> } | null;
  /** What was evaluated with what, a line each. */
  facts: readonly string[];
}

/** Rules that have a colour of their own in a plot. */
const MAX_LINES = COLOURS.length;
const MAX_TIMELINES = 12;
const MAX_MISTAKES = 200;
const MAX_POINTS = 600;

/** What rules do on labelled videos, as an HTML page with plots. */
export function evaluationReport({ evaluation, against, facts }: EvaluationReportOptions): string {
  const { videos } = evaluation;
  const hours = videos.reduce((sum, { footage }) => sum + footage.durationMs, 0) / 3_600_000;
  const sections: ReportSection[] = [
    figures(evaluation),
    ...(against ? [comparison(against)] : []),
    curves(evaluation, hours),
    delays(evaluation),
    ...timelines(evaluation),
    mistakes(evaluation),
  ];
  return reportPage({
    title: 'Rules on labelled videos',
    lead:
      `${videos.length} videos, ${hours.toFixed(2)} hours. ${facts.join('. ')}. ` +
      'In brackets: 90 % intervals, drawn over videos; with less than twenty or so videos they are too narrow.',
    sections,
  });
}

function figures({ groups }: Evaluation): ReportSection {
  return {
    title: 'Figures',
    text:
      'An alarm finds an event when it begins within it; an event is found once, and all other alarms are false. ' +
      '“Missed at 10 a day”: the part missed with each rule’s best threshold that raises no more than ten false alarms a camera-day on these videos. ' +
      'Time to detect: from the beginning of an event to its alarm. Frame AUC: how well frames are ranked, which says nothing of alarms.',
    body: figureTable(GROUP_HEAD, groups.map(groupRow)),
    wide: true,
  };
}

/** Intervals stand below their figures. */
function figureTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return table(
    head,
    rows.map((cells) => cells.map((cell) => cell.replace(' (', '\n('))),
  );
}

function comparison({
  evaluation,
  differences,
}: NonNullable<EvaluationReportOptions['against']>): ReportSection {
  return {
    title: 'Compared',
    text: 'Figures of the other rules, and how much higher those above are, on the same drawings of the same videos. Where an interval contains 0, the difference may be chance.',
    body:
      figureTable(GROUP_HEAD, evaluation.groups.map(groupRow)) +
      figureTable(DIFFERENCE_HEAD, differences.map(differenceRow)),
    wide: true,
  };
}

/** Recall against false alarms, a line for each rule, as its threshold moves. */
function curves({ groups, drawings }: Evaluation, hours: number): ReportSection {
  const perDay = (falseAlarms: number) => (falseAlarms * 24) / hours;
  const rules = groups.flatMap(({ kind, name, counts, group }) => {
    if (kind !== 'rule' || counts.labels === 0) return [];
    const { found, falseAlarms } = group.rules[0]!.points!.of(drawings.once);
    const points = Array.from(found, (found, i) => [perDay(falseAlarms[i]!), found / counts.labels] as const);
    const now = [perDay(counts.falseAlarms), counts.found / counts.labels] as const;
    return { name, points, now, mistakes: counts.falseAlarms + counts.labels - counts.found };
  });
  // Where there are too many, those that do worst say most.
  rules.sort((a, b) => b.mistakes - a.mistakes);
  // A single false alarm stands a little to the right of none.
  const least = perDay(1) / 3;
  const most = rules.flatMap(({ points }) => points).reduce((most, [x]) => Math.max(most, x), perDay(3));
  const marks = rules.slice(0, MAX_LINES).flatMap(({ points, now }, i): Mark[] => [
    { kind: 'line', points: best(points), colour: COLOURS[i]! },
    { kind: 'points', points: [now], colour: COLOURS[i]! },
  ]);
  const powers = Array.from({ length: 12 }, (_, i) => 10 ** (i - 4));
  return {
    title: 'Recall and false alarms',
    text: `As thresholds move; points: as they are. At the left border: no false alarm. ${legend(rules.map(({ name }) => name))}`,
    body: plot({
      title: 'Recall against false alarms a camera-day',
      x: {
        label: 'false alarms a camera-day',
        ...{ from: least, to: most * 1.3, log: true },
        ticks: powers.filter((tick) => tick >= least && tick <= most * 1.3),
      },
      y: { label: 'recall', from: 0, to: 1.04, ticks: [0, 0.25, 0.5, 0.75, 1] },
      marks,
    }),
  };
}

/** More false alarms never bring less, if one may choose. */
function best(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  let highest = 0;
  return [...points]
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([x, y]) => {
      highest = Math.max(highest, y);
      return [x, highest] as const;
    });
}

const COLOUR_NAMES = ['blue', 'orange', 'green', 'purple', 'grey'];

function legend(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LINES).map((name, i) => `${COLOUR_NAMES[i]}: ${name}`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')}; ${more} more are not drawn.` : `${shown.join(', ')}.`;
}

function delays({ groups: [all] }: Evaluation): ReportSection {
  const seconds = all!.group.rules
    .flatMap(({ cells }) => cells)
    .flatMap(({ found }) => found.map(({ delayMs }) => delayMs / 1000));
  const to = Math.max(10, Math.ceil(Math.max(0, ...seconds) / 10) * 10);
  const bars = Array.from({ length: 20 }, (_, i) => {
    const [x0, x1] = [(i * to) / 20, ((i + 1) * to) / 20];
    const inside = seconds.filter((value) => value >= x0 && (value < x1 || (i === 19 && value === to)));
    return { x0, x1, y: inside.length };
  });
  const highest = Math.max(1, ...bars.map(({ y }) => y));
  return {
    title: 'Time to detect',
    text: 'Seconds from the beginning of an event to its alarm: found events.',
    body: plot({
      title: 'Time to detect',
      x: { label: 'seconds', from: 0, to, ticks: roundTicks(0, to) },
      y: { label: 'events', from: 0, to: highest, ticks: roundTicks(0, highest).filter(Number.isInteger) },
      marks: [{ kind: 'bars', bars, colour: COLOURS[2] }],
    }),
  };
}

/** The videos in which something is or was told: scores over time, the truth below, alarms on the threshold. */
function timelines({ videos, results, groups }: Evaluation): ReportSection[] {
  const ruleIds = groups.filter(({ kind }) => kind === 'rule').map(({ name }) => name);
  const shown = videos.flatMap((video, index) => {
    const own = results.filter(({ video, matched: { found, missed, falseAlarms } }) => {
      return video === index && found.length + missed.length + falseAlarms.length > 0;
    });
    const mistakes = own.reduce(
      (sum, { matched }) => sum + matched.missed.length + matched.falseAlarms.length,
      0,
    );
    return own.length === 0
      ? []
      : { video, mistakes, rules: ruleIds.filter((id) => own.some(({ ruleId }) => ruleId === id)) };
  });
  // Where there are too many, those in which something is wrong say most.
  if (shown.length > MAX_TIMELINES) shown.sort((a, b) => b.mistakes - a.mistakes);
  return shown.slice(0, MAX_TIMELINES).map(({ video, rules }) => timeline(video, rules.slice(0, MAX_LINES)));
}

function timeline({ name, footage, labels }: LabelledFootage, rules: readonly string[]): ReportSection {
  const lines = rules.map((id) => {
    const margins = marginsOf(footage, [id]);
    const points = footage.moments.flatMap(({ atMs }, i) =>
      Number.isNaN(margins[i]!) ? [] : [[(atMs - footage.startTimeMs) / 1000, margins[i]!] as const],
    );
    return peaks(points);
  });
  const values = lines.flat().map(([, y]) => y);
  const [low, high] = [
    Math.floor(values.reduce((a, b) => Math.min(a, b), -1)),
    Math.ceil(values.reduce((a, b) => Math.max(a, b), 1)),
  ];
  const row = (high - low) * 0.04;
  const from = low - row * (rules.length + 1);
  const marks = rules.flatMap((id, i): Mark[] => {
    const y = from + row * (rules.length - i - 0.5);
    const alarms = footage.alarms.filter(({ ruleId }) => ruleId === id);
    return [
      { kind: 'line', points: lines[i]!, colour: COLOURS[i]! },
      ...labels
        .filter(({ ruleId }) => ruleId === id)
        .map(
          ({ fromMs, toMs }): Mark => ({
            kind: 'band',
            x0: fromMs / 1000,
            x1: toMs / 1000,
            y,
            colour: COLOURS[i]!,
          }),
        ),
      {
        kind: 'points',
        points: alarms.map(({ raisedMs }) => [raisedMs / 1000, 0] as const),
        colour: COLOURS[i]!,
      },
    ];
  });
  const to = footage.durationMs / 1000;
  return {
    title: name,
    text: legend(rules),
    body: plot({
      title: `Scores over time in ${name}`,
      x: { label: 'seconds; below: when it is true; points: alarms', from: 0, to, ticks: roundTicks(0, to) },
      y: { label: 'score above the threshold', from, to: high, ticks: roundTicks(low, high) },
      marks: [
        {
          kind: 'line',
          points: [
            [0, 0],
            [to, 0],
          ],
          colour: COLOURS[4],
          dashed: true,
        },
        ...marks,
      ],
    }),
  };
}

/** Of more points than can be seen, the highest of each stretch. */
function peaks(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const width = Math.ceil(points.length / MAX_POINTS);
  return points.flatMap((point, i) => {
    if (i % width > 0) return [];
    return [
      points.slice(i, i + width).reduce((highest, next) => (next[1] > highest[1] ? next : highest), point),
    ];
  });
}

function mistakes({ videos, results }: Evaluation): ReportSection {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const rows = results.flatMap(({ video, ruleId, matched }) => [
    ...matched.missed.map(({ fromMs, toMs, size }) => [
      ...[videos[video]!.name, ruleId, 'missed'],
      `${seconds(fromMs)} to ${seconds(toMs)}${size === null ? '' : `, ${size}`}`,
    ]),
    ...matched.falseAlarms.map(({ startedMs, raisedMs }) => [
      ...[videos[video]!.name, ruleId, 'false alarm'],
      `${seconds(startedMs)}, told at ${seconds(raisedMs)}`,
    ]),
  ]);
  const left = rows.length - MAX_MISTAKES;
  return {
    title: 'Missed events and false alarms',
    text: rows.length === 0 ? 'None.' : left > 0 ? `${left} more are in the JSON output.` : '',
    body: rows.length === 0 ? '' : table(['video', 'rule', 'what', 'when'], rows.slice(0, MAX_MISTAKES)),
    wide: true,
  };
}
