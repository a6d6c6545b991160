import { createHash } from 'node:crypto';
import { access, constants, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';

/** Whether a file can be changed. */
export interface FileAccess {
  /** The file itself, behind all links. */
  target: string;
  /** Why it cannot, for people; null: it can. */
  reason: string | null;
}

/** Hash of a file's content: 16 hexadecimal digits. */
export function revisionOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/**
 * Whether a file, or one that is to be made, can be replaced. A link inside of a folder of rules must not lead out of it.
 * @param folder the configured folder that it was found in; null: it is configured itself
 */
export async function accessOf(path: string, folder: string | null): Promise<FileAccess> {
  let target = path;
  try {
    target = await realpath(path).catch(async (error) => {
      if (codeOf(error) !== 'ENOENT') throw error;
      return join(await realpath(dirname(path)), basename(path));
    });
    if (folder !== null && !target.startsWith((await realpath(folder)) + sep))
      return { target, reason: 'it is a link to a file outside of the rules folder' };
    const stats = await stat(target).catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw error;
      return null;
    });
    // Root may write everything, but somebody has said that nobody is to.
    if (stats && (stats.mode & 0o222) === 0) return { target, reason: 'the file is write-protected' };
    if (stats) await access(target, constants.W_OK);
    await access(dirname(target), constants.W_OK);
    return { target, reason: null };
  } catch (error) {
    return { target, reason: `it cannot be written (${codeOf(error) ?? messageOf(error)})` };
  }
}

/**
 * Puts another file in the place of one: there is never half a file, and its mode and owner stay.
 * @param target behind all links
 * @param revision that the file must still have; null: it must not be there
 * @returns false: it is another one meanwhile, and stays
 * @throws WordwatchError `read-only`
 */
export async function replaceFile(
  target: string,
  { text, revision }: { text: string; revision: string | null },
): Promise<boolean> {
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  try {
    const before = await stat(target).catch(() => null);
    await using file = await open(part, 'w', before ? before.mode & 0o7777 : 0o644);
    if (before) {
      await file.chmod(before.mode & 0o7777);
      await file.chown(before.uid, before.gid).catch(() => {}); // somebody else's file: only root may
    }
    await file.writeFile(text);
    await file.sync();
    const now = await readFile(target).then(revisionOf, () => null);
    if (now !== revision) return false;
    await rename(part, target);
    await using folder = await open(dirname(target), 'r');
    await folder.sync();
    return true;
  } catch (cause) {
    const reason = codeOf(cause) ?? messageOf(cause);
    throw new WordwatchError('read-only', `${basename(target)} cannot be written (${reason})`, {
      ...{ cause, userInput: true },
      hint: 'A file that is mounted by itself cannot be replaced: mount its folder.',
    });
  } finally {
    await rm(part, { force: true });
  }
}
