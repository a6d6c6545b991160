import { existsSync } from 'node:fs';
import {
  type Config,
  type Environment,
  formatProblem,
  loadConfig,
  loadRules,
  type RuleConfig,
} from '../config/index.js';
import { WordwatchError } from '../shared/errors.js';
import type { Output } from './output.js';

/** The configuration that commands use which can do without one. */
export const DEFAULT_CONFIG = 'wordwatch.yaml';

/** What a command works with that may have a configuration, and rules of its own. */
export interface Settings {
  /** null: there is none, and none was named. */
  config: Config | null;
  /** Enabled ones. */
  rules: RuleConfig[];
}

/**
 * Reads the configuration and rules of a command, and says what is wrong with them.
 * @param configPath as typed; undefined: {@link DEFAULT_CONFIG}, where it is there
 * @param rulePaths instead of the configuration's; undefined: those
 * @returns null when something is wrong: the exit code is 2
 * @throws WordwatchError `no-rules` where nothing names any
 */
export async function readSettings({
  configPath,
  rulePaths,
  env,
  output,
}: {
  configPath: string | undefined;
  rulePaths: readonly string[] | undefined;
  env: Environment;
  output: Output;
}): Promise<Settings | null> {
  const path = configPath ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  const loaded = path === undefined ? null : await loadConfig(path, { env });
  const own = rulePaths ? await loadRules(rulePaths, { env }) : null;
  if (!loaded && !own) {
    throw new WordwatchError('no-rules', `there is no ${DEFAULT_CONFIG} here, and no rules are named`, {
      userInput: true,
      hint: 'Name a configuration with -c, or rules with --rules.',
    });
  }
  // With rules of one's own, those of the configuration are not asked for.
  const problems = [...(loaded && !(own && loaded.config) ? loaded.problems : []), ...(own?.problems ?? [])];
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  const rules = own ? own.rules : loaded!.rules;
  if (problems.length > 0 || !rules || (loaded && !loaded.config)) return null;
  for (const note of (own ?? loaded!).notes) output.stderr(`note: ${formatProblem(note)}\n`);
  return { config: loaded?.config ?? null, rules: rules.filter(({ enabled }) => enabled) };
}
