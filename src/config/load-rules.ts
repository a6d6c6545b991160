import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { codeOf } from '../shared/errors.js';
import type { Environment } from './environment.js';
import {
  displayPath,
  formatPath,
  formatPlace,
  inOrder,
  type Place,
  type Problem,
  quoted,
  withSuggestion,
} from './problem.js';
import { cannotRead, fileProblem, readText } from './read-text.js';
import { notInForce, type RuleConfig, RulesFile } from './rule-schema.js';
import { validate, valueAt } from './validate.js';
import { YamlFile } from './yaml-file.js';

/** What {@link loadRules} needs beside the paths. */
export interface LoadRulesOptions {
  /** For `${NAME}` in the files. */
  env: Environment;
  /** Ids of the cameras that rules may name; none: any. */
  cameraIds?: readonly string[] | undefined;
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
  { env, cameraIds }: LoadRulesOptions,
): Promise<LoadedRules> {
  const found = await Promise.all(paths.map(findFiles));
  const problems = found.flatMap(({ problem }) => problem ?? []);
  const rules: RuleConfig[] = [];
  const yamls: YamlFile[] = [];
  const files: string[] = [];
  for (const path of new Set(found.flatMap(({ files }) => files))) {
    files.push(displayPath(path));
    const { text, problem } = await readText(path, 'Was it moved just now?');
    if (problem) {
      problems.push(problem);
      continue;
    }
    const yaml = new YamlFile(text, { file: displayPath(path), env });
    const read = readRules(yaml);
    yamls.push(yaml);
    problems.push(...read.problems);
    rules.push(...read.rules);
  }
  const { rulePlaces, duplicates } = findRules(yamls);
  problems.push(...duplicates, ...yamls.flatMap((yaml) => unknownCameras(yaml, cameraIds)));
  const notes = rules.flatMap((rule) => notesOn(rule, rulePlaces));
  return { rules: problems.length === 0 ? rules : null, problems, notes, files, rulePlaces };
}

/** The rules of one file, and what is wrong with them taken by themselves. */
export function readRules(yaml: YamlFile): { rules: RuleConfig[]; problems: Problem[] } {
  if (yaml.value === undefined) return { rules: [], problems: [...yaml.problems] };
  const { value, problems } = validate(RulesFile, yaml);
  return { rules: value?.rules ?? [], problems: [...yaml.problems, ...problems] };
}

async function findFiles({ path, problem }: RulesPath): Promise<{ files: string[]; problem?: Problem }> {
  const refuse = (message: string, hint?: string) => ({ files: [], problem: problem(message, hint) });
  try {
    if (!(await stat(path)).isDirectory()) return { files: [path] };
    const names = (await readdir(path)).filter(isRulesFileName).sort();
    if (names.length > 0) return { files: names.map((name) => join(path, name)) };
    return refuse('no rule files in this folder', 'Put a file there whose name ends in .yaml.');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return refuse(cannotRead(error));
    return refuse('no such file or folder', 'Make it, or name the one that holds the rules.');
  }
}

/** Whether a file in a rules folder is taken for rules; editors' lock and swap files are not. */
export function isRulesFileName(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name);
}

/** Ids as typed, whatever else is wrong with their rules. */
function findRules(yamls: readonly YamlFile[]): { rulePlaces: Map<string, Place>; duplicates: Problem[] } {
  const ids = yamls.flatMap((yaml) => idsIn(yaml, 'rules'));
  const { places, duplicates } = uniqueIds(ids, 'rule');
  return { rulePlaces: places, duplicates };
}

/** An id and where it stands. */
export interface FoundId extends Place {
  id: string;
  path: string;
  /** The id as it may be shown. */
  shown: string;
}

/** All ids in a file's list of cameras or rules, whether or not the rest is valid. */
export function idsIn(yaml: YamlFile, list: 'cameras' | 'rules'): FoundId[] {
  const items = valueAt(yaml.value, [list]);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item, index) => {
    const path = [list, index, 'id'];
    const id = valueAt(item, ['id']);
    const text = yaml.textOf(path);
    if (typeof id !== 'string' || yaml.isBroken(path)) return [];
    return { ...yaml.placeOf(path), id, path: formatPath(path), shown: quoted(text?.typed ?? id) };
  });
}

/** Where each id stands first, and a problem for each that comes again. */
export function uniqueIds(
  ids: readonly FoundId[],
  kind: 'camera' | 'rule',
): { places: Map<string, Place>; duplicates: Problem[] } {
  const places = new Map<string, Place>();
  const duplicates: Problem[] = [];
  for (const { id, shown, path, ...place } of ids) {
    const first = places.get(id);
    if (first === undefined) {
      places.set(id, place);
    } else {
      const message = `duplicate ${kind} id ${shown}, first used at ${formatPlace(first)}`;
      duplicates.push({ ...place, path, message });
    }
  }
  return { places, duplicates };
}

function unknownCameras(yaml: YamlFile, cameraIds: readonly string[] | undefined): Problem[] {
  const rules = valueAt(yaml.value, ['rules']);
  if (cameraIds === undefined || !Array.isArray(rules)) return [];
  return rules.flatMap((rule, ruleIndex) => {
    const cameras = valueAt(rule, ['cameras']);
    if (!Array.isArray(cameras)) return [];
    return cameras.flatMap((camera, cameraIndex) => {
      const path = ['rules', ruleIndex, 'cameras', cameraIndex];
      const text = yaml.textOf(path);
      if (typeof camera !== 'string' || yaml.isBroken(path) || cameraIds.includes(camera)) return [];
      const plain = `unknown camera ${quoted(text?.typed ?? camera)}`;
      const message = text ? plain : withSuggestion(plain, camera, cameraIds);
      return { ...yaml.placeOf(path), path: formatPath(path), message };
    });
  });
}

function notesOn(rule: RuleConfig, places: ReadonlyMap<string, Place>): Problem[] {
  const message = notInForce(rule);
  const place = places.get(rule.id);
  return message === null || !place ? [] : [{ ...place, path: `rule ${rule.id}`, message }];
}
