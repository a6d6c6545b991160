import type { Verdict } from '../../../detect/event.js';
import type { ReviewsResult } from '../../../server/api/past-schemas.js';
import { review } from '../../parts/reviewing.js';
import { undoLast } from '../../parts/toasts.js';
import { type Cursor, useCursor } from '../../parts/use-cursor.js';
import { useKeys } from '../../parts/use-keys.js';
import { type Selection, useSelection } from '../../parts/use-selection.js';

/** Moments being judged. */
export interface Judging {
  cursor: Cursor;
  selection: Selection<string>;
  /** What verdicts are about: all that is selected, else what the cursor is on. */
  chosen: string[];
  say: (verdict: Verdict | null, ids?: readonly string[]) => Promise<void>;
}

/**
 * Judges moments by keys, one at a time or many at once.
 * @param ids in the order in which they are shown
 * @param onDone told of what was noted, and of what was taken back
 */
export function useJudging(
  ids: readonly string[],
  {
    onDone,
    ...places
  }: { columns: () => number; startId?: string | null; onDone: (result: ReviewsResult) => void },
): Judging {
  const selection = useSelection<string>();
  const cursor = useCursor(ids, places);
  const current = ids.slice(cursor.place, cursor.place + 1);
  const chosen = selection.ids.size > 0 ? [...selection.ids] : current;
  const say = async (verdict: Verdict | null, about: readonly string[] = chosen) => {
    if (await review(about, verdict, onDone)) selection.set([]);
  };
  useKeys({
    ...cursor.keys,
    ...{ t: () => say('true'), f: () => say('false'), u: () => say('unsure'), z: undoLast },
    x: () => current.forEach(selection.toggle),
    Escape: () => selection.set([]),
  });
  return { cursor, selection, chosen, say };
}
