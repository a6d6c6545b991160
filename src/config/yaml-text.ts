import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { WordwatchError } from '../shared/errors.js';
import { shieldReferences, unshield } from './environment.js';
import type { ValuePath } from './problem.js';

/** Part of the text, and what takes its place. */
interface Splice {
  from: number;
  to: number;
  text: string;
}

/** Where something stands in the text. */
export interface Span {
  from: number;
  /** Without blanks and comments behind it. */
  to: number;
}

/** A YAML text whose values can be found in it, and parts of which can be replaced. */
export class YamlText {
  readonly text: string;
  readonly eol: string;
  readonly #document: Document;
  readonly #splices: Splice[] = [];

  /** @throws WordwatchError `not-yaml` */
  constructor(text: string) {
    this.text = text;
    this.eol = /\r\n/.test(text) ? '\r\n' : '\n';
    // One for one: positions are those of the text.
    this.#document = parseDocument(shieldReferences(text), { keepSourceTokens: true, uniqueKeys: false });
    if (this.#document.errors.length > 0) throw new WordwatchError('not-yaml', 'the file is not valid YAML');
  }

  /** The node at a path; undefined: there is none, or it stands for something elsewhere (`*name`). */
  nodeAt(path: ValuePath): unknown {
    return path.reduce<unknown>((node, step) => {
      if (isMap(node)) return node.get(step, true);
      return isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
    }, this.#document.contents);
  }

  /** The value of a node as typed: references to the environment are not replaced. */
  valueOf(node: unknown): unknown {
    const value =
      isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.toJS(this.#document) : null;
    return JSON.parse(JSON.stringify(value ?? null), (_, part) =>
      typeof part === 'string' ? unshield(part) : part,
    );
  }

  /** Where a node stands. */
  spanOf(node: unknown): Span {
    const [from, to] = (node as { range: [number, number, number] }).range;
    const items = isMap(node) || isSeq(node) ? node.items : [];
    const isBlock = items.length > 0 && !(node as YAMLMap).flow;
    return { from, to: isBlock ? this.itemSpan(items.at(-1)).to : this.#withoutBlanks(from, to) };
  }

  /** Puts text in the place of a stretch of text. */
  splice(from: number, to: number, text: string): void {
    this.#splices.push({ from, to, text });
  }

  /** The text with all changes. */
  result(): string {
    let [text, at] = ['', 0];
    // Stable: of two that begin at the same place, the one that was asked for first comes first.
    for (const { from, to, text: own } of [...this.#splices].sort((a, b) => a.from - b.from)) {
      text += this.text.slice(at, Math.max(at, from)) + own;
      at = Math.max(at, to);
    }
    return text + this.text.slice(at);
  }

  /** Of a pair or an item, its dash left out. */
  itemSpan(item: unknown): Span {
    if (typeof item !== 'object' || item === null || !('key' in item)) return this.spanOf(item);
    const { key, value } = item as { key: unknown; value: unknown };
    const own = this.spanOf(key);
    if (!value) return own;
    const end = this.spanOf(value).to;
    return { from: own.from, to: end > own.to ? end : this.text.indexOf(':', own.to) + 1 };
  }

  /** With its dash. */
  startOf(collection: YAMLMap | YAMLSeq, index: number): number {
    if (isMap(collection)) return this.itemSpan(collection.items[index]).from;
    return this.dashesOf(collection)[index]!;
  }

  /** Where the dashes of a block list stand. */
  dashesOf({ srcToken }: YAMLSeq): number[] {
    const { items = [] } = srcToken as { items?: { start: { type: string; offset: number }[] }[] };
    return items.flatMap(({ start }) =>
      start.filter(({ type }) => type === 'seq-item-ind').map(({ offset }) => offset),
    );
  }

  columnOf(offset: number): number {
    return offset - this.lineStart(offset);
  }

  /** Offset of the first character of the line. */
  lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Offset of the end of the line, before its line end. */
  lineEnd(offset: number): number {
    const end = this.text.indexOf('\n', offset);
    if (end === -1) return this.text.length;
    return this.text[end - 1] === '\r' && end > offset ? end - 1 : end;
  }

  #withoutBlanks(from: number, to: number): number {
    return from + this.text.slice(from, to).trimEnd().length;
  }
}
