#!/usr/bin/env -S node --max-semi-space-size=2 --single-threaded-gc
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { addBacktestCommand } from './commands/cli/backtest-command.js';
import type { CliContext } from './commands/cli/context.js';
import { addEvalCommands } from './commands/cli/eval-commands.js';
import { addExportCommand } from './commands/cli/export-command.js';
import { addMemoryCommands } from './commands/cli/memory-commands.js';
import { addModelCommands } from './commands/cli/model-commands.js';
import { addThresholdCommands } from './commands/cli/threshold-commands.js';
import { addToolCommands } from './commands/cli/tool-commands.js';
import { addWatchCommands } from './commands/cli/watch-commands.js';
import type { Output } from './commands/output.js';
import { modelsFolderOf } from './model/index.js';
import { messageOf, WordwatchError } from './shared/errors.js';
import { redactUrl } from './shared/redact-url.js';

// The flags above, which package.json and the Dockerfile repeat: pixels lie outside of JavaScript's heap, so a large
// nursery gains nothing, and V8's helper threads for garbage take the processors from the model: without them a
// two-core machine watches a fifth more frames.

// The only file that reads arguments, the environment and signals.

const PACKAGE = new URL('../package.json', import.meta.url);
const PAGE_FOLDER = fileURLToPath(new URL('../dist/dashboard', import.meta.url));
const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };

const stopping = new AbortController();
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
// The first asks for an orderly end; whichever comes second kills, as the system's own handler does.
const stop = () => {
  for (const signal of SIGNALS) process.off(signal, stop);
  stopping.abort();
};
for (const signal of SIGNALS) process.on(signal, stop);
// `wordwatch scan … | head` ends the reader first: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stopping.abort();
});

function outputOf({ json = false }: { json?: boolean }): Output {
  return {
    json,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY ?? false,
  };
}

const context: CliContext = {
  env: process.env,
  modelsFolder: modelsFolderOf(process.env),
  choice: { baseFolder: process.cwd(), remoteToken: process.env.WORDWATCH_REMOTE_TOKEN || null },
  version,
  pageFolder: PAGE_FOLDER,
  signal: stopping.signal,
  outputOf,
};

const program = new Command('wordwatch')
  .description('Watches cameras and raises events described in plain words.')
  .version(version)
  .showHelpAfterError('(wordwatch --help shows what there is)')
  .exitOverride();

addWatchCommands(program, context);
addThresholdCommands(program, context);
addToolCommands(program, context);
addEvalCommands(program, context);
addMemoryCommands(program, context);
addModelCommands(program, context);
addExportCommand(program, context);
addBacktestCommand(program, context);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong, for people, and returns the exit code. */
function report(error: unknown): number {
  if (
    error instanceof Error &&
    'exitCode' in error &&
    'code' in error &&
    String(error.code).startsWith('commander.')
  ) {
    // Commander has already said it; help and version are no errors.
    return error.exitCode === 0 ? 0 : 2;
  }
  process.stderr.write(`wordwatch: ${redactUrl(messageOf(error))}\n`);
  if (error instanceof WordwatchError) {
    if (error.hint) process.stderr.write(`${redactUrl(error.hint)}\n`);
    return error.userInput ? 2 : 1;
  }
  // A fault of the program itself: whoever reports it will need the trace.
  if (error instanceof Error && error.stack) process.stderr.write(`${redactUrl(error.stack)}\n`);
  return 1;
}
