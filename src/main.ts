#!/usr/bin/env -S node --max-semi-space-size=2 --single-threaded-gc
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, Command, Option } from 'commander';
import { runBench } from './commands/bench/bench.js';
import { calibrateCommand } from './commands/calibrate/command.js';
import { runCheck } from './commands/check.js';
import { runDoctor } from './commands/doctor.js';
import { runEmbed } from './commands/embed.js';
import { runEval } from './commands/eval.js';
import { learnCommand } from './commands/learn/command.js';
import {
  runModelsList,
  runModelsOptimize,
  runModelsPull,
  runModelsRemove,
  runModelsVerify,
} from './commands/models.js';
import {
  choiceOf,
  dtypeOption,
  durationMs,
  jsonOption,
  type ModelArguments,
  numberIn,
  timeMs,
  withModel,
  withRemoteModel,
} from './commands/options.js';
import type { Output } from './commands/output.js';
import { runRenameCamera } from './commands/rename-camera.js';
import { runReview } from './commands/review.js';
import { runRun } from './commands/run.js';
import { runScan } from './commands/scan.js';
import { formatProblem, loadRules } from './config/index.js';
import type { Verdict } from './detect/event.js';
import { modelsFolderOf, openModel } from './model/index.js';
import { messageOf, WordwatchError } from './shared/errors.js';
import { redactUrl } from './shared/redact-url.js';
import { createLogger, LOG_FORMATS } from './telemetry/logger.js';

// The flags above, which package.json and the Dockerfile repeat: pixels lie outside of JavaScript's heap, so a large
// nursery gains nothing, and V8's helper threads for garbage take the processors from the model: without them a
// two-core machine watches a fifth more frames.

// The only file that reads arguments, the environment and signals.

const PACKAGE = new URL('../package.json', import.meta.url);
const PAGE_FOLDER = fileURLToPath(new URL('../dist/dashboard', import.meta.url));
const { version } = JSON.parse(await (await import('node:fs/promises')).readFile(PACKAGE, 'utf8'));

const modelsFolder = modelsFolderOf(process.env);
const choiceContext = {
  baseFolder: process.cwd(),
  remoteToken: process.env.WORDWATCH_REMOTE_TOKEN || null,
};

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

/** The model that a command is to use. */
function modelOf(options: ModelArguments) {
  return { choice: choiceOf(options, choiceContext), modelsFolder };
}

/** The same for a command that takes the configuration's model where none is named: `choice` is null then. */
function modelOrConfigured(options: ModelArguments, command: Command) {
  const defaultChoice = choiceOf(options, choiceContext);
  const isNamed = command.getOptionValueSource('model') === 'cli';
  return { choice: isNamed ? defaultChoice : null, defaultChoice, modelsFolder };
}

const program = new Command('wordwatch')
  .description('Watches cameras and raises events described in plain words.')
  .version(version)
  .showHelpAfterError('(wordwatch --help shows what there is)')
  .exitOverride();

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
        env: process.env,
        pageFolder: PAGE_FOLDER,
        version,
        output: outputOf({ json }),
        signal: stopping.signal,
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
  .action((sources: string[], options) => finish(scan(sources, options)));

async function scan(sources: string[], options: ScanArguments): Promise<number> {
  const output = outputOf(options);
  const { rules, problems, notes } = await loadRules(options.rules, { env: process.env });
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  if (!rules) return 2;
  for (const note of notes) output.stderr(`note: ${formatProblem(note)}\n`);
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ ...modelOf(options), logger, signal: stopping.signal });
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
    signal: stopping.signal,
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
        ...modelOrConfigured(options, command),
        ...{ env: process.env, output: outputOf(options), signal: stopping.signal },
      }),
    ),
  );

program
  .command('review')
  .description(
    'says of events and calibration peaks whether they were what their rule is for; thresholds follow at once',
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
        ...modelOrConfigured(options, command),
        ...{ env: process.env, output: outputOf(options) },
      }),
    ),
  );

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
        ...modelOf(model),
        ...{ storePath, strict },
        env: process.env,
        output: outputOf({ json }),
      }),
    );
  });

withRemoteModel(program.command('embed'))
  .description('the vectors of texts and pictures')
  .addOption(new Option('--text <text>', 'a text; may be given again').argParser(collect('text')))
  .addOption(new Option('--image <file>', 'a picture; may be given again').argParser(collect('image')))
  .addOption(jsonOption())
  .action(({ json, ...model }) =>
    finish(
      runEmbed({
        inputs: embedInputs,
        ...modelOf(model),
        output: outputOf({ json }),
        signal: stopping.signal,
      }),
    ),
  );

