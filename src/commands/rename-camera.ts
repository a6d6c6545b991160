import { existsSync } from 'node:fs';
import { Id } from '../detect/event.js';
import { WordwatchError } from '../shared/errors.js';
import { CalibrationStore } from '../store/calibration-store.js';
import { openExistingDatabase } from '../store/database.js';
import { historyDatabasePath, openHistoryDatabase } from '../store/history/history-database.js';
import { HistoryStore } from '../store/history/history-store.js';
import { openVectorDatabase, vectorDatabasePath } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import type { Output } from './output.js';

/** What {@link runRenameCamera} is asked to do. */
export interface RenameCameraOptions {
  from: string;
  to: string;
  /** Data folder. */
  storePath: string;
  output: Output;
}

/**
 * Gives a camera that has another id now what was learned of it under the old one. Stop the service first: it would go on
 * with what it has in memory.
 * @returns the exit code
 * @throws WordwatchError `unknown-camera`
 */
export function runRenameCamera({ from, to, storePath, output }: RenameCameraOptions): number {
  if (!Id.safeParse(to).success) {
    throw new WordwatchError('bad-id', `"${to}" cannot be the id of a camera`, {
      userInput: true,
      hint: 'Ids are lower-case letters, digits, _ and -, at most 64.',
    });
  }
  using database = openExistingDatabase(storePath);
  const store = new CalibrationStore(database);
  using vectorDatabase = existsSync(vectorDatabasePath(storePath)) ? openVectorDatabase(storePath) : null;
  const vectors = vectorDatabase && new VectorStore(vectorDatabase);
  const all = [...store.list(), ...(vectors?.cameras() ?? [])];
  const known = [...new Set(all.map(({ cameraId }) => cameraId))].sort();
  if (!known.includes(from)) {
    throw new WordwatchError('unknown-camera', `nothing is known of a camera "${from}" in ${storePath}`, {
      userInput: true,
      hint:
        known.length > 0
          ? `There are ${known.join(', ')}.`
          : 'Nothing was calibrated or remembered there yet.',
    });
  }
  let renamed = 0;
  store.together(() => {
    renamed = store.rename(from, to);
  });
  vectors?.rename(from, to);
  using history = existsSync(historyDatabasePath(storePath)) ? openHistoryDatabase(storePath) : null;
  if (history) new HistoryStore(history).rename(from, to);
  output.stderr(`${renamed} calibrations of ${from} are ${to}'s now\n`);
  return 0;
}
