import type { Command } from 'commander';
import { jsonOption, numberIn, withModel } from '../options.js';
import { searchCommand } from '../search/command.js';
import { pastTime } from '../time-range.js';
import { type CliContext, finish, modelOrConfigured } from './context.js';

const MAX_HITS = 1_000;

/** `search`: what to do with what cameras showed. */
export function addMemoryCommands(program: Command, context: CliContext): void {
  const { env, signal, outputOf } = context;
  withModel(program.command('search'))
    .description('the moments that are most like words, or a picture, among all that is remembered')
    .argument('[words...]', 'what is looked for, such as: a red car at the gate')
    .option('--not <words>', 'what it must not be taken for; may be given again', collect, [])
    .option('--image <file>', 'a picture of what is looked for')
    .option('--camera <id>', 'only this camera; may be given again', collect, [])
    .option('--since <time>', 'from then on: 7d, or 2026-05-01T20:00:00+02:00 (default: all)', pastTime)
    .option('--until <time>', 'before then', pastTime)
    .option('--limit <n>', 'most hits', numberIn(1, MAX_HITS), 10)
    .option('-c, --config <file>', 'the configuration (default: wordwatch.yaml, if there is one)')
    .option('--store <folder>', 'data folder (default: the configuration’s, else ./data)')
    .option('--html <file>', 'also write an HTML page with pictures')
    .addOption(jsonOption())
    .action((words: string[], options, command: Command) =>
      finish(
        searchCommand({
          ...{ words, not: options.not, image: options.image ?? null, cameras: options.camera },
          ...{ since: options.since, until: options.until, limit: Math.floor(options.limit) },
          ...{ configPath: options.config, storePath: options.store, html: options.html ?? null },
          ...modelOrConfigured(options, command, context),
          ...{ env, output: outputOf(options), signal },
        }),
      ),
    );
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
