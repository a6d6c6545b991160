#!/usr/bin/env -S node --max-semi-space-size=2 --single-threaded-gc
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { runBench } from './commands/bench.js';
import { runCheck } from './commands/check.js';
import { runDoctor } from './commands/doctor.js';
import { runEmbed } from './commands/embed.js';
import type { Output } from './commands/output.js';
import { runRun } from './commands/run.js';
import { runScan } from './commands/scan.js';
import { formatProblem, loadRules } from './config/index.js';
import { createOnnxEmbedder, openModelDirectory, selectModel } from './model/index.js';
import { messageOf, WordwatchError } from './shared/errors.js';
import { redactUrl } from './shared/redact-url.js';
import { createLogger } from './telemetry/logger.js';

// The flags above, which package.json and the Dockerfile repeat: pixels lie outside of JavaScript's heap, so a large
// nursery gains nothing, and V8's helper threads for garbage take the processors from the model: without them a
// two-core machine watches a fifth more frames.

// The only file that reads arguments, the environment and signals.

const PACKAGE = new URL('../package.json', import.meta.url);
const PAGE_FOLDER = fileURLToPath(new URL('../dist/dashboard', import.meta.url));
const { version } = JSON.parse(await (await import('node:fs/promises')).readFile(PACKAGE, 'utf8'));

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The first asks for an orderly end; the second one kills, as the system's own handler would.
  process.once(signal, () => stopping.abort());
}
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

/** A number within bounds, or commander's error that names the option. */
function numberIn(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= from && value <= to)) {
      throw new InvalidArgumentError(`expected a number from ${from} to ${to}.`);
    }
    return value;
  };
}

function timeMs(text: string): number {
  const value = Date.parse(text);
  if (Number.isNaN(value))
    throw new InvalidArgumentError('expected a time such as 2026-05-01T20:00:00+02:00.');
  return value;
}

const jsonOption = () => new Option('--json', 'one JSON object a line on stdout');
const modelOption = () =>
  new Option('--model <directory>', 'model directory in the hub’s layout').default('auto');

const program = new Command('wordwatch')
  .description('Watches cameras and raises events described in plain words.')
  .version(version)
  .showHelpAfterError('(wordwatch --help shows what there is)')
  .exitOverride();

program
  .command('run')
  .description('the service: all cameras, rules, publishers and the page, until it is stopped')
  .option('-c, --config <file>', 'the configuration', 'wordwatch.yaml')
  .addOption(jsonOption())
  .action(({ config, json }) =>
    finish(
      runRun({
        config,
        env: process.env,
        pageFolder: PAGE_FOLDER,
        output: outputOf({ json }),
        signal: stopping.signal,
      }),
    ),
  );

program
  .command('scan')
  .description(
    'one pass over video files, folders of pictures or streams: events on stdout, progress on stderr',
  )
  .argument('<source...>', 'files, folders or URLs')
  .requiredOption('--rules <path...>', 'rule files or folders')
  .addOption(modelOption())
  .option('--fps <n>', 'frames looked at a second', numberIn(0.05, 30), 1)
  .option('--keyframes-only', 'decode keyframes only: much faster, but sees less', false)
  .option('--start-time <time>', 'when the footage begins; without it rules are always active', timeMs)
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
  await using embedder = await createOnnxEmbedder({
    directory: await openModelDirectory(selectModel(options.model)),
    logger,
  });
  const { notice } = embedder.describe();
  if (notice) output.stderr(`${notice}\n`);
  return await runScan({
    sources,
    rules: rules.filter(({ enabled }) => enabled),
    embedder,
    fps: options.fps,
    keyframesOnly: options.keyframesOnly,
    startTimeMs: options.startTime ?? null,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    outDir: options.out ?? null,
    output,
    logger,
    signal: stopping.signal,
  });
}

interface ScanArguments {
  rules: string[];
  model: string;
  fps: number;
  keyframesOnly: boolean;
  startTime?: number;
  out?: string;
  json?: boolean;
}

program
  .command('check')
  .description('validates configuration and rules; exit 2 when something is wrong')
  .argument(
    '[path...]',
    'configuration files, rule files or folders of rules (default: wordwatch.yaml, else rules)',
  )
  .addOption(modelOption())
  .option('--strict', 'exit 3 when there are notes', false)
  .addOption(jsonOption())
  .action((paths: string[], { model, strict, json }) => {
    const byDefault = [existsSync('wordwatch.yaml') ? 'wordwatch.yaml' : 'rules'];
    return finish(
      runCheck({
        paths: paths.length > 0 ? paths : byDefault,
        model,
        strict,
        env: process.env,
        output: outputOf({ json }),
      }),
    );
  });

program
  .command('embed')
  .description('the vectors of texts and pictures')
  .addOption(new Option('--text <text>', 'a text; may be given again').argParser(collect('text')))
  .addOption(new Option('--image <file>', 'a picture; may be given again').argParser(collect('image')))
  .addOption(modelOption())
  .addOption(jsonOption())
  .action(({ model, json }) => finish(runEmbed({ inputs: embedInputs, model, output: outputOf({ json }) })));

program
  .command('bench')
  .description('speed on this machine: decode, pyramid, embed and end to end, each beside its own ceiling')
  .addArgument(
    new Argument('[video]', 'a video file').default(
      fileURLToPath(new URL('../samples/fire-yard.mp4', import.meta.url)),
      'a 1080p sample',
    ),
  )
  .addOption(modelOption())
  .option('--seconds <n>', 'length of each measurement, in three parts', numberIn(1, 3600), 12)
  .addOption(jsonOption())
  .action((video: string, { model, seconds, json }) =>
    finish(runBench({ video, model, seconds, output: outputOf({ json }), signal: stopping.signal })),
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
