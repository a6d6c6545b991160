import { sha256Of } from '../../model/file-hash.js';
import { messageOf, WordwatchError } from '../../shared/errors.js';
import type { ImportStore, RecordingContent, RecordingFile } from '../../store/vectors/import-store.js';

/** What is known of a file's content. */
export interface KnownContent {
  content: RecordingContent;
  /** Why it need not be indexed; null: it has to be. */
  done: { state: 'known' } | { state: 'duplicate'; of: string | null } | null;
}

/**
 * Finds out what is in a file. It is read only if it is new, or has changed since.
 * @returns null: `signal` aborted
 * @throws WordwatchError `source-unreadable`
 */
export async function knowContent(
  file: RecordingFile,
  { imports, modelHash, signal }: { imports: ImportStore; modelHash: string; signal: AbortSignal },
): Promise<KnownContent | null> {
  const before = imports.hashOf(file);
  const hash = before ?? (await hashOf(file.path, signal));
  if (hash === null) return null;
  const content = { hash, modelHash };
  if (!imports.isDone(content)) return { content, done: null };
  if (before !== null) return { content, done: { state: 'known' } };
  imports.know(file, hash);
  return { content, done: { state: 'duplicate', of: imports.twinOf(file, hash) } };
}

async function hashOf(path: string, signal: AbortSignal): Promise<string | null> {
  try {
    return await sha256Of(path, signal);
  } catch (error) {
    if (signal.aborted) return null;
    throw new WordwatchError('source-unreadable', `${path}: ${messageOf(error)}`, {
      cause: error,
      userInput: true,
    });
  }
}
