import type { differences, Evaluation } from '../../evaluate/evaluate.js';
import { DIFFERENCE_HEAD, differenceRow, GROUP_HEAD, groupRow } from '../../evaluate/figure-texts.js';
import { columns, type Output } from '../output.js';

/** What an evaluation is compared with. */
interface Compared {
  evaluation: Evaluation;
  /** How much higher the figures are than those of the other. */
  differences: ReturnType<typeof differences>;
}

/** Prints figures as a table, or as JSON: one object for each group, each difference, and each rule in each video. */
export function printEvaluation(
  evaluation: Evaluation,
  compared: Compared | null,
  { json, stdout }: Output,
): void {
  if (json) {
    const lines = [
      ...linesOf(evaluation, 'rules'),
      ...(compared ? linesOf(compared.evaluation, 'against') : []),
      ...(compared?.differences ?? []).map(({ kind, name, estimates }) => ({
        type: 'difference',
        kind,
        name,
        figures: estimates,
      })),
    ];
    for (const line of lines) stdout(`${JSON.stringify(line)}\n`);
    return;
  }
  // Nine columns with intervals are wider than any terminal: one figure a line.
  printGroups([GROUP_HEAD, ...evaluation.groups.map(groupRow)], stdout);
  if (!compared) return;
  stdout('\nagainst:\n');
  printGroups([GROUP_HEAD, ...compared.evaluation.groups.map(groupRow)], stdout);
  stdout('\nhigher by:\n');
  printGroups([DIFFERENCE_HEAD, ...compared.differences.map(differenceRow)], stdout);
}

/** A table on its side: groups beside each other, four at a time. */
function printGroups(rows: readonly (readonly string[])[], stdout: Output['stdout']): void {
  const [head, ...groups] = rows;
  for (let from = 0; from < groups.length; from += 4) {
    const part = [head!, ...groups.slice(from, from + 4)];
    if (from > 0) stdout('\n');
    for (const line of columns(head!.map((_, i) => part.map((row) => row[i]!)))) stdout(line);
  }
}

function linesOf({ groups, results, videos }: Evaluation, of: 'rules' | 'against') {
  return [
    ...groups.map(({ kind, name, counts, estimates }) => ({
      type: 'figures',
      of,
      kind,
      name,
      ...counts,
      figures: estimates,
    })),
    ...results.map(({ video, ruleId, matched: { found, missed, falseAlarms } }) => ({
      ...{ type: 'video', of, video: videos[video]!.name, ruleId },
      found: found.map(({ label, alarm }) => ({ ...label, ...alarm })),
      ...{ missed, falseAlarms },
    })),
  ];
}
