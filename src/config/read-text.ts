import { readFile, stat } from 'node:fs/promises';
import { codeOf, messageOf } from '../shared/errors.js';
import { displayPath, type Problem } from './problem.js';

/** Nobody writes that much by hand; a larger file is a mistake, and would only be slow to refuse. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a config or rules file.
 * @param path absolute
 * @param hint what to do when there is no such file
 */
export async function readText(
  path: string,
  hint: string,
): Promise<{ text: string; problem?: undefined } | { text?: undefined; problem: Problem }> {
  const refuse = (message: string, hint?: string) => ({ problem: fileProblem(path, message, hint) });
  try {
    // First a look: to open a pipe would wait for ever.
    const stats = await stat(path);
    if (!stats.isFile())
      return refuse(`expected a file, got ${stats.isDirectory() ? 'a folder' : 'a device'}`);
    if (stats.size > MAX_BYTES) return refuse(`expected at most 1 MiB, got ${stats.size} bytes`);
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch (error) {
    if (error instanceof TypeError) return refuse('not a text file in UTF-8');
    return codeOf(error) === 'ENOENT' ? refuse('no such file', hint) : refuse(cannotRead(error));
  }
}

/** A problem with a file as a whole. */
export function fileProblem(path: string, message: string, hint?: string): Problem {
  const place = { file: displayPath(path), line: null, column: null };
  return { ...place, path: '', message, ...(hint === undefined ? {} : { hint }) };
}

/** Why the system does not let us read. */
export function cannotRead(error: unknown): string {
  return `cannot be read (${codeOf(error) ?? messageOf(error)})`;
}
