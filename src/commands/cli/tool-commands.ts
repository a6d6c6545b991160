import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, type Command, Option } from 'commander';
import { runBench } from '../bench/bench.js';
import { benchMemory } from '../bench/memory.js';
import { runCheck } from '../check.js';
import { runDoctor } from '../doctor.js';
import { runEmbed } from '../embed.js';
import { jsonOption, numberIn, withModel, withRemoteModel } from '../options.js';
import { type CliContext, finish, modelOf } from './context.js';

/** `check`, `embed`, `bench` and `doctor`: what helps those who set it up. */
export function addToolCommands(program: Command, context: CliContext): void {
  const { env, signal, outputOf } = context;
  withModel(program.command('check'))
    .description(
      'validates configuration and rules, and tries them on footage in the data folder; exit 2 when something is wrong',
    )
    .argument(
      '[path...]',
      'configuration files, rule files or folders of rules (default: wordwatch.yaml, else rules)',
    )
    .option('--store <folder>', 'data folder of run or calibrate (default: the configuration’s)')
    .option('--strict', 'exit 3 when there are notes', false)
    .addOption(jsonOption())
    .action((paths: string[], { store: storePath, strict, json, ...model }) => {
      const byDefault = [existsSync('wordwatch.yaml') ? 'wordwatch.yaml' : 'rules'];
      return finish(
        runCheck({
          paths: paths.length > 0 ? paths : byDefault,
          ...modelOf(model, context),
          ...{ storePath, strict },
          env,
          output: outputOf({ json }),
        }),
      );
    });

  /** Options of both kinds, in the order in which they were typed. */
  const embedInputs: { kind: 'text' | 'image'; input: string }[] = [];
  const collect = (kind: 'text' | 'image') => (input: string) => void embedInputs.push({ kind, input });
  withRemoteModel(program.command('embed'))
    .description('the vectors of texts and pictures')
    .addOption(new Option('--text <text>', 'a text; may be given again').argParser(collect('text')))
    .addOption(new Option('--image <file>', 'a picture; may be given again').argParser(collect('image')))
    .addOption(jsonOption())
    .action(({ json, ...model }) =>
      finish(
        runEmbed({
          inputs: embedInputs,
          ...modelOf(model, context),
          output: outputOf({ json }),
          signal,
        }),
      ),
    );

  withModel(program.command('bench'))
    .description('speed on this machine: decode, pyramid, embed and end to end, each beside its own ceiling')
    .addArgument(
      new Argument('[video]', 'a video file').default(
        fileURLToPath(new URL('../../../samples/fire-yard.mp4', import.meta.url)),
        'a 1080p sample',
      ),
    )
    .option('--seconds <n>', 'length of each measurement, in three parts', numberIn(1, 3600), 12)
    .option('--compare', 'also measure what one could use instead, on the same model', false)
    .option('--cameras <n>', 'instead watch the video as so many live cameras', numberIn(1, 256))
    .option('--keyframes-only', 'those cameras: decode keyframes only', false)
    .addOption(
      new Option('--only <what>', 'instead measure what remembering and searching cost').choices(['memory']),
    )
    .option('--large', 'of memory: also ten million vectors; takes 6 GB of disk and of memory', false)
    .addOption(jsonOption())
    .action(
      (video: string, { seconds, compare, cameras = null, keyframesOnly, only, large, json, ...model }) =>
        finish(
          (only === 'memory' ? benchMemory : runBench)({
            large,
            compare,
            cameras,
            keyframesOnly,
            video,
            ...modelOf(model, context),
            seconds,
            output: outputOf({ json }),
            signal,
          }),
        ),
    );

  program
    .command('doctor')
    .description('what is installed, what is missing, and the command that mends it')
    .option('--fix', 'install what is missing (as root on Debian or Ubuntu)', false)
    .addOption(new Option('--for <purpose>', 'what is to be done').choices(['run', 'test']).default('run'))
    .addOption(jsonOption())
    .action(({ fix, for: purpose, json }) => {
      runDoctor({ purpose, fix, env, ...outputOf({ json }) });
    });
}
