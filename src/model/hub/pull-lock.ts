import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, WordwatchError } from '../../shared/errors.js';

/** What this process holds: its own number in a file may be that of a container that ended. */
const held = new Set<string>();

/**
 * Holds a model for one process as long as the result is not disposed.
 * @param path of the file that says who holds it
 * @throws WordwatchError `model-busy`
 */
export async function holdModel(path: string): Promise<AsyncDisposable> {
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
      if (attempt > 3 || (holder === process.pid ? held.has(path) : isAlive(holder))) {
        throw new WordwatchError('model-busy', `process ${holder || '?'} is working on this model`, {
          retryable: true,
          hint: `Wait until it is done. If no such process exists, remove ${path}.`,
        });
      }
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
