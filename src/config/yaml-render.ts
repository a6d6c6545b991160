import { parse, Scalar } from 'yaml';

/** Beyond this a list of words is written one a line. */
const WIDE = 100;
/** What other readers of YAML take for true, false or nothing. */
const KEYWORD = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i;
const ONE_WORD = /^[\w.-]+$/;
const SEVERAL_WORDS = /^\w(?:[\w ./-]*[\w./-])?$/;
// What is not seen, or is half of a pair.
const UNSEEN = /[\u007f-\u009f\u00ad\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]/gu;

/**
 * A value as YAML on one line.
 * @param like how the text that stood there before was quoted: it is kept where the new one allows it
 */
export function renderInline(value: unknown, like?: Scalar.Type): string {
  if (typeof value === 'string') return renderText(value, like);
  if (Array.isArray(value)) return `[${value.map((item) => renderInline(item)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).map(([key, item]) => `${renderKey(key)}: ${renderInline(item)}`);
  return `{${entries.join(', ')}}`;
}

function renderText(text: string, like?: Scalar.Type): string {
  if (like === Scalar.QUOTE_SINGLE && /^[^\\\p{C}\u2028\u2029\ufeff]*$/u.test(text))
    return `'${text.replaceAll("'", "''")}'`;
  const mayBePlain = like === Scalar.PLAIN ? SEVERAL_WORDS : ONE_WORD;
  if (like !== Scalar.QUOTE_DOUBLE && mayBePlain.test(text) && !KEYWORD.test(text) && parse(text) === text)
    return text;
  return JSON.stringify(text).replace(UNSEEN, escaped);
}

/** `k` and `n` are keys here, whatever other readers take them for. */
export function renderKey(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) && parse(key) === key ? key : renderText(key);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** How lines are made in a file. */
export interface LineStyle {
  /** Line end. */
  eol: string;
  /** Blanks before what stands in the mapping. */
  indent: number;
}

/** `key: value` in a block mapping, without the indentation of its first line; a wide list of words one a line. */
export function renderPair(key: string, value: unknown, { eol, indent }: LineStyle): string {
  const inline = `${renderKey(key)}: ${renderInline(value)}`;
  if (!Array.isArray(value) || indent + inline.length <= WIDE) return inline;
  if (value.some((item) => typeof item === 'object' && !Array.isArray(item))) return inline;
  const lines = value.map((item) => `${' '.repeat(indent + 2)}- ${renderInline(item)}`);
  return [`${renderKey(key)}:`, ...lines].join(eol);
}

/** A mapping as an item of a block list, without the indentation of its first line: `- id: …`. @param indent of the `-` */
export function renderItem(value: Record<string, unknown>, { eol, indent }: LineStyle): string {
  const inner = { eol, indent: indent + 2 };
  const pairs = Object.entries(value).map(([key, item]) => renderPair(key, item, inner));
  return `- ${pairs.join(`${eol}${' '.repeat(inner.indent)}`)}`;
}
