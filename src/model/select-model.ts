import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CATALOGUE } from './hub/catalogue.js';
import { notPulled, preferredModel, pulledPath } from './hub/models-folder.js';
import type { ModelChoice } from './model-choice.js';

/** Shipped with the program; the same distance from src/ and from dist/. */
export const STARTER = fileURLToPath(new URL('../../models/starter', import.meta.url));

/**
 * The directory of the model that a user chose.
 * @param modelsFolder where pulled models live
 * @throws WordwatchError `model-not-pulled`
 */
export function selectModel(
  { name, baseFolder }: Pick<ModelChoice, 'name' | 'baseFolder'>,
  { modelsFolder }: { modelsFolder: string },
): string {
  if (name === 'auto') return preferredModel(modelsFolder) ?? STARTER;
  const directory = resolve(baseFolder, name);
  if (!CATALOGUE.some(({ id }) => id === name)) return directory;
  const pulled = pulledPath(modelsFolder, name);
  if (pulled !== null) return pulled;
  if (existsSync(directory)) return directory;
  throw notPulled(name);
}
