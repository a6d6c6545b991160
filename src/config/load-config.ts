import { dirname, isAbsolute, resolve } from 'node:path';
import { type Config, ConfigFile } from './config-schema.js';
import type { Environment } from './environment.js';
import { idsIn, uniqueIds } from './ids.js';
import { type LoadedRules, loadRulesFrom, type RulesPath } from './load-rules.js';
import { displayPath, formatPath, inOrder, type Place, type Problem, quoted } from './problem.js';
import { readText } from './read-text.js';
import { validate, valueAt } from './validate.js';
import { YamlFile } from './yaml-file.js';

/** A configuration with its rules, or everything that is wrong with them. */
export interface LoadedConfig extends LoadedRules {
  /** null when there is any problem in the config file itself. */
  config: Config | null;
  /** Where each camera stands, by its id. */
  cameraPlaces: ReadonlyMap<string, Place>;
}

/**
 * Reads a config file and the rules it names. Never throws: what is wrong is in `problems`, all of it at once.
 * @param path of the config file
 */
export async function loadConfig(path: string, { env }: { env: Environment }): Promise<LoadedConfig> {
  const absolute = resolve(path);
  const hint = 'Make one, or name yours with -c.';
  const { text, problem } = await readText(absolute, hint);
  if (problem) return { ...NOTHING, problems: [problem] };
  const yaml = new YamlFile(text, { file: displayPath(absolute), env });
  const read = readConfig(yaml, dirname(absolute));
  const loaded = await loadRulesFrom(read.rulesPaths, {
    env,
    cameraIds: read.cameraPlaces && [...read.cameraPlaces.keys()],
  });
  const files = [yaml.file, ...loaded.files];
  return {
    config: read.config,
    ...loaded,
    problems: inOrder([...read.problems, ...loaded.problems], files),
    files,
    cameraPlaces: read.cameraPlaces ?? new Map(),
  };
}

const NOTHING: Omit<LoadedConfig, 'problems'> = {
  config: null,
  rules: null,
  notes: [],
  files: [],
  rulePlaces: new Map(),
  cameraPlaces: new Map(),
};

/** What one config file says by itself. */
export interface ReadConfig {
  config: Config | null;
  problems: Problem[];
  /** Rules to load, also where other parts of the file are wrong. */
  rulesPaths: RulesPath[];
  /** undefined when the file does not tell which cameras there are. */
  cameraPlaces: Map<string, Place> | undefined;
}

/**
 * Checks a config file without touching any other file.
 * @param folder absolute; relative paths in the file start there
 */
export function readConfig(yaml: YamlFile, folder: string): ReadConfig {
  if (yaml.value === undefined) {
    return { config: null, problems: [...yaml.problems], rulesPaths: [], cameraPlaces: undefined };
  }
  const { value, problems: invalid } = validate(ConfigFile, yaml);
  const { places, duplicates } = uniqueIds(idsIn(yaml, 'cameras'), 'camera');
  const problems = [...yaml.problems, ...invalid, ...duplicates];
  return {
    config: value && problems.length === 0 ? resolvePaths(value, folder) : null,
    problems,
    rulesPaths: rulesPathsIn(yaml, folder),
    cameraPlaces: Array.isArray(valueAt(yaml.value, ['cameras'])) ? places : undefined,
  };
}

function rulesPathsIn(yaml: YamlFile, folder: string): RulesPath[] {
  if (typeof yaml.value !== 'object' || yaml.value === null || Array.isArray(yaml.value)) return [];
  const listed = valueAt(yaml.value, ['rules']);
  if (listed !== undefined && !Array.isArray(listed)) return [];
  return (listed ?? ['./rules']).flatMap((entry: unknown, index: number): RulesPath[] => {
    const path = listed === undefined ? ['rules'] : ['rules', index];
    const text = yaml.textOf(path);
    if (typeof entry !== 'string' || entry.trim() === '' || yaml.isBroken(path)) return [];
    const shown = quoted(text?.typed ?? entry);
    const rulesPath: RulesPath = {
      path: resolve(folder, entry.trim()),
      problem: (message, hint) => ({
        ...yaml.placeOf(path),
        path: formatPath(path),
        message: `${shown}: ${message}`,
        ...(hint === undefined ? {} : { hint }),
      }),
    };
    return [rulesPath];
  });
}

function resolvePaths(config: Config, folder: string): Config {
  return {
    ...config,
    cameras: config.cameras.map((camera) => ({ ...camera, source: resolveSource(camera.source, folder) })),
    model: { ...config.model, baseFolder: folder },
    rules: config.rules.map((path) => resolve(folder, path)),
    commands: config.commands.map(({ run: [program, ...args], ...command }) => ({
      ...command,
      // A bare name is looked for in PATH.
      run: [program!.includes('/') ? resolve(folder, program!) : program!, ...args],
    })),
    mqtt: { ...config.mqtt, tls: resolveTls(config.mqtt.tls, folder) },
    store: { ...config.store, path: resolve(folder, config.store.path) },
  };
}

function resolveTls(tls: Config['mqtt']['tls'], folder: string): Config['mqtt']['tls'] {
  if (tls === null) return null;
  const resolved = (path: string | null) => path && resolve(folder, path);
  return { ...tls, ca: resolved(tls.ca), cert: resolved(tls.cert), key: resolved(tls.key) };
}

function resolveSource(source: string, folder: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(source);
  return isUrl || isAbsolute(source) ? source : resolve(folder, source);
}
