import { isAbsolute, relative } from 'node:path';
import { nearest } from './nearest.js';

/** Where something stands in a file of the user. */
export interface Place {
  /** As shown to people: relative to the working directory where it lies inside. */
  file: string;
  /** From 1; null where the file as a whole is meant. */
  line: number | null;
  /** From 1. */
  column: number | null;
}

/** One thing that is wrong with, or worth knowing about, the user's input. Never holds a secret. */
export interface Problem extends Place {
  /** Which value, for example `rules[0].confirm.k`; empty: the file as a whole. */
  path: string;
  message: string;
  /** What to do about it, a sentence of its own. */
  hint?: string;
}

/** Keys and list indexes that lead to a value. */
export type ValuePath = readonly (string | number)[];

/** `rules/yard.yaml:5:16 rules[0].confirm.k: expected ≤ n (3), got 5. "k of n" means k hits among the last n frames.` */
export function formatProblem({ path, message, hint, ...place }: Problem): string {
  const where = path === '' ? formatPlace(place) : `${formatPlace(place)} ${path}`;
  return hint === undefined ? `${where}: ${message}` : `${where}: ${message}. ${hint}`;
}

/** `rules/yard.yaml:5:16` */
export function formatPlace({ file, line, column }: Place): string {
  return line === null ? file : `${file}:${line}:${column ?? 1}`;
}

/** `['rules', 0, 'confirm', 'k']` → `rules[0].confirm.k` */
export function formatPath(path: ValuePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w-]{1,64}$/.test(step)) return `${text}[${quoted(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/**
 * A word of the user in quotes, safe to show: control characters escaped, cut when long. Text that looks like a URL or
 * an address may hold a password, in whatever place it was typed, and is not shown at all.
 */
export function quoted(text: string): string {
  if (/@|:\/\//.test(text)) return '"…"';
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `text` with `; did you mean "…"?` behind it, where a candidate is near to what was typed. */
export function withSuggestion(text: string, typed: string, candidates: Iterable<string>): string {
  const candidate = nearest(typed, candidates);
  return candidate === undefined ? text : `${text}; did you mean ${quoted(candidate)}?`;
}

/** A file's name for people: relative to the working directory where it lies inside, else absolute. */
export function displayPath(absolutePath: string): string {
  const path = relative(process.cwd(), absolutePath);
  return path === '' || path.startsWith('..') || isAbsolute(path) ? absolutePath : path;
}

/** Nobody reads more; a file with so many is another kind of file. */
const MAX_PROBLEMS_OF_FILE = 100;

/**
 * Problems as someone reads who mends them: file by file, from top to bottom; where a file has too many to read, the
 * last ones are only counted.
 * @param files the order of the files
 */
export function inOrder(problems: readonly Problem[], files: readonly string[]): Problem[] {
  const byFile = new Map(files.map((file): [string, Problem[]] => [file, []]));
  for (const problem of problems) {
    const sameFile = byFile.get(problem.file);
    if (sameFile) sameFile.push(problem);
    else byFile.set(problem.file, [problem]);
  }
  return [...byFile.values()].flatMap((sameFile) => {
    sameFile.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    const [firstLeftOut] = sameFile.splice(MAX_PROBLEMS_OF_FILE, Number.POSITIVE_INFINITY);
    return firstLeftOut
      ? [...sameFile, { ...firstLeftOut, path: '', message: 'more problems from here on' }]
      : sameFile;
  });
}
