import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { codeOf } from '../shared/errors.js';
import type { Environment } from './environment.js';
import { idsIn, uniqueIds, unknownCameras } from './ids.js';
import { displayPath, inOrder, type Place, type Problem } from './problem.js';
import { cannotRead, fileProblem, readText } from './read-text.js';
import { type RuleConfig, RulesFile, withoutEffect } from './rule-schema.js';
import { validate } from './validate.js';
import { YamlFile } from './yaml-file.js';

/** What {@link loadRules} needs beside the paths. */
export interface LoadRulesOptions {
  /** For `${NAME}` in the files. */
  env: Environment;
  /** Ids of the cameras that rules may name; none: any. */
  cameraIds?: readonly string[] | undefined;
  /** Texts that count instead of what is in the files, by absolute path; files that are not there yet, too. */
  texts?: ReadonlyMap<string, string>;
}

/** Rules, or everything that is wrong with them. */
export interface LoadedRules {
  /** All rules of all files, disabled ones too; null when there is any problem with them. */
  rules: RuleConfig[] | null;
  problems: Problem[];
  /** Worth saying, but nothing wrong. */
  notes: Problem[];
  /** Every file that was read, as shown to people. */
  files: string[];
  /** Where each rule stands, by its id. */
  rulePlaces: ReadonlyMap<string, Place>;
}

/** Files and folders to load, and how a problem with one of them is told. */
export interface RulesPath {
  /** Absolute. */
  path: string;
  /** Makes the problem that there is nothing to load from this path. */
  problem: (message: string, hint?: string) => Problem;
}

/**
 * Reads rule files; of a folder, all its `*.yaml` and `*.yml` that are not hidden, in alphabetical order. Never
 * throws: what is wrong is in `problems`, all of it at once.
 * @param paths files and folders
 */
export async function loadRules(paths: readonly string[], options: LoadRulesOptions): Promise<LoadedRules> {
  const own = paths.map((path): RulesPath => {
    const absolute = resolve(path);
    return { path: absolute, problem: (message, hint) => fileProblem(absolute, message, hint) };
  });
  const loaded = await loadRulesFrom(own, options);
  return { ...loaded, problems: inOrder(loaded.problems, loaded.files) };
}

/** The same for paths that stand in a config file. */
export async function loadRulesFrom(
  paths: readonly RulesPath[],
  { env, cameraIds, texts = new Map() }: LoadRulesOptions,
): Promise<LoadedRules> {
  const found = await Promise.all(paths.map((path) => findYamlFiles(path, 'rule')));
  const files = [...new Set([...found.flatMap(({ files }) => files), ...texts.keys()])];
  const reads = await Promise.all(files.map((path) => readRulesFile(path, { env, text: texts.get(path) })));
  const yamls = reads.flatMap(({ yaml }) => yaml ?? []);
  const rules = reads.flatMap(({ rules }) => rules);
  const { places: rulePlaces, duplicates } = uniqueIds(
    yamls.flatMap((yaml) => idsIn(yaml, 'rules')),
    'rule',
  );
  const problems = [
    ...found.flatMap(({ problem }) => problem ?? []),
    ...reads.flatMap(({ problems }) => problems),
    ...duplicates,
    ...yamls.flatMap((yaml) => unknownCameras(yaml, cameraIds)),
  ];
  return {
    rules: problems.length === 0 ? rules : null,
    problems,
    notes: rules.flatMap((rule) => notesOn(rule, rulePlaces)),
    files: files.map(displayPath),
    rulePlaces,
  };
}

async function readRulesFile(
  path: string,
  { env, text: given }: { env: Environment; text?: string | undefined },
) {
  const hint = 'Was it moved just now?';
  const { text, problem } = given === undefined ? await readText(path, hint) : { text: given };
  if (problem) return { yaml: null, rules: [], problems: [problem] };
  const yaml = new YamlFile(text, { file: displayPath(path), env });
  return { yaml, ...readRules(yaml) };
}

/** The rules of one file, and what is wrong with them taken by themselves. */
export function readRules(yaml: YamlFile): { rules: RuleConfig[]; problems: Problem[] } {
  if (yaml.value === undefined) return { rules: [], problems: [...yaml.problems] };
  const { value, problems } = validate(RulesFile, yaml);
  return { rules: value?.rules ?? [], problems: [...yaml.problems, ...problems] };
}

/**
 * A file, or of a folder all YAML files that are not hidden, in alphabetical order.
 * @param what a `rule` or a `test` is in them, for people
 */
export async function findYamlFiles(
  { path, problem }: RulesPath,
  what: string,
): Promise<{ files: string[]; problem?: Problem }> {
  const refuse = (message: string, hint?: string) => ({ files: [], problem: problem(message, hint) });
  try {
    if (!(await stat(path)).isDirectory()) return { files: [path] };
    const names = (await readdir(path)).filter(isRulesFileName).sort();
    if (names.length > 0) return { files: names.map((name) => join(path, name)) };
    return refuse(`no ${what} files in this folder`, 'Put a file there whose name ends in .yaml.');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return refuse(cannotRead(error));
    return refuse('no such file or folder', `Make it, or name the one that holds the ${what}s.`);
  }
}

/** Whether a file in a rules folder is taken for rules; editors' lock and swap files are not. */
export function isRulesFileName(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name);
}

function notesOn(rule: RuleConfig, places: ReadonlyMap<string, Place>): Problem[] {
  const message = withoutEffect(rule);
  const place = places.get(rule.id);
  return message === null || !place ? [] : [{ ...place, path: `rule ${rule.id}`, message }];
}
