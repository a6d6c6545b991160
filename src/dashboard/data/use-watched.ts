import { useEffect, useRef } from 'preact/hooks';
import { watchedIds } from './state.js';
import { useInSight } from './use-in-sight.js';

/** How often each camera is in sight: a page may show one twice. */
const inSight = new Map<string, number>();

/** Asks for a camera's pictures while an element is in sight, on a page that is. @returns for the element */
export function useWatched(cameraId: string): { current: HTMLDivElement | null } {
  const element = useRef<HTMLDivElement>(null);
  // A little before it comes into sight, so that scrolling meets pictures and not gaps.
  const isInSight = useInSight(element, '25%');
  useEffect(() => {
    if (!isInSight) return;
    count(cameraId, 1);
    return () => count(cameraId, -1);
  }, [cameraId, isInSight]);
  return element;
}

function count(cameraId: string, more: 1 | -1): void {
  inSight.set(cameraId, (inSight.get(cameraId) ?? 0) + more);
  watchedIds.value = new Set([...inSight].filter(([, times]) => times > 0).map(([id]) => id));
}
