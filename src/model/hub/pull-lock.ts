import { WordwatchError } from '../../shared/errors.js';
import { holdFile } from '../../shared/hold-file.js';

/**
 * Holds a model for one process as long as the result is not disposed.
 * @param path of the file that says who holds it
 * @throws WordwatchError `model-busy`
 */
export function holdModel(path: string): Promise<AsyncDisposable> {
  return holdFile(
    path,
    (holder) =>
      new WordwatchError('model-busy', `process ${holder} is working on this model`, {
        retryable: true,
        hint: `Wait until it is done. If no such process exists, remove ${path}.`,
      }),
  );
}
