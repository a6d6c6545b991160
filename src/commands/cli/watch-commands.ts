import { type Command, Option } from 'commander';
import { formatProblem, loadRules } from '../../config/index.js';
import { openModel } from '../../model/index.js';
import { createLogger, LOG_FORMATS } from '../../telemetry/logger.js';
import { jsonOption, type ModelArguments, numberIn, timeMs, withRemoteModel } from '../options.js';
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
      'one pass over video files, folders of pictures or streams: events on stdout, progress on stderr',
    )
    .argument('<source...>', 'files, folders or URLs')
    .requiredOption('--rules <path...>', 'rule files or folders')
    .option('--fps <n>', 'frames looked at a second', numberIn(0.05, 30), 1)
    .option('--no-motion-gate', 'look at all of every frame, also where nothing changes')
    .option('--keyframes-only', 'decode keyframes only: much faster, but sees less', false)
    .option('--start-time <time>', 'when the footage begins; without it rules are always active', timeMs)
    .option('--store <folder>', 'data folder whose calibrations are used: of run or calibrate')
    .option('--out <folder>', 'keep snapshots and events.jsonl there')
    .addOption(jsonOption())
    .action((sources: string[], options) => finish(scan(sources, options, context)));
}

async function scan(sources: string[], options: ScanArguments, context: CliContext): Promise<number> {
  const { env, signal, outputOf } = context;
  const output = outputOf(options);
  const { rules, problems, notes } = await loadRules(options.rules, { env });
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  if (!rules) return 2;
  for (const note of notes) output.stderr(`note: ${formatProblem(note)}\n`);
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ ...modelOf(options, context), logger, signal });
  await using embedder = opened.embedder;
  const { notice } = embedder.describe();
  if (notice) output.stderr(`${notice}\n`);
  return await runScan({
    sources,
    rules: rules.filter(({ enabled }) => enabled),
    embedder,
    fps: options.fps,
    keyframesOnly: options.keyframesOnly,
    motionGate: options.motionGate,
    startTimeMs: options.startTime ?? null,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    storePath: options.store ?? null,
    outDir: options.out ?? null,
    output,
    logger,
    signal,
  });
}

interface ScanArguments extends ModelArguments {
  rules: string[];
  fps: number;
  keyframesOnly: boolean;
  motionGate: boolean;
  startTime?: number;
  store?: string;
  out?: string;
  json?: boolean;
}
