import { existsSync } from 'node:fs';
import type { Config, LoadedRules } from '../config/index.js';
import { type Embedder, type ModelChoice, openModel, type TextModelDirectory } from '../model/index.js';
import { FeasibilityCheck, type RuleFeasibility } from '../pipeline/feasibility-check.js';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { databasePath, openDatabaseReadOnly } from '../store/database.js';
import { MomentStore } from '../store/moment-store.js';
import { SampleStore } from '../store/sample-store.js';
import { createLogger } from '../telemetry/logger.js';
import { type Finding, withPlace } from './finding.js';
import type { Output } from './output.js';

/** What was read from one of the paths that `check` was given. */
export interface CheckedPath {
  loaded: LoadedRules;
  /** null: it is rules only. */
  config: Config | null;
  choice: ModelChoice;
  directory: TextModelDirectory;
}

/** What {@link checkFeasibility} needs beside what was read. */
export interface CheckFeasibilityOptions {
  /** Data folder; undefined: the configuration's. */
  storePath: string | undefined;
  /** Where pulled models live. */
  modelsFolder: string;
  output: Output;
  /** Told at once: with many rules and cameras it takes a while. */
  say: (finding: Finding) => void;
}

/**
 * Says of each rule and camera whether the rule can work there, where a data folder has footage of it. What cannot be
 * looked at is said on stderr and stops nothing.
 * @throws WordwatchError `store-missing` when a data folder was named that is none
 */
export async function checkFeasibility(
  checked: readonly CheckedPath[],
  options: CheckFeasibilityOptions,
): Promise<void> {
  const { storePath, output } = options;
  if (storePath !== undefined && !existsSync(databasePath(storePath))) {
    throw new WordwatchError('store-missing', `${storePath}: no wordwatch.db in this folder`, {
      userInput: true,
      hint: 'Name the data folder of "run" or "calibrate".',
    });
  }
  const unseen = new Set<string>();
  for (const path of checked) {
    const folder = storePath ?? path.config?.store.path;
    if (folder === undefined) continue;
    try {
      for (const cameraId of await checkOne(path, { ...options, folder })) unseen.add(cameraId);
    } catch (error) {
      output.stderr(`rules were not tried on footage: ${messageOf(error)}\n`);
    }
  }
  if (unseen.size > 0)
    output.stderr(
      `whether rules can work on ${[...unseen].join(', ')} is told when there is footage: let "wordwatch run" watch for some minutes, or "wordwatch calibrate" where rules have a budget\n`,
    );
}

/** @returns cameras that there is no footage of */
async function checkOne(
  { loaded, config, choice, directory }: CheckedPath,
  { folder, modelsFolder, say }: CheckFeasibilityOptions & { folder: string },
): Promise<string[]> {
  const configured = config?.cameras.filter(({ enabled }) => enabled).map(({ id }) => id) ?? [];
  using database = openDatabaseReadOnly(folder);
  if (database === null) return configured;
  const samples = new SampleStore(database);
  const models = samples.models();
  // The weights of a model at a server are known only when it is reached.
  const isWorthwhile = choice.remote ? models.length > 0 : models.includes(directory.modelHash);
  if (!isWorthwhile) return configured;
  const logger = createLogger({ level: 'warn' });
  await using embedder: Embedder = (await openModel({ choice, modelsFolder, logger, workers: 1 })).embedder;
  const seen = samples.cameras(embedder.describe().modelHash);
  const moments = new MomentStore(database);
  const check = new FeasibilityCheck({ samples, moments, model: embedder, beside: false });
  // Rules alone do not say which cameras there are: those of the data folder, then.
  for (const cameraId of config ? configured.filter((id) => seen.includes(id)) : seen) {
    for (const rule of loaded.rules ?? []) {
      if (!rule.enabled || !(rule.cameras?.includes(cameraId) ?? true)) continue;
      const found = await check.assess(rule, cameraId);
      const text = describe(found);
      const isWeak = found.verdict === 'weak';
      say(
        isWeak
          ? { severity: 'note', text: withPlace(text, rule.id, loaded), feasibility: found }
          : { severity: 'info', text, feasibility: found },
      );
    }
  }
  return configured.filter((id) => !seen.includes(id));
}

/** `rule fire on yard: weak – reason; reason; proposal` */
function describe({ ruleId, cameraId, verdict, reasons, proposals }: RuleFeasibility): string {
  const said = [...reasons, ...proposals.map(({ text }) => text)].join('; ');
  return `rule ${ruleId} on ${cameraId}: ${verdict} – ${said}`;
}
