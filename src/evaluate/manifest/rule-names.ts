import { type Problem, quoted, withSuggestion } from '../../config/problem.js';
import type { ManifestLabel } from './manifest.js';

/** Which rules there are, and what labels call them. */
export interface RuleNames {
  /** Those that are enabled. */
  rules: readonly { id: string; cameras: readonly string[] | null }[];
  /** What the user says a name in the labels stands for. */
  renamed: ReadonlyMap<string, string>;
  /** Leave labels of unknown rules out. */
  skipUnknown: boolean;
}

/**
 * Finds the rule for each name that labels have. A class such as `RoadAccidents` is the rule `road-accidents`, where it is
 * not renamed.
 * @param declared rules whose labels are complete; null: those that have labels, or all where there is no label
 */
export function rulesOf(
  labels: readonly ManifestLabel[],
  declared: readonly string[] | null,
  { rules, renamed, skipUnknown, file }: RuleNames & { file: string },
): { ruleOf: Map<string, string>; ruleIds: string[]; problems: Problem[]; skipped: string[] } {
  const known = rules.map(({ id }) => id);
  const ruleOf = new Map<string, string>();
  const problems: Problem[] = [];
  const skipped = new Set<string>();
  const seen = new Set<string>();
  for (const { rule: name, place } of labels) {
    if (seen.has(name)) continue;
    seen.add(name);
    const id = renamed.get(name) ?? idOf(name);
    if (known.includes(id)) ruleOf.set(name, id);
    else if (skipUnknown) skipped.add(name);
    else {
      const hint = 'Say which rule it is with --map NAME=RULE, or leave such labels out with --skip-unknown.';
      problems.push({ ...place, message: withSuggestion(`unknown rule ${quoted(id)}`, id, known), hint });
    }
    if (declared === null || declared.includes(id) || skipped.has(name)) continue;
    problems.push({
      ...place,
      message: `the rule ${quoted(id)} is not among "rules"`,
      hint: 'Add it there.',
    });
  }
  for (const id of (declared ?? []).filter((id) => !known.includes(id))) {
    const message = withSuggestion(`unknown rule ${quoted(id)}`, id, known);
    problems.push({ file, line: null, column: null, path: 'rules', message });
  }
  const labelled = known.filter((id) => [...ruleOf.values()].includes(id));
  const ruleIds = declared
    ? known.filter((id) => declared.includes(id))
    : labelled.length > 0
      ? labelled
      : known;
  return { ruleOf, ruleIds, problems, skipped: [...skipped] };
}

function idOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-');
}