withModel(program.command('bench'))
  .description('speed on this machine: decode, pyramid, embed and end to end, each beside its own ceiling')
  .addArgument(
    new Argument('[video]', 'a video file').default(
      fileURLToPath(new URL('../samples/fire-yard.mp4', import.meta.url)),
      'a 1080p sample',
    ),
  )
  .option('--seconds <n>', 'length of each measurement, in three parts', numberIn(1, 3600), 12)
  .option('--compare', 'also measure what one could use instead, on the same model', false)
  .option('--cameras <n>', 'instead watch the video as so many live cameras', numberIn(1, 256))
  .option('--keyframes-only', 'those cameras: decode keyframes only', false)
  .addOption(jsonOption())
  .action((video: string, { seconds, compare, cameras = null, keyframesOnly, json, ...model }) =>
    finish(
      runBench({
        compare,
        cameras,
        keyframesOnly,
        video,
        ...modelOf(model),
        seconds,
        output: outputOf({ json }),
        signal: stopping.signal,
      }),
    ),
  );

program
  .command('eval')
  .description('how well calibrated thresholds keep what they promise, on simulated cameras (some minutes)')
  .requiredOption('--simulate', 'simulated cameras: so far the only kind')
  .option('--quick', 'fewer cameras and days: a minute or two', false)
  .option('--out <file>', 'also write a report with plots there, as HTML')
  .addOption(jsonOption())
  .action(({ quick, out = null, json }) =>
    finish(runEval({ quick, report: out, output: outputOf({ json }) })),
  );

const models = program.command('models').description('models: which there are, bringing them, checking them');

models
  .command('list', { isDefault: true })
  .description('the catalogue, and what of it is here')
  .addOption(jsonOption())
  .action(({ json }) => finish(runModelsList({ modelsFolder, output: outputOf({ json }) })));

models
  .command('pull')
  .description('brings a model from the hub; an interrupted pull goes on where it ended')
  .argument('<id>', 'a model of the catalogue')
  .addOption(dtypeOption())
  .option('--accept-license', 'I have read the licence of a model that restricts its use', false)
  .option('--update', 'take what the hub has now, even if it is not what was pulled first', false)
  .addOption(jsonOption())
  .action((id: string, { dtype = null, acceptLicense, update, json }) =>
    finish(
      runModelsPull({
        id,
        dtype,
        acceptLicence: acceptLicense,
        update,
        hub: {
          url: (process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
          token: process.env.HF_TOKEN || null,
        },
        modelsFolder,
        output: outputOf({ json }),
        signal: stopping.signal,
      }),
    ),
  );

models
  .command('verify')
  .description('compares models with what they were when they were pulled; exit 1 when a file differs')
  .argument('[id...]', 'models (default: all that are here)')
  .addOption(jsonOption())
  .action((ids: string[], { json }) =>
    finish(runModelsVerify({ ids, modelsFolder, output: outputOf({ json }) })),
  );

models
  .command('optimize')
  .description('makes a model fast for this machine, with the same results (a pull does so by itself)')
  .argument('<model>', 'a pulled model, or a folder in the hub’s layout')
  .addOption(dtypeOption())
  .addOption(jsonOption())
  .action((model: string, { dtype, json }) => {
    const choice = choiceOf({ model, dtype, device: 'cpu' }, choiceContext);
    return finish(runModelsOptimize({ choice, modelsFolder, output: outputOf({ json }) }));
  });

models
  .command('rm')
  .description('removes a pulled model')
  .argument('<id>', 'a pulled model')
  .option('--forget', 'forget also which version it was: the next pull takes the newest', false)
  .action((id: string, { forget }) =>
    finish(runModelsRemove({ id, forget, modelsFolder, output: outputOf({}) })),
  );

program
  .command('doctor')
  .description('what is installed, what is missing, and the command that mends it')
  .option('--fix', 'install what is missing (as root on Debian or Ubuntu)', false)
  .addOption(new Option('--for <purpose>', 'what is to be done').choices(['run', 'test']).default('run'))
  .addOption(jsonOption())
  .action(({ fix, for: purpose, json }) => {
    runDoctor({ purpose, fix, env: process.env, ...outputOf({ json }) });
  });

/** Options of both kinds, in the order in which they were typed. */
const embedInputs: { kind: 'text' | 'image'; input: string }[] = [];

function collect(kind: 'text' | 'image'): (input: string) => void {
  return (input) => void embedInputs.push({ kind, input });
}

async function finish(exitCode: Promise<number>): Promise<void> {
  process.exitCode = await exitCode;
}

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
