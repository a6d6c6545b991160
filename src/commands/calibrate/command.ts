import { resolve } from 'node:path';
import type { Environment } from '../../config/index.js';
import { type ModelChoice, openModel } from '../../model/index.js';
import { createLogger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { readSettings } from '../settings.js';
import { runCalibrate } from './calibrate.js';
import { targetsOf } from './targets.js';

/** `calibrate` as typed. */
export interface CalibrateCommand {
  cameras: readonly string[];
  from: readonly string[];
  /** Watching time. */
  liveMs: number | null;
  configPath: string | undefined;
  rulePaths: readonly string[] | undefined;
  fps: number;
  storePath: string | undefined;
  report: string | undefined;
  /** From the options; null: the configuration's. */
  choice: ModelChoice | null;
  /** Where there is no configuration. */
  defaultChoice: ModelChoice;
  modelsFolder: string;
  env: Environment;
  output: Output;
  signal: AbortSignal;
}

/** Reads what `calibrate` needs and runs it. @returns the exit code */
export async function calibrateCommand(command: CalibrateCommand): Promise<number> {
  const { output, modelsFolder, signal } = command;
  const settings = await readSettings(command);
  if (!settings) return 2;
  const { config, rules } = settings;
  const { cameras, from, fps } = command;
  // What is wrong with them need not wait for the model.
  const targets = await targetsOf({ cameras, from, fps, configured: config?.cameras ?? [] });
  const choice = command.choice ?? config?.model ?? command.defaultChoice;
  const logger = createLogger({ level: 'warn' });
  const opened = await openModel({ choice, modelsFolder, logger });
  await using embedder = opened.embedder;
  const { notice } = embedder.describe();
  if (notice) output.stderr(`${notice}\n`);
  return await runCalibrate({
    ...{ targets, liveMs: command.liveMs },
    timeZone: config?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    storePath: resolve(command.storePath ?? config?.store.path ?? './data'),
    report: command.report ?? null,
    ...{ rules, embedder, output, logger, signal },
  });
}
