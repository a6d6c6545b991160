import type { RuleDraft, RuleKey } from './draft.js';
import type { DraftProblem } from './studio-api.js';

/** Fields to change; undefined takes one away, so that its default counts. */
export type Changes = { [K in RuleKey]?: RuleDraft[K] | undefined };

/** A rule being edited, as the parts of the editor see it. */
export interface Editing {
  draft: RuleDraft;
  change: (changes: Changes) => void;
  /** What is wrong with a field, or with something below it. */
  problemOf: (field: string) => string | undefined;
}

/** Problems of a field as one text for people. */
export function problemText(problems: readonly DraftProblem[], field: string): string | undefined {
  const own = problems.filter(({ path }) => isBelow(path, field));
  return own.length === 0 ? undefined : own.map(textOf).join(' ');
}

/** Those that belong to no field. */
export function otherProblems(problems: readonly DraftProblem[], fields: readonly string[]): string[] {
  return problems.filter(({ path }) => !fields.some((field) => isBelow(path, field))).map(textOf);
}

function isBelow(path: string, field: string): boolean {
  return path === field || (path.startsWith(field) && /^[.[]/.test(path.slice(field.length)));
}

function textOf({ message, hint }: DraftProblem): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  const ended = /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
  return hint ? `${ended} ${hint}` : ended;
}
