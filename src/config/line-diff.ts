import { structuredPatch } from 'diff';

/** A line of a text before or after a change. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** From 1: of the text after the change; of what was removed, of the text before. */
  line: number;
}

/** Lines that changed, with three of those around them. Of texts that are the same: none. */
export function diffOf(before: string, after: string): DiffLine[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 });
  return hunks.flatMap(({ oldStart, newStart, lines }) => {
    let [old, now] = [oldStart, newStart];
    return lines.flatMap((line): DiffLine[] => {
      const text = line.slice(1).replace(/\r$/, '');
      if (line.startsWith('+')) return [{ kind: 'added', text, line: now++ }];
      if (line.startsWith('-')) return [{ kind: 'removed', text, line: old++ }];
      if (!line.startsWith(' ')) return []; // there is no line end at the end
      old++;
      return [{ kind: 'same', text, line: now++ }];
    });
  });
}
