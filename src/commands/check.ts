import { readFile } from 'node:fs/promises';
import {
  type Environment,
  formatPlace,
  formatProblem,
  loadConfig,
  loadRules,
  type RuleConfig,
} from '../config/index.js';
import { type ModelChoice, openChosenTextDirectory, unknownWords } from '../model/index.js';
import type { Output } from './output.js';

/** What {@link runCheck} is asked to do. */
export interface CheckOptions {
  /** Config files, rule files and folders of rules. */
  paths: readonly string[];
  choice: ModelChoice;
  /** Where pulled models live. */
  modelsFolder: string;
  /** Notes count as a failed check. */
  strict: boolean;
  env: Environment;
  output: Output;
}

/** Something that `check` has to say. */
interface Finding {
  severity: 'error' | 'note';
  text: string;
}

/**
 * Validates config and rules and says everything that is wrong with them at once.
 * @returns the exit code: 0, 2 when something is wrong, 3 when there are notes and `strict` was asked for
 */
export async function runCheck(options: CheckOptions): Promise<number> {
  const { output, strict } = options;
  const findings: Finding[] = [];
  let rules = 0;
  for (const path of options.paths) {
    const checked = await checkPath(path, options);
    findings.push(...checked.findings);
    rules += checked.rules;
  }
  for (const { severity, text } of findings) {
    output.stdout(
      output.json
        ? `${JSON.stringify({ severity, text })}\n`
        : `${severity === 'note' ? 'note: ' : ''}${text}\n`,
    );
  }
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const notes = findings.length - errors;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  output.stderr(
    errors > 0
      ? `${count(errors, 'problem')}\n`
      : `${count(rules, 'rule')} checked: no problem, ${count(notes, 'note')}\n`,
  );
  if (errors > 0) return 2;
  return strict && notes > 0 ? 3 : 0;
}

async function checkPath(
  path: string,
  options: CheckOptions,
): Promise<{ findings: Finding[]; rules: number }> {
  const { env, modelsFolder } = options;
  const withConfig = (await isConfigFile(path)) ? await loadConfig(path, { env }) : null;
  const loaded = withConfig ?? (await loadRules([path], { env }));
  const errors = loaded.problems.map(
    (problem): Finding => ({ severity: 'error', text: formatProblem(problem) }),
  );
  const notes = loaded.notes.map((problem): Finding => ({ severity: 'note', text: formatProblem(problem) }));
  const strange = await strangeWords(loaded.rules ?? [], {
    choice: withConfig?.config?.model ?? options.choice,
    modelsFolder,
  });
  for (const { rule, words } of strange) {
    const place = loaded.rulePlaces.get(rule.id);
    const text = `rule ${rule.id}: the demonstration model never saw ${words.map((word) => `"${word}"`).join(', ')}; expect it to do nothing until a real model is installed`;
    notes.push({ severity: 'note', text: place ? `${formatPlace(place)} ${text}` : text });
  }
  return { findings: [...errors, ...notes], rules: loaded.rules?.length ?? 0 };
}

async function strangeWords(
  rules: readonly RuleConfig[],
  { choice, modelsFolder }: Pick<CheckOptions, 'choice' | 'modelsFolder'>,
): Promise<{ rule: RuleConfig; words: string[] }[]> {
  const { knownWords } = await openChosenTextDirectory(choice, { modelsFolder });
  if (knownWords === null) return [];
  return rules
    .map((rule) => ({ rule, words: unknownWords([...rule.when, ...rule.not], knownWords) }))
    .filter(({ words }) => words.length > 0);
}

/** A config file is one that lists cameras; anything else is taken for rules. */
async function isConfigFile(path: string): Promise<boolean> {
  try {
    return /^["']?cameras["']?\s*:/m.test(await readFile(path, 'utf8'));
  } catch {
    return false; // a folder, or missing: loading it says so
  }
}
