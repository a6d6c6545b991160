import type { Command } from 'commander';
import type { Environment } from '../../config/index.js';
import { type ChoiceContext, choiceOf, type ModelArguments } from '../options.js';
import type { Output } from '../output.js';

/** What commands get of the process that they run in: only `main.ts` looks at it itself. */
export interface CliContext {
  env: Environment;
  /** Where pulled models live. */
  modelsFolder: string;
  choice: ChoiceContext;
  /** Of this program. */
  version: string;
  /** Folder of the built page. */
  pageFolder: string;
  /** The program is asked to end. */
  signal: AbortSignal;
  outputOf: (options: { json?: boolean }) => Output;
}

/** The model that a command is to use. */
export function modelOf(options: ModelArguments, { choice, modelsFolder }: CliContext) {
  return { choice: choiceOf(options, choice), modelsFolder };
}

/** The same for a command that takes the configuration's model where none is named: `choice` is null then. */
export function modelOrConfigured(options: ModelArguments, command: Command, context: CliContext) {
  const { choice: defaultChoice, modelsFolder } = modelOf(options, context);
  const isNamed = command.getOptionValueSource('model') === 'cli';
  return { choice: isNamed ? defaultChoice : null, defaultChoice, modelsFolder };
}

/** Ends a command with its exit code. */
export async function finish(exitCode: Promise<number>): Promise<void> {
  process.exitCode = await exitCode;
}
