import { isDeepStrictEqual } from 'node:util';
import { diffArrays } from 'diff';
import { isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { unshield } from './environment.js';
import { renderInline, renderKey, renderPair } from './yaml-render.js';
import { type Span, YamlText } from './yaml-text.js';

type Entries = Record<string, unknown>;

/**
 * Changes values in a YAML text and leaves every other character as it is: comments, order, quoting, blanks. Positions come
 * from the parsed document, changes are made to the text: written anew, a document would lose what its author lined up.
 */
export class YamlEdit extends YamlText {
  /**
   * Makes a mapping say something else.
   * @param order of its keys, for those that are new
   */
  setMap(map: YAMLMap, after: Entries, order: readonly string[] = []): void {
    const before = this.valueOf(map) as Entries;
    const names = map.items.map(({ key }) => unshield(String((key as { value: unknown }).value)));
    const isKept = (name: string) => Object.hasOwn(after, name);
    for (const [i, name] of names.entries())
      if (isKept(name) && !isDeepStrictEqual(before[name], after[name])) this.#setPair(map, i, after[name]);
    const added = Object.keys(after).filter((name) => !names.includes(name));
    for (const [anchor, group] of anchored(added, { names: names.filter(isKept), order }))
      this.#addPairs(map, names.indexOf(anchor ?? names.find(isKept)!), {
        pairs: group.map((name): [string, unknown] => [name, after[name]]),
        isBefore: anchor === null,
      });
    this.#remove(map, new Set([...names.keys()].filter((i) => !isKept(names[i]!))));
  }

  /** Makes a list say something else; items that stay keep their text. */
  setSeq(seq: YAMLSeq, after: readonly unknown[]): void {
    const before = this.valueOf(seq) as unknown[];
    const removed = new Set<number>();
    let at = 0;
    const chunks = diffArrays(before, [...after], { comparator: isDeepStrictEqual });
    for (let i = 0; i < chunks.length; i++) {
      const chunk = chunks[i]!;
      if (!chunk.added && !chunk.removed) {
        at += chunk.count;
        continue;
      }
      const next = chunks[i + 1];
      const both = next && (next.added || next.removed) ? [chunk, next] : [chunk];
      if (both.length > 1) i++;
      const gone = both.find((part) => part.removed)?.count ?? 0;
      const come = both.find((part) => part.added)?.value ?? [];
      for (const [k, value] of come.slice(0, gone).entries()) this.#setItem(seq, at + k, value);
      this.#addItems(seq, at + Math.min(gone, come.length) - 1, come.slice(gone));
      for (let k = come.length; k < gone; k++) removed.add(at + k);
      at += gone;
    }
    this.#remove(seq, removed);
  }

  #setPair(map: YAMLMap, index: number, after: unknown): void {
    const { key, value } = map.items[index]!;
    if (this.#setInside(value, after)) return;
    const keyEnd = this.spanOf(key).to;
    if (!value) {
      this.splice(keyEnd, keyEnd, `: ${renderInline(after)}`);
      return;
    }
    const { from, to } = this.spanOf(value);
    const isBlock = (isMap(value) || isSeq(value)) && !value.flow;
    const colon = this.text.indexOf(':', keyEnd);
    if (from >= to) {
      this.splice(colon + 1, colon + 1, ` ${renderInline(after)}`);
      return;
    }
    if (isBlock) {
      // A comment behind the key of a block stays behind it.
      const comment = /^[ \t]*#[^\r\n]*/.exec(this.text.slice(colon + 1, from))?.[0] ?? '';
      this.splice(colon + 1, to, ` ${renderInline(after)}${comment && ` ${comment.trim()}`}`);
      return;
    }
    this.splice(from, to, renderInline(after, isScalar(value) ? (value.type as never) : undefined));
  }

  #setItem(seq: YAMLSeq, index: number, after: unknown): void {
    const value = seq.items[index];
    if (this.#setInside(value, after)) return;
    const { from, to } = this.spanOf(value);
    const isEmpty = from >= to;
    this.splice(
      from,
      Math.max(from, to),
      `${isEmpty ? ' ' : ''}${renderInline(after, isScalar(value) ? (value.type as never) : undefined)}`,
    );
  }

  /** @returns whether the change could be made inside of a collection */
  #setInside(node: unknown, after: unknown): boolean {
    if (isSeq(node) && Array.isArray(after) && after.length > 0 && node.items.length > 0) {
      this.setSeq(node, after);
      return true;
    }
    if (!isMap(node) || typeof after !== 'object' || after === null || Array.isArray(after)) return false;
    const before = this.valueOf(node) as Entries;
    if (!Object.keys(before).some((key) => Object.hasOwn(after, key))) return false;
    this.setMap(node, after as Entries);
    return true;
  }

  #addPairs(
    map: YAMLMap,
    at: number,
    { pairs, isBefore }: { pairs: [string, unknown][]; isBefore: boolean },
  ): void {
    const first = this.itemSpan(map.items[0]).from;
    const indent = this.columnOf(first);
    const texts = pairs.map(([key, value]) =>
      map.flow
        ? `${renderKey(key)}: ${renderInline(value)}`
        : renderPair(key, value, { eol: this.eol, indent }),
    );
    this.#add(map, at, { texts, isBefore, indent });
  }

  /** @param at behind this item; −1: before the first */
  #addItems(seq: YAMLSeq, at: number, values: readonly unknown[]): void {
    if (values.length === 0) return;
    const dash = seq.flow ? '' : '- ';
    const texts = values.map((value) => `${dash}${renderInline(value)}`);
    const indent = this.columnOf(seq.flow ? this.itemSpan(seq.items[0]).from : seq.range![0]);
    this.#add(seq, Math.max(0, at), { texts, isBefore: at < 0, indent });
  }

  #add(
    collection: YAMLMap | YAMLSeq,
    at: number,
    { texts, isBefore, indent }: { texts: readonly string[]; isBefore: boolean; indent: number },
  ): void {
    const item = this.itemSpan(collection.items[at]);
    const newLine = `${this.eol}${' '.repeat(indent)}`;
    if (collection.flow) {
      const [from, to] = collection.range!;
      const isOnLines = collection.items.length > 1 && /\n/.test(this.text.slice(from, to));
      const comma = isOnLines ? `,${newLine}` : ', ';
      if (isBefore) this.splice(item.from, item.from, texts.map((text) => `${text}${comma}`).join(''));
      else this.splice(item.to, item.to, texts.map((text) => `${comma}${text}`).join(''));
      return;
    }
    const place = isBefore ? this.startOf(collection, at) : this.lineEnd(item.to);
    const own = texts.map((text) => (isBefore ? `${text}${newLine}` : `${newLine}${text}`)).join('');
    this.splice(place, place, own);
  }

  /** Never all of them. */
  #remove(collection: YAMLMap | YAMLSeq, indexes: ReadonlySet<number>): void {
    if (collection.flow) {
      this.#removeFlow(collection, indexes);
      return;
    }
    for (const index of indexes) {
      const start = this.startOf(collection, index);
      const lineStart = this.lineStart(start);
      if (this.text.slice(lineStart, start).trim() === '') {
        // With the line end before it: what is put behind the last line must not lose its own.
        const before = this.text[lineStart - 2] === '\r' ? lineStart - 2 : lineStart - 1;
        this.splice(before, this.lineEnd(this.itemSpan(collection.items[index]).to), '');
        continue;
      }
      // It stands behind a dash: the next that stays takes its place, with the comments between them.
      let next = index + 1;
      while (indexes.has(next)) next++;
      const to = this.startOf(collection, next);
      const [, ...lines] = this.text.slice(this.itemSpan(collection.items[index]).to, to).split(/\r?\n/);
      const comments = lines.filter((line) => line.trim().startsWith('#')).map((line) => line.trim());
      const newLine = `${this.eol}${' '.repeat(this.columnOf(start))}`;
      this.splice(start, to, comments.map((comment) => `${comment}${newLine}`).join(''));
    }
  }

  #removeFlow({ items, range }: YAMLMap | YAMLSeq, indexes: ReadonlySet<number>): void {
    for (const index of indexes) {
      const { from, to } = this.itemSpan(items[index]);
      const next = items[index + 1];
      const end = next ? this.itemSpan(next).from : range![1] - 1;
      const gap = withoutComments(this.text.slice(to, end));
      const comma = gap.indexOf(',');
      // Without a blank before it, # begins no comment.
      const blanks = /^(?:[ \t]*(?![ \t#]))?/.exec(this.text.slice(to + comma + 1, end))![0].length;
      if (comma !== -1) this.splice(from, to + comma + 1 + blanks, '');
      else this.#removeLast(items, indexes, { index, from, to });
    }
  }

  /** The comma before it goes, too, unless comments stand between: a comma before the bracket does no harm. */
  #removeLast(
    items: readonly unknown[],
    indexes: ReadonlySet<number>,
    { index, from, to }: Span & { index: number },
  ): void {
    let kept = index - 1;
    while (indexes.has(kept)) kept--;
    const start = this.itemSpan(items[kept]).to;
    this.splice(this.text.slice(start, from).includes('#') ? from : start, to, '');
  }
}

/** New keys, each behind the one that comes before it in the order and stands there; null: before the first. */
function anchored(
  added: readonly string[],
  { names, order }: { names: readonly string[]; order: readonly string[] },
): Map<string | null, string[]> {
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const groups = new Map<string | null, string[]>();
  for (const name of [...added].sort((a, b) => placeOf(a) - placeOf(b))) {
    const before = names.filter((other) => placeOf(other) <= placeOf(name));
    const anchor = before.sort((a, b) => placeOf(b) - placeOf(a))[0] ?? null;
    groups.set(anchor, [...(groups.get(anchor) ?? []), name]);
  }
  return groups;
}

/** Of the same length. */
function withoutComments(text: string): string {
  return text.replace(/#[^\n]*/g, (comment) => ' '.repeat(comment.length));
}
