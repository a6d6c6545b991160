import type { z } from 'zod';
import { anyOf, issueText, typeName } from './issue-text.js';
import { formatPath, type Problem, type ValuePath } from './problem.js';
import type { YamlFile } from './yaml-file.js';

type Issue = z.core.$ZodIssue;

/** Values of these keys are never shown: a URL may hold a password too. */
const SECRET_KEYS = new Set(['source', 'url', 'username', 'password', 'token', 'secret']);

/**
 * Checks a file's value.
 * @returns the value as the schema makes it, or null and everything that is wrong with it
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  yaml: YamlFile,
): { value: z.output<Schema> | null; problems: Problem[] } {
  // Where a schema says nothing itself, the text is made here, where the place in the file is known.
  const parse = () => schema.safeParse(yaml.value, { error: () => '' });
  let result = parse();
  if (!result.success && readPlainReferences(yaml, result.error.issues)) result = parse();
  if (result.success) return { value: result.data, problems: [] };
  return { value: null, problems: result.error.issues.flatMap((issue) => problemsOf(issue, [], yaml)) };
}

function problemsOf(issue: Issue, parentPath: ValuePath, yaml: YamlFile): Problem[] {
  const path = [...parentPath, ...(issue.path as ValuePath)];
  if (yaml.isBroken(path)) return []; // that has been reported
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => {
      const keyPath = [...path, key];
      return { ...yaml.placeOfKey(keyPath), path: formatPath(keyPath), message: messages[index]! };
    });
  }
  if (issue.code === 'invalid_union') {
    const branch = branchMeant(issue.errors);
    if (branch) return branch.flatMap((inner) => problemsOf(inner, path, yaml));
  }
  const isSecret = path.some((step) => typeof step === 'string' && SECRET_KEYS.has(step));
  const plainIssue = issue.code === 'invalid_union' ? asOneIssue(issue) : issue;
  const described = issueText(plainIssue, {
    value: valueAt(yaml.value, path),
    text: yaml.textOf(path),
    isSecret,
  });
  return [{ ...yaml.placeOf(path), path: formatPath(path), ...described }];
}

/** The one branch of a union whose type the value has; what is wrong inside it is what the user wants to know. */
function branchMeant(branches: readonly Issue[][]): Issue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some(isAboutType));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isAboutType({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

/** "expected A, B or C" for a value that fits no branch of a union. */
function asOneIssue({ errors, path }: z.core.$ZodIssueInvalidUnion): Issue {
  const first = errors.map(([issue]) => issue);
  const values = first.flatMap((issue) => (issue?.code === 'invalid_value' ? issue.values : []));
  const types = first.flatMap((issue) => (issue?.code === 'invalid_type' ? [typeName(issue.expected)] : []));
  const names = [...values.map((value) => JSON.stringify(value)), ...types];
  const message = `expected ${anyOf(names)}`;
  return { code: 'custom', path, message, params: { candidates: values.map(String) } };
}

/**
 * `port: ${PORT}` is a text until the schema asks for a number or true/false; then it is read as YAML would read it.
 * @returns whether a value was changed
 */
function readPlainReferences(yaml: YamlFile, issues: readonly Issue[]): boolean {
  const isAsked = ({ code, ...issue }: Issue) =>
    code === 'invalid_type' && ['number', 'boolean'].includes((issue as { expected: string }).expected);
  const changed = issues.filter(isAsked).filter(({ path }) => {
    const value = valueAt(yaml.value, path as ValuePath);
    const { isPlain = false } = yaml.textOf(path as ValuePath) ?? {};
    if (!isPlain || typeof value !== 'string' || !/^(true|false|-?\d+(\.\d+)?)$/.test(value)) return false;
    const holder = valueAt(yaml.value, path.slice(0, -1) as ValuePath) as Record<PropertyKey, unknown>;
    holder[path.at(-1)!] = JSON.parse(value.replace(/^(-?)0+(?=\d)/, '$1'));
    return true;
  });
  return changed.length > 0;
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>((holder, step) => {
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, step)) return undefined;
    return (holder as Record<PropertyKey, unknown>)[step];
  }, value);
}
