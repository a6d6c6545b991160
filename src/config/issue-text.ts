import type { z } from 'zod';
import { quoted, withSuggestion } from './problem.js';
import type { Located } from './yaml-reader.js';

type Issue = z.core.$ZodIssue;

/** What a message is made of. */
export interface IssueContext {
  /** The value that was refused. */
  value: unknown;
  /** Where it came from the environment. */
  text: Located['text'];
  /** The value may be a password: do not show it. */
  isSecret: boolean;
}

/**
 * `expected …, got …` for one issue that is neither a union's nor about unknown keys. Messages given in the schemas
 * are used as they are; those that begin with `expected` get the `got` behind them.
 */
export function issueText(issue: Issue, context: IssueContext): { message: string; hint?: string } {
  const { hint = quotesHint(issue, context), candidates = [] } = extrasOf(issue);
  const expected = expectation(issue);
  const isComplete = !expected.startsWith('expected ') || expected.includes(', got ');
  const got = isComplete ? undefined : received(issue, context);
  const message = got === undefined ? expected : `${expected}, got ${got}`;
  const { value, text, isSecret } = context;
  const mayShow = typeof value === 'string' && text === undefined && !isSecret;
  return {
    message: mayShow ? withSuggestion(message, value, candidates) : message,
    ...(hint === undefined ? {} : { hint }),
  };
}

function quotesHint(issue: Issue, { value }: IssueContext): string | undefined {
  const isText = issue.code === 'invalid_type' && issue.expected === 'string' && issue.message === '';
  return isText && ['number', 'boolean'].includes(typeof value) ? 'Put it in quotes.' : undefined;
}

/** What schemas add to a custom issue (`params`). */
interface Extras {
  hint?: string;
  /** Words one of which may have been meant. */
  candidates?: readonly string[];
  /** The value that stands where the user gave none. */
  byDefault?: string;
}

function extrasOf(issue: Issue): Extras {
  if (issue.code === 'custom') return issue.params ?? {};
  if (issue.code === 'invalid_value') return { candidates: issue.values.map(String) };
  return {};
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_format') return `expected ${issue.message}`;
  if (issue.message !== '') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeName(issue.expected)}`;
    case 'invalid_value':
      return `expected ${anyOf(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'too_small':
      return `expected ${issue.inclusive ? '≥' : '>'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `expected ${issue.inclusive ? '≤' : '<'} ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return 'expected something else';
  }
}

/** `A, B or C` */
export function anyOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A type's name for people who write YAML. */
export function typeName(expected: string): string {
  const names: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a mapping (key: value)',
    array: 'a list',
    tuple: 'a list',
  };
  return names[expected] ?? expected;
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' items' : '';
}

/** What was given instead; undefined where nothing can be said that is not a secret. */
function received(issue: Issue, { value, text, isSecret }: IssueContext): string | undefined {
  if (value === undefined || value === null) {
    const { byDefault } = extrasOf(issue);
    return byDefault === undefined ? 'nothing' : `${byDefault} (the default)`;
  }
  const isTooFewOrMany = issue.code === 'too_small' || issue.code === 'too_big';
  if (Array.isArray(value)) return isTooFewOrMany ? String(value.length || 'none') : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (text) return quoted(text.typed);
  if (isSecret) return typeof value === 'string' ? undefined : typeName(typeof value);
  if (typeof value !== 'string') return String(value);
  return issue.code === 'too_big' && issue.origin === 'string' ? String(value.length) : quoted(value);
}
