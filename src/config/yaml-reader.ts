import { isAlias, isMap, isNode, isScalar, isSeq, type Node, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { type Environment, substitute, unshield } from './environment.js';
import { formatPath, quoted, type ValuePath } from './problem.js';

/** Where a value stands in the text, and what it holds. */
export interface Located {
  offset: number;
  /** Where its key stands, if it has one. */
  keyOffset?: number;
  /** It could not be read; that has been reported. */
  isBroken?: boolean;
  /** Of scalars with references to the environment. */
  text?: {
    /** As typed, fit to be shown where the value is not. */
    typed: string;
    /** Typed without quotes, so that it may stand for a number or true/false. */
    isPlain: boolean;
  };
  children?: Map<string | number, Located>;
}

interface Read {
  value: unknown;
  located: Located;
}

const MAX_DEPTH = 100;
/** A few lines of aliases to aliases can stand for billions of values ("billion laughs"). */
const MAX_VALUES_FROM_ALIASES = 10_000;

/** Turns the nodes of one YAML document into plain values and notes where they stand. */
export class YamlReader {
  readonly problems: { offset: number; path: string; message: string; hint?: string }[] = [];
  readonly #env: Environment;
  readonly #anchors = new Map<string, Node>();
  /** Anchors inside which the reader is now. */
  readonly #open = new Set<Node>();
  readonly #reported = new Set<string>();
  #aliasDepth = 0;
  #valuesFromAliases = 0;

  constructor(env: Environment) {
    this.#env = env;
  }

  read(node: unknown, path: ValuePath = []): Read {
    if (!isNode(node)) return { value: null, located: { offset: 0 } };
    const offset = node.range?.[0] ?? 0;
    if (path.length > MAX_DEPTH) return this.#refuse(path, { offset, message: 'nested too deeply' });
    if (isAlias(node)) return this.#readAlias(node, path, offset);
    if (this.#aliasDepth > 0) this.#valuesFromAliases++;
    else if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    const read = this.#readValue(node, path, offset);
    this.#open.delete(node);
    return read;
  }

  #readValue(node: Node, path: ValuePath, offset: number): Read {
    if (isMap(node)) return this.#readMap(node, path, offset);
    if (isSeq(node)) return this.#readList(node, path, offset);
    if (isScalar(node)) return this.#readScalar(node, path, offset);
    return this.#refuse(path, { offset, message: 'not a value' });
  }

  #readAlias(alias: { source: string }, path: ValuePath, offset: number): Read {
    const target = this.#anchors.get(alias.source);
    const name = quoted(`*${alias.source}`);
    if (!target) return this.#refuse(path, { offset, message: `${name} refers to nothing above it` });
    if (this.#open.has(target)) return this.#refuse(path, { offset, message: `${name} refers to itself` });
    if (this.#valuesFromAliases > MAX_VALUES_FROM_ALIASES)
      return { value: null, located: { offset, isBroken: true } };
    this.#aliasDepth++;
    const { value, located } = this.read(target, path);
    this.#aliasDepth--;
    if (this.#aliasDepth === 0 && this.#valuesFromAliases > MAX_VALUES_FROM_ALIASES) {
      const message = `aliases stand for more than ${MAX_VALUES_FROM_ALIASES} values`;
      return this.#refuse(path, { offset, message });
    }
    return { value, located: { ...located, offset } };
  }

  #readMap(map: YAMLMap, path: ValuePath, offset: number): Read {
    const children = new Map<string, Located>();
    const entries: [string, unknown][] = [];
    for (const { key: keyNode, value: valueNode } of map.items) {
      const keyOffset = isNode(keyNode) ? (keyNode.range?.[0] ?? offset) : offset;
      if (!isScalar(keyNode) || keyNode.value === null || typeof keyNode.value === 'object') {
        this.#refuse(path, { offset: keyOffset, message: 'expected a word as key' });
        continue;
      }
      const key = unshield(String(keyNode.value));
      const { value, located } = this.read(valueNode, [...path, key]);
      if (children.has(key)) {
        this.#refuse([...path, key], {
          offset: keyOffset,
          message: `the key ${quoted(key)} stands here twice`,
        });
        continue;
      }
      // A key without a value is easier to find than the nothing behind it.
      children.set(key, { ...located, keyOffset, offset: value === null ? keyOffset : located.offset });
      entries.push([key, value]);
    }
    return { value: Object.fromEntries(entries), located: { offset, children } };
  }

  #readList(list: YAMLSeq, path: ValuePath, offset: number): Read {
    const items = list.items.map((item, index) => this.read(item, [...path, index]));
    const children = new Map(items.map(({ located }, index) => [index, located]));
    return { value: items.map(({ value }) => value), located: { offset, children } };
  }

  #readScalar(scalar: Scalar, path: ValuePath, offset: number): Read {
    if (typeof scalar.value !== 'string') return { value: scalar.value, located: { offset } };
    const { text, substituted, missing } = substitute(scalar.value, this.#env);
    for (const name of missing) this.#refuse(path, { offset, ...missingVariable(name) });
    if (!substituted && missing.length === 0) return { value: text, located: { offset } };
    const located = {
      offset,
      isBroken: missing.length > 0,
      text: {
        typed: unshield(scalar.value),
        isPlain: scalar.type === Scalar.PLAIN,
      },
    };
    return { value: text, located };
  }

  /** Reports a problem, once where the same text is read again through aliases. */
  #refuse(path: ValuePath, problem: { offset: number; message: string; hint?: string }): Read {
    const { offset, message } = problem;
    const key = `${offset} ${message}`;
    if (!this.#reported.has(key)) this.problems.push({ path: formatPath(path), ...problem });
    this.#reported.add(key);
    return { value: null, located: { offset, isBroken: true } };
  }
}

function missingVariable(name: string): { message: string; hint: string } {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return {
      message: `${quoted(`\${${name}}`)} does not name an environment variable`,
      hint: 'Write $${ for the characters ${ themselves.',
    };
  }
  return {
    message: `the environment variable ${name} is not set`,
    hint: `Set it, or write $\${${name}} for that text itself.`,
  };
}
