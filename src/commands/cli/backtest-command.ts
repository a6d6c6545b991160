import { type Command, Option } from 'commander';
import { backtestCommand } from '../backtest/command.js';
import { jsonOption, numberIn, withModel } from '../options.js';
import { pastTime } from '../time-range.js';
import { type CliContext, finish, modelOrConfigured } from './context.js';

/** `backtest`: tries rules on what was seen. */
export function addBacktestCommand(program: Command, context: CliContext): void {
  const { env, signal, outputOf } = context;
  withModel(program.command('backtest'))
    .description(
      'tries rules on what run has stored, without any video: the events that run would have raised, beside those that it did raise. Mutes and budgets that were switched are not replayed; what is still open at the end is ended there',
    )
    .option('--rules <path...>', 'rule files or folders (default: the configuration’s)')
    .option('--when <words>', 'a rule on the spot: what is to be seen; may be given again', append, [])
    .option('--not <words>', 'what must not be taken for it; may be given again', append, [])
    .addOption(
      new Option('--threshold <n>', 'a fixed score, instead of the rules’ own').argParser(
        numberIn(-1000, 1000),
      ),
    )
    .addOption(
      new Option('--budget <n>', 'false alarms a day, instead of the rules’ own').argParser(
        numberIn(0.001, 1000),
      ),
    )
    .option('--since <time>', 'from then on, such as 24h, or a time (default: all that is stored)', pastTime)
    .option('--until <time>', 'up to then (default: all that is stored)', pastTime)
    .option('--camera <id...>', 'only these (default: all)')
    .option(
      '--against <path...>',
      'rules to compare with (default: those of the configuration, where --rules names others; else stored events)',
    )
    .addOption(
      new Option(
        '--calibration <kind>',
        'thresholds of rules with a budget: learned along from the oldest footage, as run would have; or what the data folder knows now',
      )
        .choices(['replay', 'stored'])
        .default('replay'),
    )
    .option('-c, --config <file>', 'the configuration (default: wordwatch.yaml, if there is one)')
    .option('--store <folder>', 'data folder (default: the configuration’s, else ./data)')
    .option('--html <file>', 'also write a timeline there')
    .addOption(jsonOption())
    .action((options, command: Command) =>
      finish(
        backtestCommand({
          ...{ rulePaths: options.rules, when: options.when, not: options.not, against: options.against },
          ...{ threshold: options.threshold ?? null, budgetPerDay: options.budget ?? null },
          ...{ fromMs: options.since ?? null, toMs: options.until ?? null, cameras: options.camera ?? null },
          ...{ calibration: options.calibration, configPath: options.config, storePath: options.store },
          html: options.html ?? null,
          ...modelOrConfigured(options, command, context),
          ...{ env, output: outputOf(options), signal },
        }),
      ),
    );
}

function append(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
