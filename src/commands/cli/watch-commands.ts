import { type Command, Option } from 'commander';
import { formatProblem, loadRules } from '../../config/index.js';
import { openModel } from '../../model/index.js';
import { WordwatchError } from '../../shared/errors.js';
import { createLogger, LOG_FORMATS } from '../../telemetry/logger.js';
import { jsonOption, type ModelArguments, numberIn, timeMs, withRemoteModel } from '../options.js';
import {
  planRemember,
  type RememberArguments,
  refuseWithoutRemember,
  rememberCommand,
  showPlan,
} from '../remember/command.js';
import { runRun } from '../run.js';
import { runScan } from '../scan.js';
import { type CliContext, finish, modelOf } from './context.js';

/** `run` and `scan`: what watches. */
export function addWatchCommands(program: Command, context: CliContext): void {
  const { env, pageFolder, version, signal, outputOf } = context;
  program
    .command('run')
    .description('the service: all cameras, rules, publishers and the page, until it is stopped')
    .option('-c, --config <file>', 'the configuration', 'wordwatch.yaml')
    .addOption(
      new Option('--log <format>', 'how stderr talks (default: the configuration’s)').choices(LOG_FORMATS),
    )
    .addOption(jsonOption())
    .action(({ config, log: logFormat = null, json }) =>
      finish(
        runRun({
          ...{ config, logFormat },
          env,
          pageFolder,
          version,
          output: outputOf({ json }),
          signal,
        }),
      ),
    );

  withRemoteModel(program.command('scan'))
    .description(
      'one pass over video files, folders of pictures or streams: events on stdout, progress on stderr; with --remember, over archives of recordings, so that they can be searched',
    )
    .argument('<source...>', 'files, folders or URLs; with --remember, videos and folders of videos')
    .option('--rules <path...>', 'rule files or folders; with --remember, none are needed')
    .option('--fps <n>', 'frames looked at a second', numberIn(0.05, 30), 1)
    .option('--no-motion-gate', 'look at all of every frame, also where nothing changes')
    .option('--keyframes-only', 'decode keyframes only: much faster, but sees less', false)
    .option('--start-time <time>', 'when the footage begins; without it rules are always active', timeMs)
    .option(
      '--store <folder>',
      'data folder whose calibrations are used: of run or calibrate; with --remember, where vectors go (default: ./data)',
    )
    .option('--out <folder>', 'keep snapshots and events.jsonl there')
    .option('--remember', 'keep what the model sees in the data folder; what was indexed before is left out')
    .option('--camera <id>', 'with --remember: all are of this camera (default: as names and folders say)')
    .option(
      '--name <pattern>',
      'with --remember: how names say camera and time: {camera}/%Y-%m-%d/%H-%M-%S.mp4',
    )
    .option('--time-zone <zone>', 'with --remember: in which names count (default: this machine’s)')
    .option('--by-modified', 'with --remember: where nothing says when a file begins, by its last change')
    .option('--again', 'with --remember: index also what was before, in its place')
    .option('--dry-run', 'with --remember: only show what would be indexed, and from when')
    .addOption(jsonOption())
    .action((sources: string[], options) => finish(scan(sources, options, context)));
}

async function scan(sources: string[], options: ScanArguments, context: CliContext): Promise<number> {
  const { env, signal, outputOf } = context;
  const output = outputOf(options);
  const { remember = false, rules: paths = [] } = options;
  if (!remember) refuseWithoutRemember(options);
  if (!remember && paths.length === 0) {
    throw new WordwatchError('no-rules', 'scan needs rules: --rules PATH', {
      userInput: true,
      hint: 'To index recordings without any, use --remember.',
    });
  }
  const plan = remember ? planRemember(sources, options, { output }) : null;
  if (plan && options.dryRun) return showPlan(plan, output);
  const { rules, problems, notes } = await loadRules(paths, { env });
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  if (!rules) return 2;
  for (const note of notes) output.stderr(`note: ${formatProblem(note)}\n`);
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ ...modelOf(options, context), logger, signal });
  await using embedder = opened.embedder;
  const { notice } = embedder.describe();
  if (notice) output.stderr(`${notice}\n`);
  const { fps, keyframesOnly, motionGate } = options;
  const watching = {
    ...{ fps, keyframesOnly, motionGate, embedder, output, logger, signal },
    rules: rules.filter(({ enabled }) => enabled),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    outDir: options.out ?? null,
  };
  if (plan)
    return await rememberCommand(plan, { ...options, ...watching, storePath: options.store ?? './data' });
  return await runScan({
    ...{ ...watching, sources },
    startTimeMs: options.startTime ?? null,
    storePath: options.store ?? null,
  });
}

interface ScanArguments extends ModelArguments, RememberArguments {
  rules?: string[];
  remember?: true;
  fps: number;
  keyframesOnly: boolean;
  motionGate: boolean;
  store?: string;
  out?: string;
  json?: boolean;
}
