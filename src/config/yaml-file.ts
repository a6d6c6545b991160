import { type ErrorCode, LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../shared/errors.js';
import { type Environment, shieldReferences } from './environment.js';
import type { Place, Problem, ValuePath } from './problem.js';
import { type Located, YamlReader } from './yaml-reader.js';

/** A YAML file as plain values, each of which can be found again in the text. */
export class YamlFile {
  /** As shown to people. */
  readonly file: string;
  /** Plain values, `${NAME}` replaced; undefined when the text is not YAML. */
  value: unknown;
  /** What is wrong with the YAML itself and with its references to the environment. */
  readonly problems: readonly Problem[];
  readonly #root: Located;
  readonly #lines: LineCounter;

  constructor(text: string, { file, env }: { file: string; env: Environment }) {
    this.file = file;
    this.#lines = new LineCounter();
    const { value, located, problems } = readText(shieldReferences(text), { lines: this.#lines, env });
    this.value = value;
    this.#root = located;
    this.problems = problems.map(({ offset, ...problem }) => ({ ...this.#placeAt(offset), ...problem }));
  }

  /** Where a value stands; of a value that is missing, where the mapping stands that should hold it. */
  placeOf(path: ValuePath): Place {
    return this.#placeAt(this.#find(path).located.offset);
  }

  /** Where a key stands. */
  placeOfKey(path: ValuePath): Place {
    const { located } = this.#find(path);
    return this.#placeAt(located.keyOffset ?? located.offset);
  }

  /** What is known of a value's text; undefined where the file has no such value. */
  textOf(path: ValuePath): Located['text'] {
    const { located, isExact } = this.#find(path);
    return isExact ? located.text : undefined;
  }

  /** Whether a value could not be read at all; that is among the `problems` then. */
  isBroken(path: ValuePath): boolean {
    const { located, isExact } = this.#find(path);
    return isExact && located.isBroken === true;
  }

  #find(path: ValuePath): { located: Located; isExact: boolean } {
    let located = this.#root;
    for (const step of path) {
      const child = located.children?.get(step);
      if (!child) return { located, isExact: false };
      located = child;
    }
    return { located, isExact: true };
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** A problem whose line is not worked out yet. */
type RawProblem = { offset: number; path: string; message: string; hint?: string };

function readText(
  shielded: string,
  { lines, env }: { lines: LineCounter; env: Environment },
): { value: unknown; located: Located; problems: RawProblem[] } {
  const nothing = { value: undefined, located: { offset: 0 } };
  try {
    // Duplicate keys are found by the reader: the parser's own search takes a time that grows with their square.
    const document = parseDocument(shielded, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    if (document.errors.length > 0) return { ...nothing, problems: syntaxProblems(document.errors, lines) };
    const reader = new YamlReader(env);
    const read = reader.read(document.contents);
    const unknownTags = syntaxProblems(document.warnings, lines);
    return { ...read, problems: [...unknownTags, ...reader.problems] };
  } catch (error) {
    const message = error instanceof RangeError ? 'nested too deeply' : `not YAML (${messageOf(error)})`;
    return { ...nothing, problems: [{ offset: 0, path: '', message }] };
  }
}

/** One mistake often makes the parser stumble several times: one problem a line is enough, and a few in all. */
const MAX_SYNTAX_PROBLEMS = 5;

function syntaxProblems(
  errors: readonly { code: ErrorCode; pos: [number, number] }[],
  lines: LineCounter,
): RawProblem[] {
  const firstOfLine = new Map<number, RawProblem>();
  for (const { code, pos } of errors) {
    const { line } = lines.linePos(pos[0]);
    if (firstOfLine.has(line)) continue;
    firstOfLine.set(line, { offset: pos[0], path: '', message: `not valid YAML: ${syntaxText(code)}` });
  }
  return [...firstOfLine.values()].slice(0, MAX_SYNTAX_PROBLEMS);
}

// The parser's own messages quote the text, which may hold a password.
const SYNTAX_TEXTS: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) cannot have an anchor or a tag',
  BAD_ALIAS: 'an alias is * and a name',
  BAD_COLLECTION_TYPE: 'a tag that does not fit its value',
  BAD_DIRECTIVE: 'a line that begins with % is not understood',
  BAD_DQ_ESCAPE: 'unknown \\ escape between double quotes; write \\\\ or use single quotes',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  BAD_SCALAR_START: 'a value cannot begin with @ or `; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second "key:" on one line; put the value in quotes or begin a new line',
  BLOCK_IN_FLOW: 'a block value between [ ] or { }',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
  MISSING_CHAR: 'a quote, bracket, comma or ":" is missing',
  MULTILINE_IMPLICIT_KEY: 'a key on more than one line; is a ":" missing?',
  MULTIPLE_DOCS: 'a second document begins here (---); one file holds one',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'a tab in the indentation; use blanks',
  TAG_RESOLVE_FAILED: 'unknown tag; a value that begins with ! needs quotes',
  UNEXPECTED_TOKEN: 'something unexpected; check indentation, quotes and brackets',
};

function syntaxText(code: ErrorCode): string {
  return SYNTAX_TEXTS[code] ?? 'something unexpected';
}
