import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WordwatchError } from '../../shared/errors.js';
import { optimisedFolder } from '../optimise/optimised-network.js';
import { CATALOGUE, catalogueEntry } from './catalogue.js';
import { compareWithPin, type Pins, readPins } from './pins.js';
import { holdModel } from './pull-lock.js';

/**
 * Where pulled models live, by the habits of the system and its user.
 * @param env `WORDWATCH_MODELS` names it; else it is in the user's folder for what can be brought again
 */
export function modelsFolderOf(env: Readonly<Record<string, string | undefined>>): string {
  if (env.WORDWATCH_MODELS) return env.WORDWATCH_MODELS;
  const cache = env.XDG_CACHE_HOME || (env.HOME ? join(env.HOME, '.cache') : '.cache');
  return join(cache, 'wordwatch', 'models');
}

/** Folder of a pulled model. */
export function pulledPath(modelsFolder: string, id: string): string | null {
  const path = join(modelsFolder, id);
  return existsSync(join(path, 'config.json')) ? path : null;
}

/** The model that `auto` means: the first of the catalogue that is here. */
export function preferredModel(modelsFolder: string): string | null {
  return CATALOGUE.map(({ id }) => pulledPath(modelsFolder, id)).find((path) => path !== null) ?? null;
}

/** A model's state on this machine. */
export interface InstalledModel {
  path: string;
  sizeBytes: number;
  pins: Pins | null;
}

/** @returns null when it is not here */
export async function installedModel(modelsFolder: string, id: string): Promise<InstalledModel | null> {
  const path = pulledPath(modelsFolder, id);
  if (path === null) return null;
  let sizeBytes = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sizeBytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return { path, sizeBytes, pins: await readPins(modelsFolder, id) };
}

/** A file beside what was pinned. */
export interface VerifiedFile {
  path: string;
  state: Awaited<ReturnType<typeof compareWithPin>>;
}

/**
 * Compares a pulled model with what it was when it was pulled.
 * @throws WordwatchError `unknown-model`, `model-not-pulled`
 */
export async function verifyModel(modelsFolder: string, id: string): Promise<VerifiedFile[]> {
  const { path: folder, pins } = await requirePulled(modelsFolder, id);
  const files: VerifiedFile[] = [];
  for (const [path, pin] of Object.entries(pins?.files ?? {})) {
    files.push({ path, state: await compareWithPin(join(folder, path), pin) });
  }
  return files;
}

/** Removes a pulled model; what it was stays pinned. @throws as {@link verifyModel}, and `model-busy` */
export async function removeModel(modelsFolder: string, id: string): Promise<void> {
  const { path } = await requirePulled(modelsFolder, id);
  await using _held = await holdModel(join(modelsFolder, '.partial', `${id}.pid`));
  await rm(path, { recursive: true });
  await rm(optimisedFolder(modelsFolder, path), { recursive: true, force: true });
}

async function requirePulled(
  modelsFolder: string,
  id: string,
): Promise<Pick<InstalledModel, 'path' | 'pins'>> {
  catalogueEntry(id);
  const path = pulledPath(modelsFolder, id);
  if (path === null) throw notPulled(id);
  return { path, pins: await readPins(modelsFolder, id) };
}

export function notPulled(id: string): WordwatchError {
  return new WordwatchError('model-not-pulled', `the model ${id} is not here`, {
    userInput: true,
    hint: `Bring it with: wordwatch models pull ${id}`,
  });
}
