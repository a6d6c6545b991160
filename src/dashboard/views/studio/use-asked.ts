import { useEffect, useState } from 'preact/hooks';
import { type ApiError, postJson } from '../../data/api.js';
import { asApiError } from '../../data/resource.js';

/** After so long a program that had too much to do is asked again. */
const BUSY_MS = 1_000;

/** Something asked for while somebody types. */
export interface Asked<T> {
  /** The newest answer; it stays while the next one is under way. */
  value: T | null;
  error: ApiError | null;
  isPending: boolean;
  tookMs: number | null;
}

const NOTHING = { value: null, error: null, isPending: false, tookMs: null };

/**
 * Posts a body once it has stayed the same for a while, and again when it changes; the request before it is given up.
 * @param body null: nothing is asked for
 */
export function useAsked<T>(path: string, body: unknown, delayMs: number): Asked<T> {
  const [state, setState] = useState<Asked<T>>(NOTHING);
  const text = body === null ? null : JSON.stringify(body);
  useEffect(() => {
    if (text === null) {
      setState(NOTHING);
      return;
    }
    const leaving = new AbortController();
    setState((before) => ({ ...before, isPending: true }));
    let timer = setTimeout(ask, delayMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };

    async function ask(): Promise<void> {
      const startedAtMs = performance.now();
      try {
        const value = await postJson<T>(path, JSON.parse(text!), leaving.signal);
        setState({ value, error: null, isPending: false, tookMs: performance.now() - startedAtMs });
      } catch (thrown) {
        if (leaving.signal.aborted) return;
        const error = asApiError(thrown);
        // Another question of this page came in between, or there is much to do.
        if (error.code === 'superseded' || error.status === 503) timer = setTimeout(ask, BUSY_MS);
        else setState((before) => ({ ...before, error, isPending: false }));
      }
    }
  }, [path, text, delayMs]);
  return state;
}
