import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { Environment } from './environment.js';
import { findYamlFiles, loadRulesFrom, type RulesPath } from './load-rules.js';
import {
  displayPath,
  formatPath,
  inOrder,
  type Problem,
  quoted,
  type ValuePath,
  withSuggestion,
} from './problem.js';
import { fileProblem, readText } from './read-text.js';
import type { RuleConfig } from './rule-schema.js';
import { RuleTestsFile } from './tests-schema.js';
import { validate } from './validate.js';
import { YamlFile } from './yaml-file.js';

/** An event that a test expects. Milliseconds from the start of the clip; null: at any time. */
export interface ExpectedEvent {
  ruleId: string;
  fromMs: number | null;
  toMs: number | null;
  toleranceMs: number;
}

/** One test. */
export interface RuleTest {
  name: string;
  /** Absolute. */
  clip: string;
  /** null: after the file. */
  cameraId: string | null;
  fps: number;
  motionGate: boolean;
  /** Wall clock of its first frame; null: not known. */
  startTimeMs: number | null;
  /** Rules that watch; null: all. */
  only: string[] | null;
  /** Of events that are found, where none of those expected says another. */
  toleranceMs: number;
  expected: ExpectedEvent[];
}

/** A file of tests. */
export interface RuleTests {
  /** Absolute. */
  path: string;
  /** As shown to people. */
  file: string;
  timeZone: string | null;
  /** Those that are enabled. */
  rules: RuleConfig[];
  tests: RuleTest[];
}

/** What {@link loadRuleTests} needs. */
export interface LoadRuleTestsOptions {
  env: Environment;
  /** Instead of those that the files name. */
  rulePaths?: readonly string[] | undefined;
}

/**
 * Reads files of rule tests with the rules they are about; of a folder, all its YAML files. Never throws: what is wrong is
 * in `problems`, all of it at once.
 */
export async function loadRuleTests(
  path: string,
  options: LoadRuleTestsOptions,
): Promise<{ files: RuleTests[]; problems: Problem[] }> {
  const absolute = resolve(path);
  const problem = (message: string, hint?: string) => fileProblem(absolute, message, hint);
  const found = await findYamlFiles({ path: absolute, problem }, 'test');
  if (found.problem) return { files: [], problems: [found.problem] };
  const loaded = await Promise.all(found.files.map((file) => loadFile(file, options)));
  const problems = loaded.flatMap(({ problems }) => problems);
  return {
    files: loaded.flatMap(({ tests }) => tests ?? []),
    problems: inOrder(problems, found.files.map(displayPath)),
  };
}

async function loadFile(
  path: string,
  { env, rulePaths }: LoadRuleTestsOptions,
): Promise<{ tests: RuleTests | null; problems: Problem[] }> {
  const { text, problem } = await readText(path, 'Was it moved just now?');
  if (problem) return { tests: null, problems: [problem] };
  const folder = dirname(path);
  const yaml = new YamlFile(text, { file: displayPath(path), env });
  const { value, tests, problems } = readRuleTests(yaml, folder);
  if (!value) return { tests: null, problems };
  const paths = rulePaths ? rulePaths.map(ownPath) : pathsIn(value, { yaml, folder });
  if (paths.length === 0) {
    const hint = 'Add "rules: [path]", or name them with --rules.';
    const unnamed = { ...yaml.placeOf([]), path: 'rules', message: 'no rules are named', hint };
    return { tests: null, problems: [unnamed] };
  }
  const loaded = await loadRulesFrom(paths, { env });
  if (!loaded.rules) return { tests: null, problems: loaded.problems };
  const rules = loaded.rules.filter(({ enabled }) => enabled);
  const wrong = value.tests.flatMap((test, index) =>
    problemsOf(test, { yaml, at: ['tests', index], clip: tests[index]!.clip, rules: loaded.rules! }),
  );
  return {
    tests: { path, file: yaml.file, timeZone: value.time_zone ?? null, rules, tests },
    problems: wrong,
  };
}

/**
 * The tests of one file, by themselves.
 * @param folder where paths of clips start
 */
export function readRuleTests(
  yaml: YamlFile,
  folder: string,
): { value: TypedTests | null; tests: RuleTest[]; problems: Problem[] } {
  if (yaml.value === undefined) return { value: null, tests: [], problems: [...yaml.problems] };
  const { value, problems } = validate(RuleTestsFile, yaml);
  if (!value || yaml.problems.length > 0) {
    return { value: null, tests: [], problems: [...yaml.problems, ...problems] };
  }
  return { value, tests: value.tests.map((test) => testOf(test, folder)), problems };
}

type TypedTests = z.output<typeof RuleTestsFile>;
type TypedTest = TypedTests['tests'][number];

function ownPath(path: string): RulesPath {
  const absolute = resolve(path);
  return { path: absolute, problem: (message, hint) => fileProblem(absolute, message, hint) };
}

function pathsIn({ rules }: TypedTests, { yaml, folder }: { yaml: YamlFile; folder: string }): RulesPath[] {
  return (rules ?? []).map((path, index) => ({
    path: resolve(folder, path),
    problem: (message, hint) => ({
      ...at(yaml, ['rules', index]),
      message: `${quoted(path)}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    }),
  }));
}

function at(yaml: YamlFile, path: ValuePath) {
  return { ...yaml.placeOf(path), path: formatPath(path) };
}

function testOf(test: TypedTest, folder: string): RuleTest {
  const expected = test.expect === 'none' ? [] : test.expect;
  return {
    name: test.name ?? test.clip,
    clip: resolve(folder, test.clip),
    cameraId: test.camera ?? null,
    fps: test.fps,
    motionGate: test.motion_gate,
    startTimeMs: test.start,
    only: test.only,
    toleranceMs: test.tolerance,
    expected: expected.map(({ rule, from, to, tolerance }) => ({
      ruleId: rule,
      fromMs: from ?? null,
      toMs: to ?? null,
      toleranceMs: tolerance ?? test.tolerance,
    })),
  };
}

function problemsOf(
  test: TypedTest,
  {
    yaml,
    at: path,
    clip,
    rules,
  }: { yaml: YamlFile; at: ValuePath; clip: string; rules: readonly RuleConfig[] },
): Problem[] {
  const problems: Problem[] = [];
  if (!statSync(clip, { throwIfNoEntry: false })) {
    const hint = 'Paths of clips start at the file in which they stand.';
    problems.push({
      ...at(yaml, [...path, 'clip']),
      message: `${quoted(test.clip)}: no such file or folder`,
      hint,
    });
  }
  const named = [
    ...(test.only ?? []).map((id, i) => ({ id, at: [...path, 'only', i] })),
    ...(test.expect === 'none' ? [] : test.expect).map(({ rule }, i) => ({
      id: rule,
      at: [...path, 'expect', i, 'rule'],
    })),
  ];
  for (const { id, at: place } of named) {
    const message = unwatched(id, { rules, only: place.includes('expect') ? test.only : null });
    if (message !== null) problems.push({ ...at(yaml, place), message });
  }
  return problems;
}

/** Why a rule cannot raise an event here; null: it can. */
function unwatched(
  id: string,
  { rules, only }: { rules: readonly RuleConfig[]; only: readonly string[] | null },
): string | null {
  const rule = rules.find((rule) => rule.id === id);
  if (!rule)
    return withSuggestion(
      `unknown rule ${quoted(id)}`,
      id,
      rules.map(({ id }) => id),
    );
  if (!rule.enabled) return `the rule ${quoted(id)} is not enabled`;
  return only !== null && !only.includes(id)
    ? `the rule ${quoted(id)} does not watch: it is not in "only"`
    : null;
}
