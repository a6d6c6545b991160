import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, getJson } from './api.js';

/** Something that the program was asked for. */
export interface Resource<T> {
  /** Of the newest answer; it stays while the next one is under way. */
  value: T | null;
  error: ApiError | null;
  isLoading: boolean;
  reload: () => void;
}

/** Asks for a path, and again when it changes; null: nothing is asked for. The answer to an older path is never shown. */
export function useResource<T>(path: string | null): Resource<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ path: string | null; value: T | null; error: ApiError | null }>({
    path: null,
    value: null,
    error: null,
  });
  const [isLoading, setIsLoading] = useState(path !== null);
  useEffect(() => {
    if (path === null) return;
    const leaving = new AbortController();
    setIsLoading(true);
    getJson<T>(path, leaving.signal)
      .then(
        (value) => setState({ path, value, error: null }),
        (error: unknown) => {
          if (leaving.signal.aborted) return;
          setState((before) => ({
            path,
            value: before.path === path ? before.value : null,
            error: asApiError(error),
          }));
        },
      )
      .finally(() => {
        if (!leaving.signal.aborted) setIsLoading(false);
      });
    return () => leaving.abort();
  }, [path, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { value: path === null ? null : state.value, error: state.error, isLoading, reload };
}

/** Asks again whenever something changes. */
export function useReloadOn(news: unknown, reload: () => void): void {
  const known = useRef(news);
  useEffect(() => {
    if (known.current === news) return;
    known.current = news;
    reload();
  }, [news, reload]);
}

/** An error as the page shows it. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(error instanceof Error ? error.message : String(error), { status: 0, code: 'failed' });
}
