import { readFile } from 'node:fs/promises';
import { type Environment, formatProblem, type LoadedRules, loadConfig, loadRules } from '../config/index.js';
import {
  type ModelChoice,
  openChosenTextDirectory,
  type TextModelDirectory,
  unknownWords,
} from '../model/index.js';
import { type CheckedPath, checkFeasibility } from './check-feasibility.js';
import { type Finding, withPlace } from './finding.js';
import type { Output } from './output.js';

/** What {@link runCheck} is asked to do. */
export interface CheckOptions {
  /** Config files, rule files and folders of rules. */
  paths: readonly string[];
  choice: ModelChoice;
  /** Where pulled models live. */
  modelsFolder: string;
  /** Data folder with footage to try the rules on; undefined: the configuration's. */
  storePath: string | undefined;
  /** Notes count as a failed check. */
  strict: boolean;
  env: Environment;
  output: Output;
}

/**
 * Validates config and rules and says everything that is wrong with them at once. Where footage of the cameras is there,
 * it is also said whether the rules can work on them.
 * @returns the exit code: 0, 2 when something is wrong, 3 when there are notes and `strict` was asked for
 * @throws WordwatchError `store-missing` when a data folder is named that is none
 */
export async function runCheck(options: CheckOptions): Promise<number> {
  const { output, strict } = options;
  const said = { error: 0, note: 0, info: 0 };
  let rules = 0;
  const say = ({ severity, text, feasibility }: Finding) => {
    said[severity]++;
    output.stdout(
      output.json
        ? `${JSON.stringify({ severity, text, ...(feasibility ? { feasibility } : {}) })}\n`
        : `${severity === 'note' ? 'note: ' : ''}${text}\n`,
    );
  };
  const checked: CheckedPath[] = [];
  for (const path of options.paths) {
    const { findings, ...about } = await checkPath(path, options);
    findings.forEach(say);
    checked.push(about);
    rules += about.loaded.rules?.length ?? 0;
  }
  // Whoever has an error to mend does not wait for this.
  if (said.error === 0) await checkFeasibility(checked, { ...options, say });
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  output.stderr(
    said.error > 0
      ? `${count(said.error, 'problem')}\n`
      : `${count(rules, 'rule')} checked: no problem, ${count(said.note, 'note')}\n`,
  );
  if (said.error > 0) return 2;
  return strict && said.note > 0 ? 3 : 0;
}

async function checkPath(
  path: string,
  { env, modelsFolder, choice: typed }: CheckOptions,
): Promise<CheckedPath & { findings: Finding[] }> {
  const withConfig = (await isConfigFile(path)) ? await loadConfig(path, { env }) : null;
  const loaded = withConfig ?? (await loadRules([path], { env }));
  const config = withConfig?.config ?? null;
  const choice = config?.model ?? typed;
  const directory = await openChosenTextDirectory(choice, { modelsFolder });
  const findings: Finding[] = [
    ...loaded.problems.map((problem) => ({ severity: 'error' as const, text: formatProblem(problem) })),
    ...loaded.notes.map((problem) => ({ severity: 'note' as const, text: formatProblem(problem) })),
    ...strangeWords(loaded, directory),
  ];
  return { loaded, config, choice, directory, findings };
}

function strangeWords(loaded: LoadedRules, { knownWords }: TextModelDirectory): Finding[] {
  if (knownWords === null) return [];
  return (loaded.rules ?? []).flatMap((rule): Finding[] => {
    const words = unknownWords([...rule.when, ...rule.not], knownWords);
    if (words.length === 0) return [];
    const text = `rule ${rule.id}: the demonstration model never saw ${words.map((word) => `"${word}"`).join(', ')}; expect it to do nothing until a real model is installed`;
    return [{ severity: 'note', text: withPlace(text, rule.id, loaded) }];
  });
}

/** A config file is one that lists cameras; anything else is taken for rules. */
async function isConfigFile(path: string): Promise<boolean> {
  try {
    return /^["']?cameras["']?\s*:/m.test(await readFile(path, 'utf8'));
  } catch {
    return false; // a folder, or missing: loading it says so
  }
}
