import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Environment, formatProblem, loadRules, type RuleConfig } from '../../config/index.js';
import { loadRuleTests } from '../../config/load-tests.js';
import { readManifest } from '../../evaluate/manifest/read-manifest.js';
import { openModel } from '../../model/index.js';
import { WordwatchError } from '../../shared/errors.js';
import { createLogger } from '../../telemetry/logger.js';
import { resolveManifest, runEvaluation } from '../eval/evaluation.js';
import { runSimulation } from '../eval/simulation.js';
import { durationMs, jsonOption, type ModelArguments, numberIn, withModel } from '../options.js';
import type { Output } from '../output.js';
import { runTest } from '../test/test.js';
import { type CliContext, finish, modelOf } from './context.js';

/** `test` and `eval`: whether rules find what they should. */
export function addEvalCommands(program: Command, context: CliContext): void {
  withModel(program.command('test'))
    .description(
      'rule tests: watches clips and compares what is raised with what is expected; exit 3 when one fails',
    )
    .argument('<path>', 'a file of tests, or a folder of them')
    .option('--rules <path...>', 'rule files or folders, instead of those that the tests name')
    .option('--store <folder>', 'data folder whose calibrations are used: of run or calibrate')
    .option('--update', 'write what was found into the files, where it is not what they expect', false)
    .option('--junit <file>', 'also write the results there, as JUnit does')
    .addOption(jsonOption())
    .action((path: string, options) => finish(test(path, options, context)));

  withModel(program.command('eval'))
    .description(
      'measures rules on labelled videos: what they find, how fast, and how often they are wrong; or thresholds on simulated cameras',
    )
    .argument(
      '[manifest]',
      'labelled videos: .yaml or .json, .csv (video,rule,from,to), .txt of UCF-Crime, .csv list of VadCLIP',
    )
    .option('--rules <path...>', 'rule files or folders')
    .option('--against <path...>', 'other rules, to be compared on the same videos')
    .option('--videos <folder>', 'where the videos are (default: where the manifest is)')
    .option('--truth <file>', 'file of frames that goes with a list of VadCLIP (.npy)')
    .option(
      '--map <name=rule>',
      'which rule a name in the labels stands for; may be given again',
      renames,
      [],
    )
    .option('--skip-unknown', 'leave labels of unknown rules out', false)
    .option(
      '--tolerance <duration>',
      'how far outside of an event the alarm may begin that finds it',
      durationMs,
      2000,
    )
    .option('--fps <n>', 'frames looked at a second (default: the manifest’s, else 1)', numberIn(0.05, 30))
    .option('--store <folder>', 'data folder whose calibrations are used: of run or calibrate')
    .option('--simulate', 'instead: calibrated thresholds on simulated cameras (some minutes)', false)
    .option('--quick', 'simulate fewer cameras and days: a minute or two', false)
    .option('--out <file>', 'also write a report with plots there, as HTML')
    .addOption(jsonOption())
    .action((manifest: string | undefined, options) => finish(evaluation(manifest, options, context)));
}

interface TestArguments extends ModelArguments {
  rules?: string[];
  store?: string;
  update: boolean;
  junit?: string;
  json?: boolean;
}

async function test(path: string, options: TestArguments, context: CliContext): Promise<number> {
  const { env, signal, outputOf } = context;
  const output = outputOf(options);
  const { files, problems } = await loadRuleTests(path, { env, rulePaths: options.rules });
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  if (problems.length > 0) return 2;
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ ...modelOf(options, context), logger, signal });
  await using embedder = opened.embedder;
  const { notice } = embedder.describe();
  if (notice) output.stderr(`${notice}\n`);
  return await runTest({
    ...{ files, embedder, update: options.update, junit: options.junit ?? null },
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    storePath: options.store ?? null,
    ...{ output, logger, signal },
  });
}

interface EvaluationArguments extends ModelArguments {
  rules?: string[];
  against?: string[];
  videos?: string;
  truth?: string;
  map: [string, string][];
  skipUnknown: boolean;
  tolerance: number;
  fps?: number;
  store?: string;
  simulate: boolean;
  quick: boolean;
  out?: string;
  json?: boolean;
}

function renames(text: string, before: [string, string][]): [string, string][] {
  const [name = '', rule = '', ...rest] = text.split('=').map((part) => part.trim());
  if (name === '' || rule === '' || rest.length > 0) throw new InvalidArgumentError('expected NAME=RULE.');
  return [...before, [name, rule]];
}

async function evaluation(
  path: string | undefined,
  options: EvaluationArguments,
  context: CliContext,
): Promise<number> {
  const { env, signal, outputOf } = context;
  const output = outputOf(options);
  const report = options.out ?? null;
  if (options.simulate) return runSimulation({ quick: options.quick, report, output });
  if (path === undefined || !options.rules) {
    throw new WordwatchError('option-missing', 'eval needs labelled videos and rules', {
      userInput: true,
      hint: 'Name them: wordwatch eval MANIFEST --rules PATH; or use --simulate.',
    });
  }
  const rules = await readRules(options.rules, { env, output });
  const against = options.against && (await readRules(options.against, { env, output }));
  const { manifest, problems } = await readManifest(path, { truthPath: options.truth ?? null, env });
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  if (!manifest || !rules || against === null) return 2;
  const videosFolder = resolve(options.videos ?? dirname(path));
  const resolved = await resolveManifest({
    ...{ manifest, videosFolder, rules, output, fps: options.fps ?? null },
    ...{ renamed: new Map(options.map), skipUnknown: options.skipUnknown },
  });
  if (!resolved) return 2;
  const absent = resolved.ruleIds.filter((id) => against?.every((rule) => rule.id !== id));
  if (absent.length > 0) {
    throw new WordwatchError('rule-missing', `--against has no rule ${absent.join(', ')}`, {
      userInput: true,
      hint: 'Both sides need all rules that are evaluated.',
    });
  }
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ ...modelOf(options, context), logger, signal });
  await using embedder = opened.embedder;
  const { notice } = embedder.describe();
  if (notice) output.stderr(`${notice}\n`);
  return await runEvaluation({
    ...{ resolved, embedder, toleranceMs: options.tolerance, report },
    contender: { rules, name: options.rules.join(' ') },
    against: against ? { rules: against, name: options.against!.join(' ') } : null,
    timeZone: manifest.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    storePath: options.store ?? null,
    ...{ output, logger, signal },
  });
}

/** Enabled rules; null when something is wrong with them, which is said. */
async function readRules(
  paths: readonly string[],
  { env, output }: { env: Environment; output: Output },
): Promise<RuleConfig[] | null> {
  const { rules, problems, notes } = await loadRules(paths, { env });
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  if (!rules) return null;
  for (const note of notes) output.stderr(`note: ${formatProblem(note)}\n`);
  return rules.filter(({ enabled }) => enabled);
}
