import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Backtest, backtest } from '../../backtest/backtest.js';
import { Hands } from '../../backtest/hands.js';
import { ruleOfWords } from '../../backtest/rule-of-words.js';
import {
  type Config,
  type Environment,
  formatProblem,
  loadConfig,
  loadRules,
  type RuleConfig,
} from '../../config/index.js';
import { type ModelChoice, openModel } from '../../model/index.js';
import { openRuleBook } from '../../pipeline/rule-book.js';
import { codeOf, messageOf, WordwatchError } from '../../shared/errors.js';
import { openDatabaseReadOnly } from '../../store/database.js';
import { LessonStore } from '../../store/lesson-store.js';
import { createLogger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { DEFAULT_CONFIG, readSettings } from '../settings.js';
import { printBacktest } from './print.js';
import { backtestPage } from './report.js';

/** Threads beyond so many wait for the disk and for each other. */
const MOST_THREADS = 8;

/** `backtest` as typed. */
export interface BacktestCommand {
  rulePaths: readonly string[] | undefined;
  /** A rule made on the spot; none: no phrases. */
  when: readonly string[];
  not: readonly string[];
  /** Of all rules that are tried, instead of their own. */
  threshold: number | null;
  budgetPerDay: number | null;
  cameras: readonly string[] | null;
  fromMs: number | null;
  toMs: number | null;
  against: readonly string[] | undefined;
  calibration: 'replay' | 'stored';
  configPath: string | undefined;
  storePath: string | undefined;
  /** File of a timeline; null: none. */
  html: string | null;
  /** From the options; null: the configuration's. */
  choice: ModelChoice | null;
  /** Where there is no configuration. */
  defaultChoice: ModelChoice;
  modelsFolder: string;
  env: Environment;
  output: Output;
  signal: AbortSignal;
}

/** Reads what `backtest` needs and runs it. @returns the exit code */
export async function backtestCommand(command: BacktestCommand): Promise<number> {
  const { output, html } = command;
  const rules = await rulesOf(command);
  if (!rules) return 2;
  const { config } = rules;
  const folder = resolve(command.storePath ?? config?.store.path ?? './data');
  const startedMs = performance.now();
  const found = await tryRules(command, { ...rules, folder });
  printBacktest(found, { output, ms: performance.now() - startedMs });
  if (html !== null) {
    const page = await backtestPage(found.rows, { folder });
    await writeFile(html, page).catch((cause) => {
      const message = `--html ${html}: cannot write there (${codeOf(cause) ?? messageOf(cause)})`;
      throw new WordwatchError('out-unwritable', message, { cause, userInput: true });
    });
    output.stderr(`timeline: ${html}\n`);
  }
  return 0;
}

/** Threads and the model start side by side. */
async function tryRules(
  command: BacktestCommand,
  { rules, against, config, folder }: Rules & { folder: string },
): Promise<Backtest> {
  const { modelsFolder, signal, cameras, fromMs, toMs, calibration } = command;
  const logger = createLogger({ level: 'warn' });
  await using hands = new Hands(Math.min(MOST_THREADS, availableParallelism()));
  const choice = command.choice ?? config?.model ?? command.defaultChoice;
  const opened = await openModel({ choice, modelsFolder, logger, signal });
  await using embedder = opened.embedder;
  const model = embedder.describe();
  if (model.notice) command.output.stderr(`${model.notice}\n`);
  using database = openDatabaseReadOnly(folder);
  const lessons = database && new LessonStore(database, logger);
  const timeZone = config?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return await backtest({
    book: await openRuleBook(rules, embedder, lessons),
    against: isRules(against) ? await openRuleBook(against, embedder, lessons) : against,
    ...{ folder, cameras, fromMs, toMs, calibration, timeZone, model, hands, signal },
  });
}

interface Rules {
  rules: RuleConfig[];
  /** What they are compared with. */
  against: RuleConfig[] | 'stored' | null;
  config: Config | null;
}

/** @returns null when something is wrong with them, which was said */
async function rulesOf(command: BacktestCommand): Promise<Rules | null> {
  const { when, not, rulePaths, against, env, output } = command;
  if (when.length > 0 && rulePaths)
    throw new WordwatchError('option-invalid', '--when and --rules: one or the other', { userInput: true });
  if (when.length === 0 && not.length > 0)
    throw new WordwatchError('option-invalid', '--not needs --when', { userInput: true });
  if (command.threshold !== null && command.budgetPerDay !== null)
    throw new WordwatchError('option-invalid', '--threshold and --budget: one or the other', {
      userInput: true,
    });
  const settings = await readSettings({ ...command, rulePaths: when.length > 0 ? [] : rulePaths });
  if (!settings) return null;
  const { config } = settings;
  const rules = (when.length > 0 ? [ruleOfWords({ when, not })] : settings.rules).map((rule) =>
    limited(rule, command),
  );
  if (against) {
    const loaded = await loadRules(against, { env });
    for (const problem of loaded.problems) output.stderr(`${formatProblem(problem)}\n`);
    return loaded.rules && { rules, against: loaded.rules, config };
  }
  // Rules that were edited in place are those of the configuration already: what they raised before is in the store.
  const inForce = rulePaths && config ? await rulesInForce(command) : [];
  const isInForce = (rule: RuleConfig) => inForce.some((other) => isDeepStrictEqual(rule, other));
  const isEdited = inForce.length > 0 && !rules.every(isInForce);
  return { rules, against: isEdited ? inForce : when.length > 0 ? null : 'stored', config };
}

function isRules(against: Rules['against']): against is RuleConfig[] {
  return Array.isArray(against);
}

async function rulesInForce({ configPath, env }: BacktestCommand): Promise<RuleConfig[]> {
  const { rules } = await loadConfig(configPath ?? DEFAULT_CONFIG, { env });
  return (rules ?? []).filter(({ enabled }) => enabled);
}

function limited(rule: RuleConfig, { threshold, budgetPerDay }: BacktestCommand): RuleConfig {
  if (threshold !== null) return { ...rule, threshold };
  return budgetPerDay === null
    ? rule
    : { ...rule, threshold: null, budget: { falseAlarmsPerDay: budgetPerDay } };
}
