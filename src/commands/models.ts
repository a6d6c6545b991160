import { rm } from 'node:fs/promises';
import {
  CATALOGUE,
  type Dtype,
  type Hub,
  installedModel,
  type ModelChoice,
  optimiseChosen,
  type PullProgress,
  pinsPath,
  preferredModel,
  pulledPath,
  pullModel,
  removeModel,
  verifyModel,
} from '../model/index.js';
import { WordwatchError } from '../shared/errors.js';
import { createLogger } from '../telemetry/logger.js';
import { formatDuration, type Output } from './output.js';

/** What the commands about models need. */
export interface ModelsOptions {
  /** Where pulled models live. */
  modelsFolder: string;
  output: Output;
}

/** Lists the catalogue and what of it is here. @returns the exit code */
export async function runModelsList({ modelsFolder, output }: ModelsOptions): Promise<number> {
  const auto = preferredModel(modelsFolder);
  for (const { id, repository, licence, restriction, inputSizePx, purpose } of CATALOGUE) {
    const here = await installedModel(modelsFolder, id);
    if (output.json) {
      const about = { id, repository, licence, restricted: restriction !== null, inputSizePx, purpose };
      const { path = null, sizeBytes = null, pins = null } = here ?? {};
      output.stdout(`${JSON.stringify({ ...about, path, sizeBytes, revision: pins?.revision ?? null })}\n`);
      continue;
    }
    const state = here ? `${megabytes(here.sizeBytes)}${here.path === auto ? ', auto' : ''}` : '–';
    output.stdout(`${id.padEnd(25)} ${state.padEnd(14)} ${`${inputSizePx} px`.padEnd(7)} ${licence}\n`);
    output.stdout(`${' '.repeat(26)}${purpose}\n`);
  }
  const starter = auto === null ? 'auto is the shipped starter, a demonstration. ' : '';
  output.stderr(`${starter}Pulled models are in ${modelsFolder}.\n`);
  return 0;
}

/** What {@link runModelsPull} is asked to do. */
export interface ModelsPullOptions extends ModelsOptions {
  id: string;
  hub: Hub;
  dtype: Dtype | null;
  acceptLicence: boolean;
  update: boolean;
  signal: AbortSignal;
}

/** Brings a model. @returns the exit code */
export async function runModelsPull(options: ModelsPullOptions): Promise<number> {
  const { id, output } = options;
  const progress = new ProgressLine(output);
  const pulling = pullModel({ ...options, onProgress: (state) => progress.show(state) });
  const { path, pins, brought } = await pulling.finally(() => progress.end());
  const { revision, licence } = pins;
  if (output.json) output.stdout(`${JSON.stringify({ id, path, revision, licence, brought })}\n`);
  else {
    const what =
      brought.length > 0 ? `${brought.length} files brought and checked` : 'all files were here, unchanged';
    output.stdout(`${id}: ${what}\n  folder   ${path}\n  commit   ${revision}\n  licence  ${licence}\n`);
  }
  const choice: ModelChoice = {
    name: path,
    baseFolder: '.',
    dtype: options.dtype,
    device: 'cpu',
    remote: null,
  };
  return runModelsOptimize({ ...options, choice });
}

/** What {@link runModelsOptimize} is asked to do. */
export interface ModelsOptimizeOptions extends ModelsOptions {
  choice: ModelChoice;
}

/** Makes a model fast for this machine's CPU, where that was not done yet. @returns the exit code */
export async function runModelsOptimize({
  choice,
  modelsFolder,
  output,
}: ModelsOptimizeOptions): Promise<number> {
  const logger = createLogger({ level: 'warn' });
  const made = Object.entries(await optimiseChosen(choice, { modelsFolder, logger }));
  for (const [network, { path, signedWeights, speedup, reason }] of made) {
    if (output.json) {
      output.stdout(`${JSON.stringify({ network, path, signedWeights, speedup, reason })}\n`);
      continue;
    }
    const how = signedWeights ? ', its weights made signed' : ', its graph kept on disk';
    const what =
      path === null ? `left as it is: ${reason}` : `${speedup.toFixed(2)}× as fast as before${how}`;
    output.stdout(`  ${network.padEnd(8)} ${what}\n`);
  }
  return 0;
}

/** Compares pulled models with what they were. @returns the exit code: 1 when a file differs */
export async function runModelsVerify({
  ids,
  ...options
}: ModelsOptions & { ids: string[] }): Promise<number> {
  const { modelsFolder, output } = options;
  const pulled = CATALOGUE.map(({ id }) => id).filter((id) => pulledPath(modelsFolder, id) !== null);
  let wrong = 0;
  for (const id of ids.length > 0 ? ids : pulled) {
    for (const { path, state } of await verifyModel(modelsFolder, id)) {
      if (state !== 'unchanged') wrong++;
      output.stdout(
        output.json ? `${JSON.stringify({ id, path, state })}\n` : `${state.padEnd(10)} ${id}/${path}\n`,
      );
    }
  }
  if (wrong > 0) {
    throw new WordwatchError('model-changed', `${wrong} files are not what was pulled`, {
      hint: 'Mend a model with: wordwatch models rm ID && wordwatch models pull ID',
    });
  }
  if (pulled.length === 0) output.stderr('no model was pulled yet\n');
  return 0;
}

/** Removes a pulled model. @param forget also what was pinned of it */
export async function runModelsRemove({
  id,
  forget,
  modelsFolder,
  output,
}: ModelsOptions & { id: string; forget: boolean }): Promise<number> {
  await removeModel(modelsFolder, id);
  const pins = pinsPath(modelsFolder, id);
  if (forget) await rm(pins, { force: true });
  output.stderr(`${id} removed${forget ? '' : `; what it was stays pinned in ${pins}`}\n`);
  return 0;
}

/** One line that tells how far a pull is: drawn again on a terminal, written now and then to a log. */
class ProgressLine {
  readonly #output: Output;
  readonly #startedMs = performance.now();
  /** Bytes that were here before this pull count as done, not as speed. */
  #hereBytes: number | null = null;
  #shownMs = 0;
  #drawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  show({ doneBytes, totalBytes, files }: PullProgress): void {
    this.#hereBytes ??= doneBytes;
    const nowMs = performance.now();
    const { isTerminal, json, stderr } = this.#output;
    if (json || nowMs - this.#shownMs < (isTerminal ? 100 : 5_000)) return;
    this.#shownMs = nowMs;
    const bytesPerS = (doneBytes - this.#hereBytes) / Math.max(0.5, (nowMs - this.#startedMs) / 1000);
    const leftMs = bytesPerS > 0 ? ((totalBytes - doneBytes) / bytesPerS) * 1000 : null;
    const left = leftMs === null ? '' : `, ${formatDuration(leftMs)} left`;
    const line = `${megabytes(doneBytes)} of ${megabytes(totalBytes)}, ${megabytes(bytesPerS)}/s${left}  ${files.join(' ')}`;
    this.#drawn = isTerminal;
    stderr(isTerminal ? `\r\x1b[2K${line.slice(0, 100)}` : `${line}\n`);
  }

  end(): void {
    if (this.#drawn) this.#output.stderr('\r\x1b[2K');
    this.#drawn = false;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
