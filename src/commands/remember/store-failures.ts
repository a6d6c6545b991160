import { messageOf, WordwatchError } from '../../shared/errors.js';
import { diskSpaceOf, missingBytes } from '../../store/disk-space.js';

const UNWRITABLE = 'vectors-unwritable';
const NEARLY_FULL = 'disk-nearly-full';

/** What is to be done about it. */
const AGAIN = 'then give the same command again: it goes on where it was.';

/** The error of vectors that the data folder does not take. */
export function unwritable(storePath: string, cause: unknown): WordwatchError {
  return new WordwatchError(UNWRITABLE, `${storePath}: vectors cannot be written: ${messageOf(cause)}`, {
    cause,
    retryable: true,
    hint: `Make room on the disk, ${AGAIN}`,
  });
}

/**
 * A service on the same disk would have to delete pictures of events, to make room.
 * @throws WordwatchError `disk-nearly-full`
 */
export async function refuseFullDisk(storePath: string): Promise<void> {
  const space = await diskSpaceOf(storePath);
  const missing = missingBytes(space);
  if (missing === 0) return;
  const freeMb = Math.round(space.freeBytes / 1e6);
  throw new WordwatchError(
    NEARLY_FULL,
    `${storePath}: only ${freeMb} MB of this disk are free, nothing more is indexed`,
    { retryable: true, hint: `Make room for ${Math.ceil(missing / 1e6)} MB more, ${AGAIN}` },
  );
}

/** The error after which no other recording can be written either; null: this one concerns one recording only. */
export function storeFailureOf(error: unknown, storePath: string): WordwatchError | null {
  if (error instanceof WordwatchError)
    return error.code === UNWRITABLE || error.code === NEARLY_FULL ? error : null;
  return error instanceof Error && 'sqliteCode' in error ? unwritable(storePath, error) : null;
}
