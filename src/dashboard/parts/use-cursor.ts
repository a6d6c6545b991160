import { useState } from 'preact/hooks';

/** Which of some things keys are about. */
export interface Cursor {
  place: number;
  /** What stands there: the first as long as nobody has chosen; null: there is nothing. */
  current: string | null;
  /** Whether keys moved it: then the focus goes with it. */
  isMoved: boolean;
  /** For `useKeys`. */
  keys: Record<string, () => boolean>;
  put: (id: string) => void;
}

/**
 * Moves through things that stand in rows. It stays with what it is on when others slide in before that.
 * @param ids in the order in which they are shown
 * @param columns tells how many stand side by side now
 */
export function useCursor(
  ids: readonly string[],
  { columns, startId = null }: { columns: () => number; startId?: string | null },
): Cursor {
  const [id, setId] = useState(startId);
  const [isMoved, setIsMoved] = useState(startId !== null);
  const place = Math.max(0, id === null ? 0 : ids.indexOf(id));
  const moveTo = (to: number) => {
    const target = ids[Math.max(0, Math.min(ids.length - 1, to))];
    if (target === undefined) return false;
    setId(target);
    setIsMoved(true);
    return true;
  };
  const by = (step: number) => () => moveTo(place + step);
  const keys = {
    ...{ j: by(1), k: by(-1), ArrowRight: by(1), ArrowLeft: by(-1) },
    ...{ ArrowDown: () => moveTo(place + columns()), ArrowUp: () => moveTo(place - columns()) },
    ...{ Home: () => moveTo(0), End: () => moveTo(ids.length - 1) },
  };
  return { place, current: ids[place] ?? null, isMoved, keys, put: setId };
}
