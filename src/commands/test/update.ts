import { readFile, writeFile } from 'node:fs/promises';
import { isMap, isNode, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Alarm } from '../../evaluate/footage.js';
import { WordwatchError } from '../../shared/errors.js';
import type { TestResult } from './test.js';

/** A part of a text, and what is to stand in its place. */
interface Edit {
  from: number;
  to: number;
  text: string;
}

/**
 * Writes into a file of tests what was found, where that is not what the file expects. Everything else stays as it is typed,
 * comments and expectations that were met, too.
 * @param path of the file
 * @param results of all its tests, in their order
 * @returns how many tests were changed
 * @throws WordwatchError `tests-not-updated` where the file has meanwhile become another one
 */
export async function updateTests(path: string, results: readonly TestResult[]): Promise<number> {
  const text = await readFile(path, 'utf8');
  const tests = parseDocument(text).get('tests');
  if (!isSeq(tests) || tests.items.length !== results.length || !tests.items.every(isMap)) {
    throw new WordwatchError('tests-not-updated', `${path}: its tests cannot be found in it any more`, {
      userInput: true,
      hint: 'Was it changed while its tests ran, or is the list an alias? Then write down by hand what was found.',
    });
  }
  const edits = results.flatMap((result, index) =>
    result.passed || !result.outcome ? [] : editOf(text, { test: tests.items[index] as YAMLMap, result }),
  );
  const updated = edits.reduceRight(
    (text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to),
    text,
  );
  if (edits.length > 0) await writeFile(path, updated);
  return edits.length;
}

function editOf(text: string, { test, result }: { test: YAMLMap; result: TestResult }): Edit {
  const expect = test.items.find(({ key }) => isNode(key) && 'value' in key && key.value === 'expect')!;
  const typed = expect.value as Node;
  const [start, end] = typed.range!;
  const { met, missing, unexpected } = result.outcome!;
  const found = unexpected.map(expectationOf);
  if (!isSeq(typed)) {
    // Nothing, or an alias, which other tests may use, too.
    const all = [...met.map(({ alarm }) => expectationOf(alarm)), ...found];
    return { from: start, to: end, text: flowList(all) };
  }
  const isKept = (_: unknown, index: number) => !missing.includes(result.test.expected[index]!);
  if (typed.flow) {
    const kept = (typed.items as Node[]).filter(isKept).map(({ range }) => text.slice(range![0], range![1]));
    return { from: start, to: end, text: flowList([...kept, ...found]) };
  }
  const kept = linesOf(typed, text).filter(isKept);
  if (kept.length + found.length === 0) {
    return { from: (expect.key as Node).range![1], to: typed.range![2], text: ': none\n' };
  }
  const indent = ' '.repeat(start - 1 - text.lastIndexOf('\n', start - 1));
  const lines = [...kept, ...found.map((one) => `${indent}- ${one}\n`)];
  return { from: start, to: typed.range![2], text: lines.join('').trimStart() };
}

/** The items of a list as they are typed, each with the comments before and beside it. */
function linesOf({ items, range }: YAMLSeq, text: string): string[] {
  let before = range![0];
  return (items as Node[]).map(({ range }) => {
    const lines = text.slice(before, range![2]);
    before = range![2];
    return lines.endsWith('\n') ? lines : `${lines}\n`;
  });
}

function flowList(items: readonly string[]): string {
  return items.length === 0 ? 'none' : `[${items.join(', ')}]`;
}

function expectationOf({ ruleId, startedMs, endedMs }: Alarm): string {
  return `{ rule: ${ruleId}, from: ${seconds(startedMs)}, to: ${seconds(endedMs)} }`;
}

/** As the files have it: `12s`, `10.5s`. */
export function seconds(ms: number): string {
  return `${Math.round(Math.max(0, ms) / 100) / 10}s`;
}
