import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, type YAMLSeq } from 'yaml';
import { WordwatchError } from '../shared/errors.js';
import { RULE_KEYS } from './rule-schema.js';
import { YamlEdit } from './yaml-edit.js';
import { renderInline, renderItem } from './yaml-render.js';

type Rule = Record<string, unknown>;

/** What becomes of a rules file. */
export interface RuleChange {
  /** The rule as it is to be; null: it goes. */
  draft: Rule | null;
  /** Id of the rule whose place it takes; null: it is a new one. */
  replaces: string | null;
}

/** A rule in a file's text. */
export interface RuleInText {
  index: number;
  /** As typed. */
  draft: Rule;
  /** Its own lines, without what stands before the first. */
  text: string;
  /** Of its first line, from 1. */
  line: number;
}

/** All rules of a file as typed. @throws WordwatchError `not-yaml` */
export function rulesInText(text: string): RuleInText[] {
  const edit = new YamlEdit(text);
  const list = edit.nodeAt(['rules']);
  if (!isSeq(list)) return [];
  return list.items.map((item, index) => {
    const { from, to } = edit.spanOf(item);
    return {
      ...{ index, draft: edit.valueOf(item) as Rule, text: text.slice(from, to) },
      line: text.slice(0, from).split('\n').length,
    };
  });
}

/**
 * Puts one rule into a file's text, changes it there, or takes it out. Of a rule that is changed only the fields that differ
 * are touched; every other character of the file stays as it is.
 * @throws WordwatchError `not-yaml`; `not-found`; `cannot-edit` where the text is written in a way that does not allow it
 */
export function editRules(text: string, { draft: given, replaces }: RuleChange): string {
  // As JSON says it: no −0, nothing undefined.
  const draft: Rule | null = JSON.parse(JSON.stringify(given));
  const rules = rulesInText(text);
  const index = replaces === null ? rules.length : rules.findIndex(({ draft: { id } }) => id === replaces);
  if (index === -1)
    throw new WordwatchError('not-found', `there is no rule ${replaces} in this file any more`);
  const wanted = rules.map((rule) => rule.draft);
  wanted.splice(index, replaces === null ? 0 : 1, ...(draft ? [draft] : []));
  const edited = change(text, { draft, index, isNew: replaces === null });
  if (!isDeepStrictEqual(readAgain(edited), wanted)) {
    throw new WordwatchError('cannot-edit', 'the rule cannot be changed here without changing others', {
      hint: 'It shares a part with others (an anchor, &name) or is written in an unusual way: edit the file by hand.',
    });
  }
  return edited;
}

/** null: it is no YAML any more. */
function readAgain(text: string): unknown {
  try {
    return rulesInText(text).map(({ draft }) => draft);
  } catch {
    return null;
  }
}

function change(
  text: string,
  { draft, index, isNew }: { draft: Rule | null; index: number; isNew: boolean },
): string {
  const edit = new YamlEdit(text);
  const list = edit.nodeAt(['rules']);
  if (draft === null) remove(edit, { list, index });
  else if (isNew) add(edit, { list, rule: inOrder(draft) });
  else {
    const node = edit.nodeAt(['rules', index]);
    if (isMap(node)) edit.setMap(node, draft, RULE_KEYS);
  }
  return edit.result();
}

function inOrder(draft: Rule): Rule {
  const known = RULE_KEYS.filter((key) => Object.hasOwn(draft, key));
  return Object.fromEntries([...new Set([...known, ...Object.keys(draft)])].map((key) => [key, draft[key]]));
}

function add(edit: YamlEdit, { list, rule }: { list: unknown; rule: Rule }): void {
  const { text, eol } = edit;
  if (!isSeq(list) || list.items.length === 0) {
    addFirst(edit, { list, rule });
    return;
  }
  const end = edit.spanOf(list.items.at(-1)).to;
  if (list.flow) {
    edit.splice(end, end, `, ${renderInline(rule)}`);
    return;
  }
  const place = edit.lineEnd(end);
  const indent = edit.columnOf(list.range![0]);
  const between = isApart(edit, list) ? eol + eol : eol;
  edit.splice(place, place, `${between}${' '.repeat(indent)}${renderItem(rule, { eol, indent })}`);
  if (place === text.length) edit.splice(place, place, eol);
}

/** Whether a blank line stands between the last two rules; one rule alone tells nothing, and is then set apart. */
function isApart(edit: YamlEdit, list: YAMLSeq): boolean {
  const [before, last] = list.items.slice(-2);
  if (!last) return true;
  return /\n[ \t]*\r?\n/.test(edit.text.slice(edit.spanOf(before).to, edit.spanOf(last).from));
}

function addFirst(edit: YamlEdit, { list, rule }: { list: unknown; rule: Rule }): void {
  const { text, eol } = edit;
  const indent = 2;
  const item = `${eol}  ${renderItem(rule, { eol, indent })}`;
  const root = edit.nodeAt([]);
  if (!isMap(root)) {
    const start = text === '' || text.endsWith('\n') ? '' : eol;
    edit.splice(text.length, text.length, `${start}rules:${item}${eol}`);
    return;
  }
  if (root.flow) edit.setMap(root, { ...(edit.valueOf(root) as Rule), rules: [rule] });
  else {
    const pair = root.items.find(({ key }) => edit.valueOf(key) === 'rules')!;
    const colon = text.indexOf(':', edit.spanOf(pair.key).to);
    const { from, to } = list ? edit.spanOf(list) : { from: 0, to: 0 };
    const end = from < to ? to : colon + 1;
    edit.splice(colon + 1, end, '');
    edit.splice(edit.lineEnd(end), edit.lineEnd(end), item);
  }
}

function remove(edit: YamlEdit, { list, index }: { list: unknown; index: number }): void {
  if (!isSeq(list)) return;
  const rest = (edit.valueOf(list) as unknown[]).filter((_, i) => i !== index);
  if (rest.length === 0) {
    edit.setMap(edit.nodeAt([]) as never, { ...(edit.valueOf(edit.nodeAt([])) as Rule), rules: [] });
    return;
  }
  if (list.flow) {
    edit.setSeq(list, rest);
    return;
  }
  const { text } = edit;
  const dashes = edit.dashesOf(list);
  let from = edit.lineStart(dashes[index]!);
  let to = Math.min(text.length, edit.lineEnd(edit.spanOf(list.items[index]).to) + edit.eol.length);
  // Of the blank lines on both sides those go that stood behind it; behind the last one, those before it.
  const blank = /^(?:[ \t]*\r?\n)+/.exec(text.slice(to))?.[0].length ?? 0;
  const before = /(?:^|\n)((?:[ \t]*\r?\n)+)$/.exec(text.slice(0, from))?.[1]?.length ?? 0;
  if (index === 0 || before > 0) to += blank;
  if (index === rest.length && before > 0) from -= before;
  edit.splice(from, to, '');
}
