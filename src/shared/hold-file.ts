import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, type WordwatchError } from './errors.js';

/** What this process holds: its own number in a file may be that of a container that ended. */
const held = new Set<string>();

/**
 * Does work that only one process may do at a time, as long as the result is not disposed.
 * @param path of the file that says who does it
 * @param busy the error where another process does: its number, or `?`
 */
export async function holdFile(
  path: string,
  busy: (holder: string) => WordwatchError,
): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(`${process.pid}\n`);
      await file.close();
      held.add(path);
      return {
        [Symbol.asyncDispose]: async () => {
          held.delete(path);
          await rm(path, { force: true });
        },
      };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (attempt > 3 || (holder === process.pid ? held.has(path) : isAlive(holder)))
        throw busy(String(holder || '?'));
      // Left behind by a process that was killed.
      await rm(path, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return true; // being written
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
