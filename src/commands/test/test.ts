import { writeFile } from 'node:fs/promises';
import type { ExpectedEvent, RuleTest, RuleTests } from '../../config/load-tests.js';
import { compareEvents, type Outcome } from '../../evaluate/expected.js';
import type { Alarm } from '../../evaluate/footage.js';
import type { Embedder } from '../../model/embedder.js';
import { messageOf } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact-url.js';
import type { Logger } from '../../telemetry/logger.js';
import { type FootageWatcher, openFootageWatcher } from '../footage-watcher.js';
import type { Output } from '../output.js';
import { cameraIdsOf } from '../scan.js';
import { junitXml } from './junit.js';
import { seconds, updateTests } from './update.js';

/** What {@link runTest} is asked to do. */
export interface TestOptions {
  files: readonly RuleTests[];
  embedder: Embedder;
  /** Of active hours, where a file does not say. */
  timeZone: string;
  /** Data folder whose calibrations are used; null: none. */
  storePath: string | null;
  /** Write what was found into the files. */
  update: boolean;
  /** JUnit file to write; null: none. */
  junit: string | null;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/** What came of one test. */
export interface TestResult {
  test: RuleTest;
  passed: boolean;
  /** null: the clip could not be watched. */
  outcome: Outcome | null;
  /** Why not; null: it could. */
  error: string | null;
  tookMs: number;
}

/**
 * Watches the clips of rule tests and compares what was raised with what they expect.
 * @returns the exit code: 0, 1 when a clip could not be watched, 3 when a test failed
 */
export async function runTest(options: TestOptions): Promise<number> {
  const { files, output, update, junit, signal } = options;
  const suites: { file: string; results: TestResult[] }[] = [];
  let changed = 0;
  for (const file of files) {
    const results = await runFile(file, options);
    if (signal.aborted) return 1;
    suites.push({ file: file.file, results });
    if (update) changed += await updateTests(file.path, results);
  }
  if (junit !== null) await writeFile(junit, junitXml(suites));
  const all = suites.flatMap(({ results }) => results);
  const failed = all.filter(({ passed }) => !passed).length;
  const updated = update ? `, ${changed} written anew` : '';
  output.stderr(`${all.length - failed} of ${all.length} tests passed${updated}\n`);
  if (all.some(({ error }) => error !== null)) return 1;
  return failed === changed ? 0 : 3;
}

async function runFile(file: RuleTests, options: TestOptions): Promise<TestResult[]> {
  const { output, signal } = options;
  using watcher = await openFootageWatcher({ ...options, rules: file.rules });
  const results: TestResult[] = [];
  for (const test of file.tests) {
    const result = await runOne(test, { watcher, timeZone: file.timeZone ?? options.timeZone });
    if (signal.aborted) break;
    results.push(result);
    print(result, { file: file.file, output });
  }
  return results;
}

async function runOne(
  test: RuleTest,
  { watcher, timeZone }: { watcher: FootageWatcher; timeZone: string },
): Promise<TestResult> {
  const startedMs = performance.now();
  const took = () => performance.now() - startedMs;
  const { clip: location, fps, motionGate, startTimeMs } = test;
  const cameraId = test.cameraId ?? cameraIdsOf([location])[0]!;
  try {
    const seen = await watcher.watch(
      { cameraId, location, fps, motionGate, startTimeMs, timeZone },
      test.only,
    );
    const outcome = compareEvents(test.expected, seen.alarms);
    const passed = outcome.missing.length === 0 && outcome.unexpected.length === 0;
    return { test, passed, outcome, error: null, tookMs: took() };
  } catch (error) {
    return { test, passed: false, outcome: null, error: redactUrl(messageOf(error)), tookMs: took() };
  }
}

/** What is wrong, a line each; none where the test passed. */
export function failuresOf({ outcome, error }: Pick<TestResult, 'outcome' | 'error'>): string[] {
  if (!outcome) return [error ?? ''];
  return [
    ...outcome.missing.map((event) => {
      const instead = outcome.unexpected.filter(({ ruleId }) => ruleId === event.ruleId).map(foundText);
      return `expected ${expectedText(event)}, ${instead.length === 0 ? 'found none' : `found ${instead.join(' and ')}`}`;
    }),
    ...outcome.unexpected
      .filter(({ ruleId }) => !outcome.missing.some((event) => event.ruleId === ruleId))
      .map((alarm) => `not expected: ${alarm.ruleId} ${foundText(alarm)}`),
  ];
}

function expectedText({ ruleId, fromMs, toMs, toleranceMs }: ExpectedEvent): string {
  const from = fromMs === null ? '' : ` from ${seconds(fromMs)}`;
  const to = toMs === null ? '' : ` to ${seconds(toMs)}`;
  return from === '' && to === ''
    ? `${ruleId} at any time`
    : `${ruleId}${from}${to} (± ${seconds(toleranceMs)})`;
}

function foundText({ startedMs, endedMs }: Alarm): string {
  return `from ${seconds(startedMs)} to ${seconds(endedMs)}`;
}

function print(result: TestResult, { file, output }: { file: string; output: Output }): void {
  const { test, passed, outcome, error } = result;
  if (output.json) {
    const found = outcome && [...outcome.met.map(({ alarm }) => alarm), ...outcome.unexpected];
    const told = { file, test: test.name, passed, expected: test.expected, found, error };
    output.stdout(`${JSON.stringify(told)}\n`);
    return;
  }
  const met = outcome?.met.map(({ alarm }) => `${alarm.ruleId} ${foundText(alarm)}`) ?? [];
  const told = passed ? `  ${met.join(', ') || 'no event'}` : '';
  output.stdout(`${passed ? 'pass' : 'FAIL'}  ${test.name}${told}\n`);
  for (const line of passed ? [] : failuresOf(result)) output.stdout(`      ${line}\n`);
}
