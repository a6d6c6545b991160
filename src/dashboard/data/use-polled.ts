import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.js';
import { asApiError } from './resource.js';

/** Something that is asked for again and again. */
export interface Polled<T> {
  value: T | null;
  /** Of the newest answer; the value is the last good one. */
  error: ApiError | null;
  again: () => void;
}

/** When {@link usePolled} asks. */
interface PollOptions {
  /** From an answer to the next question. */
  periodMs: number;
  /** What is asked for: when it changes, it is asked for at once. */
  key?: string;
  isOn?: boolean;
}

/** Asks again and again while the page is in sight. */
export function usePolled<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { periodMs, key = '', isOn = true }: PollOptions,
): Polled<T> {
  const [state, setState] = useState<{ value: T | null; error: ApiError | null }>({
    value: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  const newest = useRef(ask);
  newest.current = ask;
  // A new round asks at once.
  useEffect(() => {
    if (!isOn) return;
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
  }, [periodMs, key, isOn, round]);
  return { ...state, again: () => setRound((before) => before + 1) };
}
