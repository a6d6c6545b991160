import type { Command } from 'commander';
import { formatProblem } from '../../config/index.js';
import { loadRuleTests } from '../../config/load-tests.js';
import { openModel } from '../../model/index.js';
import { createLogger } from '../../telemetry/logger.js';
import { runSimulation } from '../eval/simulation.js';
import { jsonOption, type ModelArguments, withModel } from '../options.js';
import { runTest } from '../test/test.js';
import { type CliContext, finish, modelOf } from './context.js';

/** `test` and `eval`: whether rules find what they should. */
export function addEvalCommands(program: Command, context: CliContext): void {
  const { outputOf } = context;
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

  program
    .command('eval')
    .description('how well calibrated thresholds keep what they promise, on simulated cameras (some minutes)')
    .requiredOption('--simulate', 'simulated cameras: so far the only kind')
    .option('--quick', 'fewer cameras and days: a minute or two', false)
    .option('--out <file>', 'also write a report with plots there, as HTML')
    .addOption(jsonOption())
    .action(({ quick, out = null, json }) =>
      finish(runSimulation({ quick, report: out, output: outputOf({ json }) })),
    );
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
