import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';

const LENGTH_BYTES = 32;

/**
 * The key that sessions of browsers are signed with, made when there is none. Without it a session could be made up from a
 * guess at a token, and the answer would tell whether the guess was right.
 * @param folder the data folder, which exists
 * @throws WordwatchError `store-unusable` when it cannot be read or written
 */
export async function readSessionKey(folder: string): Promise<Buffer> {
  const path = join(folder, 'session.key');
  try {
    const known = await readFile(path).catch((error) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (known?.length === LENGTH_BYTES) return known;
    const key = randomBytes(LENGTH_BYTES);
    await writeFile(`${path}.part`, key, { mode: 0o600 });
    await rename(`${path}.part`, path);
    return key;
  } catch (cause) {
    throw new WordwatchError('store-unusable', `${path}: cannot be used: ${messageOf(cause)}`, {
      cause,
      hint: 'Make the data folder writable for the user that runs wordwatch, or set store.path to another one.',
      userInput: true,
    });
  }
}
