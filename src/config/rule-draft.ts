import type { z } from 'zod';
import { type Environment, referencesIn } from './environment.js';
import { unknownCameras } from './ids.js';
import { readRules } from './load-rules.js';
import { formatPlace, type Problem, quoted } from './problem.js';
import type { RuleConfig } from './rule-schema.js';
import { YamlFile } from './yaml-file.js';
import { renderInline } from './yaml-render.js';

/** A rule as a rules file has it: nothing but what is said there, durations as `"5s"`. */
export type RuleDraft = z.input<typeof RuleConfig>;

/** What is wrong with a draft. */
export interface DraftProblem {
  /** Which value of the rule, such as `confirm.k`; empty: the rule as a whole; with a place: it is elsewhere in the files. */
  path: string;
  message: string;
  hint?: string;
}

/** What {@link readDraft} needs. */
export interface ReadDraftOptions {
  /** Variables that a draft may refer to; see {@link environmentOf}. */
  env: Environment;
  /** Ids of the cameras that rules may name; none: any. */
  cameraIds?: readonly string[] | undefined;
}

/**
 * Checks a draft as if it stood in a file. Never throws.
 * @param draft anything that JSON can say
 */
export function readDraft(
  draft: unknown,
  { env, cameraIds }: ReadDraftOptions,
): { rule: RuleConfig; problems?: undefined } | { rule?: undefined; problems: DraftProblem[] } {
  let text: string;
  try {
    text = `rules: [${renderInline(draft)}]`;
  } catch {
    return { problems: [{ path: '', message: 'nested too deeply' }] };
  }
  const foreign = referencesIn(text).filter((name) => env[name] === undefined);
  if (foreign.length > 0) return { problems: foreign.map(foreignReference) };
  const yaml = new YamlFile(text, { file: '', env });
  const { rules, problems } = readRules(yaml);
  const all = [...problems, ...unknownCameras(yaml, cameraIds)];
  if (all.length > 0) return { problems: all.map((problem) => ofDraft(problem, { file: '', index: 0 })) };
  return { rule: rules[0]! };
}

function foreignReference(name: string): DraftProblem {
  return {
    path: '',
    message: `\${${quoted(name).slice(1, -1)}} is a reference to the environment that no rules file has`,
    hint: 'Type it into the file by hand: who edits rules over HTTP is not to read the environment.',
  };
}

/**
 * The part of the environment that rule files refer to already, and whose values are therefore seen by whoever sees rules.
 * @param texts of the files
 */
export function environmentOf(texts: readonly string[], env: Environment): Environment {
  const names = texts.flatMap(referencesIn).filter((name) => Object.hasOwn(env, name));
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** A problem as those see it who edit one rule. @param index of the rule in the file */
export function ofDraft(problem: Problem, { file, index }: { file: string; index: number }): DraftProblem {
  const { message, hint } = problem;
  const said = { message, ...(hint === undefined ? {} : { hint }) };
  const own = `rules[${index}]`;
  const isOwn =
    problem.file === file && (problem.path === own || /^[.[]/.test(problem.path.slice(own.length)));
  if (isOwn && problem.path.startsWith(own))
    return { path: problem.path.slice(own.length).replace(/^\./, ''), ...said };
  return { path: [formatPlace(problem), problem.path].filter(Boolean).join(' '), ...said };
}
