import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf, messageOf, WordwatchError } from '../../shared/errors.js';
import { sha256Of } from '../file-hash.js';

/**
 * What a model was when it was first pulled. It outlives the model's folder, so that a second pull, or one on a machine
 * that was given the file, brings the same bytes or says that it cannot.
 */
export const Pins = z.strictObject({
  repository: z.string(),
  /** Commit at the hub. */
  revision: z.string().regex(/^[0-9a-f]{40}$/),
  licence: z.string(),
  pulledAt: z.iso.datetime(),
  /** By path inside the model's folder. */
  files: z.record(z.string(), z.object({ sizeBytes: z.int().nonnegative(), sha256: z.string() })),
});
export type Pins = z.infer<typeof Pins>;

/** A file beside what was pinned of it. */
export async function compareWithPin(
  file: string,
  { sizeBytes, sha256 }: Pins['files'][string],
): Promise<'unchanged' | 'changed' | 'missing'> {
  const found = await stat(file).catch(() => null);
  if (found === null) return 'missing';
  return found.size === sizeBytes && (await sha256Of(file)) === sha256 ? 'unchanged' : 'changed';
}

export function pinsPath(modelsFolder: string, id: string): string {
  return join(modelsFolder, `${id}.lock.json`);
}

/**
 * @returns null when the model was never pulled
 * @throws WordwatchError `model-lock-corrupt`
 */
export async function readPins(modelsFolder: string, id: string): Promise<Pins | null> {
  const path = pinsPath(modelsFolder, id);
  try {
    return Pins.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new WordwatchError('model-lock-corrupt', `${path} cannot be read: ${reason}`, {
      cause: error,
      userInput: true,
      hint: 'Remove the file to pin what the next pull finds.',
    });
  }
}

export async function writePins(modelsFolder: string, id: string, pins: Pins): Promise<void> {
  await mkdir(modelsFolder, { recursive: true });
  const path = pinsPath(modelsFolder, id);
  await writeFile(`${path}.new`, `${JSON.stringify(pins, null, 2)}\n`);
  await rename(`${path}.new`, path);
}
