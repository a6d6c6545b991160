import { readFile, writeFile } from 'node:fs/promises';
import { isSeq, parseDocument } from 'yaml';
import type { Alarm } from '../../evaluate/footage.js';
import { WordwatchError } from '../../shared/errors.js';
import type { TestResult } from './test.js';

/**
 * Writes into a file of tests what was found, where that is not what the file expects. Comments, order and all else stay;
 * an expectation that was met stays as it is typed.
 * @param path of the file
 * @param results of all its tests, in their order
 * @returns how many tests were changed
 * @throws WordwatchError `tests-not-updated` where the file has meanwhile become another one
 */
export async function updateTests(path: string, results: readonly TestResult[]): Promise<number> {
  const document = parseDocument(await readFile(path, 'utf8'));
  const tests = document.get('tests');
  if (document.errors.length > 0 || !isSeq(tests) || tests.items.length !== results.length) {
    throw new WordwatchError('tests-not-updated', `${path}: it has changed while its tests ran`, {
      userInput: true,
      hint: 'Run it again.',
    });
  }
  let changed = 0;
  for (const [index, { outcome, passed, test }] of results.entries()) {
    if (passed || !outcome) continue;
    changed++;
    const where = ['tests', index, 'expect'];
    const typed = document.getIn(where);
    const found = outcome.unexpected.map((alarm) =>
      document.createNode(expectationOf(alarm), { flow: true }),
    );
    if (!isSeq(typed)) {
      document.setIn(where, document.createNode([]));
      for (const node of found) document.addIn(where, node);
      continue;
    }
    const missing = new Set(outcome.missing);
    const kept = typed.items.filter((_, i) => !missing.has(test.expected[i]!));
    typed.items = [...kept, ...found];
    if (typed.items.length === 0) document.setIn(where, 'none');
  }
  // Lines that somebody broke elsewhere, or not at all, stay so.
  if (changed > 0) await writeFile(path, document.toString({ lineWidth: 0 }));
  return changed;
}

function expectationOf({ ruleId, startedMs, endedMs }: Alarm): object {
  return { rule: ruleId, from: seconds(startedMs), to: seconds(endedMs) };
}

/** As the files have it: `12s`, `10.5s`. */
export function seconds(ms: number): string {
  return `${Math.round(Math.max(0, ms) / 100) / 10}s`;
}
