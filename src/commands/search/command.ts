import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, type Environment, formatProblem, loadConfig } from '../../config/index.js';
import { type ModelChoice, openModel } from '../../model/index.js';
import { openVectorsReadOnly } from '../../store/vectors/vector-database.js';
import { createLogger } from '../../telemetry/logger.js';
import { DEFAULT_CONFIG } from '../settings.js';
import { timeRange } from '../time-range.js';
import { checkQuery, runSearch, type SearchOptions } from './search.js';

/** `search` as typed. */
export interface SearchCommand extends Omit<SearchOptions, 'folder' | 'videos'> {
  configPath: string | undefined;
  storePath: string | undefined;
  /** From the options; null: the configuration's. */
  choice: ModelChoice | null;
  /** Where there is no configuration. */
  defaultChoice: ModelChoice;
  modelsFolder: string;
  env: Environment;
}

/** Reads what `search` needs and runs it. @returns the exit code */
export async function searchCommand(command: SearchCommand): Promise<number> {
  const { output, modelsFolder } = command;
  const path = command.configPath ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  // What is wrong with rules does not matter here.
  const loaded = path === undefined ? null : await loadConfig(path, { env: command.env });
  if (loaded && !loaded.config) {
    for (const problem of loaded.problems) output.stderr(`${formatProblem(problem)}\n`);
    return 2;
  }
  const config = loaded?.config ?? null;
  const folder = resolve(command.storePath ?? config?.store.path ?? './data');
  // What is wrong with these need not wait for the model.
  checkQuery(command);
  timeRange(command, Date.now());
  openVectorsReadOnly(folder).close();
  const choice = command.choice ?? config?.model ?? command.defaultChoice;
  const opened = await openModel({
    choice,
    modelsFolder,
    workers: 1,
    logger: createLogger({ level: 'warn' }),
  });
  await using embedder = opened.embedder;
  const { directory } = opened;
  return await runSearch({ ...command, folder, videos: videosOf(config) }, { embedder, directory });
}

/** Cameras of the configuration that are files which do not start anew. */
function videosOf(config: Config | null): Map<string, string> {
  const files = (config?.cameras ?? []).filter(({ source, loop }) => !loop && existsSync(source));
  return new Map(files.map(({ id, source }) => [id, source]));
}
