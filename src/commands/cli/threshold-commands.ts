import { Argument, type Command, Option } from 'commander';
import type { Verdict } from '../../detect/event.js';
import { calibrateCommand } from '../calibrate/command.js';
import { learnCommand } from '../learn/command.js';
import { durationMs, jsonOption, numberIn, withModel } from '../options.js';
import { runRenameCamera } from '../rename-camera.js';
import { runReview } from '../review.js';
import { type CliContext, finish, modelOrConfigured } from './context.js';

/** `calibrate`, `review`, `rename-camera` and `learn`: what thresholds and scores come from. */
export function addThresholdCommands(program: Command, context: CliContext): void {
  const { env, signal, outputOf } = context;
  withModel(program.command('calibrate'))
    .description(
      'finds the thresholds of rules with a budget from footage without events; what it learns is kept in the data folder',
    )
    .argument('[camera...]', 'cameras of the configuration (default: all), or a name for recordings')
    .option('-c, --config <file>', 'the configuration (default: wordwatch.yaml, if there is one)')
    .option('--from <video...>', 'recordings of one camera; without a camera, each is one of its own')
    .option('--for <duration>', 'how long to watch live cameras, such as 6h or 2d', durationMs, 6 * 3_600_000)
    .option('--rules <path...>', 'rule files or folders (default: the configuration’s)')
    .option(
      '--fps <n>',
      'frames looked at a second, of cameras not in the configuration',
      numberIn(0.05, 30),
      1,
    )
    .option('--store <folder>', 'data folder (default: the configuration’s, else ./data)')
    .option('--report <file>', 'also write an HTML page with pictures of the highest peaks')
    .addOption(jsonOption())
    .action((cameras: string[], options, command: Command) =>
      finish(
        calibrateCommand({
          ...{ cameras, from: options.from ?? [], liveMs: options.for, fps: options.fps },
          ...{ configPath: options.config, rulePaths: options.rules },
          ...{ storePath: options.store, report: options.report },
          ...modelOrConfigured(options, command, context),
          ...{ env, output: outputOf(options), signal },
        }),
      ),
    );

  program
    .command('review')
    .description(
      'says of events and peaks whether they were what their rule is for; thresholds follow at once',
    )
    .addArgument(new Argument('<verdict>').choices(['true', 'false', 'unsure', 'undo']))
    .argument('<id...>', 'of events, or of peaks as calibrate prints them')
    .option('--store <folder>', 'data folder', './data')
    .addOption(jsonOption())
    .action((verdict: Verdict | 'undo', ids: string[], { store: storePath, json }) => {
      const output = outputOf({ json });
      process.exitCode = runReview({ verdict: verdict === 'undo' ? null : verdict, ids, storePath, output });
    });

  program
    .command('rename-camera')
    .description('gives a camera that has another id now what was learned of it under the old one')
    .argument('<old>', 'the id it had')
    .argument('<new>', 'the id it has in the configuration now')
    .option('--store <folder>', 'data folder', './data')
    .action((from: string, to: string, { store: storePath }) => {
      process.exitCode = runRenameCamera({ from, to, storePath, output: outputOf({}) });
    });

  withModel(program.command('learn'))
    .description(
      'what reviews can teach about rules and what that would have changed; applies it, or takes it back',
    )
    .argument('[rule...]', 'ids of rules (default: all)')
    .option('-c, --config <file>', 'the configuration (default: wordwatch.yaml, if there is one)')
    .option('--rules <path...>', 'rule files or folders (default: the configuration’s)')
    .option('--store <folder>', 'data folder (default: the configuration’s, else ./data)')
    .option('--days <n>', 'how far back to look for what would have changed', numberIn(0.01, 3650), 7)
    .option('--apply', 'apply what is offered: the probe, else the probability', false)
    .addOption(new Option('--only <kind>', 'apply only that').choices(['probe', 'probability']))
    .option('--undo', 'take back the newest lesson that is in force', false)
    .addOption(jsonOption())
    .action((ruleIds: string[], options, command: Command) =>
      finish(
        learnCommand({
          ...{ ruleIds, days: options.days, apply: options.apply, undo: options.undo },
          only: options.only ?? null,
          ...{ configPath: options.config, rulePaths: options.rules, storePath: options.store },
          ...modelOrConfigured(options, command, context),
          ...{ env, output: outputOf(options) },
        }),
      ),
    );
}
