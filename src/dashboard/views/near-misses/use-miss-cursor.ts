import { useState } from 'preact/hooks';
import { columnsOf } from './columns.js';

/** Which near miss keys are about. */
export function useMissCursor(all: readonly { id: string }[]) {
  const [id, setId] = useState<string | null>(null);
  const [isMoved, setIsMoved] = useState(false);
  const by = (step: () => number) => () => {
    const place = all.findIndex((miss) => miss.id === id);
    const target = all[Math.max(0, Math.min(all.length - 1, place + step()))];
    if (!target) return false;
    setId(target.id);
    setIsMoved(true);
    return true;
  };
  const keys = {
    ...{ j: by(() => 1), k: by(() => -1), ArrowRight: by(() => 1), ArrowLeft: by(() => -1) },
    ...{ ArrowDown: by(columnsOf), ArrowUp: by(() => -columnsOf()) },
  };
  return { id, isMoved, keys, put: setId };
}
