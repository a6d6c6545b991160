import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../data/api.js';
import { asApiError } from '../../data/resource.js';

/** Something that is asked for again and again. */
export interface Polled<T> {
  value: T | null;
  /** Of the newest answer; the value is the last good one. */
  error: ApiError | null;
  again: () => void;
}

/** Asks while the page is in sight, and waits so long between an answer and the next question. */
export function usePolled<T>(ask: (signal: AbortSignal) => Promise<T>, periodMs: number): Polled<T> {
  const [state, setState] = useState<{ value: T | null; error: ApiError | null }>({
    value: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  const newest = useRef(ask);
  newest.current = ask;
  // A new round asks at once.
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      const answer = await newest.current(signal).then(
        (value) => ({ value, error: null }),
        (error: unknown) => ({ value: null, error: asApiError(error) }),
      );
      if (signal.aborted) return;
      setState((before) => ({ ...answer, value: answer.value ?? before.value }));
      timer = setTimeout(look, periodMs);
    };
    void look();
    document.addEventListener('visibilitychange', look, { signal });
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [periodMs, round]);
  return { ...state, again: () => setRound((before) => before + 1) };
}
