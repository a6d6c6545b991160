import { basename, dirname, join, resolve } from 'node:path';
import { watch } from 'chokidar';
import { isRulesFileName } from './load-rules.js';

/** What {@link watchRules} needs. */
export interface WatchRulesOptions {
  /** Rule files and folders, as in the config. */
  paths: readonly string[];
  /** Ends the watching. */
  signal: AbortSignal;
  /** Something was written, made, renamed or deleted: load the rules again. */
  onChange: () => void;
  /** The watching itself failed, for example because the system allows no more watched files. */
  onError?: (error: unknown) => void;
  /** Changes closer together than this are one: editors write a file in several steps. */
  debounceMs?: number;
}

/**
 * Tells when rule files change. Files and folders that are not there yet, are deleted or are replaced by renaming are
 * noticed too, as long as the folder that should hold them is there.
 * @returns once the watch is in force
 */
export async function watchRules(options: WatchRulesOptions): Promise<void> {
  const { signal, onChange, onError = () => {}, debounceMs = 200 } = options;
  if (signal.aborted) return;
  const paths = options.paths.map((path) => resolve(path));
  // The parent is watched: a watch on the path itself is lost when an editor puts another file in its place.
  const parents = paths.map(dirname);
  const watcher = watch([...new Set(parents)], {
    ignoreInitial: true,
    depth: 1,
    ignored: (path) => !parents.includes(path) && !paths.some((watched) => concerns(path, watched)),
  });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, debounceMs);
  });
  watcher.on('error', onError);
  const ready = new Promise<void>((done) => watcher.once('ready', done));
  const aborted = new Promise<void>((done) => {
    const stop = () => {
      clearTimeout(timer);
      void watcher.close().then(done, done);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([ready, aborted]);
}

/** Whether an entry is a watched path itself or a rule file in it. */
function concerns(path: string, watched: string): boolean {
  return path === watched || (isRulesFileName(basename(path)) && join(watched, basename(path)) === path);
}
