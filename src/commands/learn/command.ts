import { resolve } from 'node:path';
import type { Environment } from '../../config/index.js';
import { type ModelChoice, openModel } from '../../model/index.js';
import { WordwatchError } from '../../shared/errors.js';
import { createLogger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { readSettings } from '../settings.js';
import { type LearnOptions, runLearn } from './learn.js';

/** `learn` as typed. */
export interface LearnCommand extends Pick<LearnOptions, 'ruleIds' | 'days' | 'only'> {
  apply: boolean;
  undo: boolean;
  configPath: string | undefined;
  rulePaths: readonly string[] | undefined;
  storePath: string | undefined;
  /** From the options; null: the configuration's. */
  choice: ModelChoice | null;
  /** Where there is no configuration. */
  defaultChoice: ModelChoice;
  modelsFolder: string;
  env: Environment;
  output: Output;
}

/** Reads what `learn` needs and runs it. @returns the exit code */
export async function learnCommand(command: LearnCommand): Promise<number> {
  const { apply, undo, output, modelsFolder, ruleIds, days, only } = command;
  if (apply && undo)
    throw new WordwatchError('option-invalid', '--apply and --undo: one or the other', { userInput: true });
  const settings = await readSettings(command);
  if (!settings) return 2;
  const { config, rules } = settings;
  const choice = command.choice ?? config?.model ?? command.defaultChoice;
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ choice, modelsFolder, logger });
  await using embedder = opened.embedder;
  return await runLearn({
    ...{ ruleIds, rules, embedder, days, only },
    storePath: resolve(command.storePath ?? config?.store.path ?? './data'),
    action: apply ? 'apply' : undo ? 'undo' : 'show',
    ...{ output, logger },
  });
}
