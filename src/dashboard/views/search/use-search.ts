import { useCallback, useEffect, useState } from 'preact/hooks';
import type { SearchInfo } from '../../../server/api/search-schemas.js';
import { type ApiError, postJson } from '../../data/api.js';
import { asApiError } from '../../data/resource.js';
import { nowMs } from '../../data/state.js';
import { type Ask, bodyOf, valuesOf } from './ask.js';
import type { SoughtPicture } from './picture.js';

/** A search and what came of it. */
export interface Search {
  /** Of the newest answer to this question; null: there is none. */
  found: SearchInfo | null;
  tookMs: number;
  error: ApiError | null;
  isSearching: boolean;
  /** Nothing is looked for yet. */
  isIdle: boolean;
  again: () => void;
}

interface Answer {
  key: string;
  picture: SoughtPicture | null;
  found: SearchInfo | null;
  error: ApiError | null;
  tookMs: number;
}

/** Searches whenever the question changes; the answer to an older one is never shown. */
export function useSearch(ask: Ask, picture: SoughtPicture | null): Search {
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const key = JSON.stringify(valuesOf(ask));
  const isIdle = bodyOf(ask, picture && '', 0) === null;
  // The key stands for the question; a new round asks again.
  useEffect(() => {
    const body = bodyOf(ask, picture?.base64 ?? null, nowMs.peek());
    if (body === null) return;
    const leaving = new AbortController();
    const startedMs = performance.now();
    const take = (found: SearchInfo | null, error: ApiError | null) => {
      if (!leaving.signal.aborted)
        setAnswer({ key, picture, found, error, tookMs: performance.now() - startedMs });
    };
    postJson<SearchInfo>('/api/search', body, leaving.signal).then(
      (found) => take(found, null),
      (error: unknown) => take(null, asApiError(error)),
    );
    setAnswer(null);
    return () => leaving.abort();
  }, [key, picture, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  const own = answer?.key === key && answer.picture === picture ? answer : null;
  const { found = null, error = null, tookMs = 0 } = own ?? {};
  return { found, error, tookMs, isSearching: !isIdle && own === null, isIdle, again };
}
