import { useEffect, useRef } from 'preact/hooks';
import { watchedIds } from './state.js';

/** How often each camera is in sight: a page may show one twice. */
const inSight = new Map<string, number>();

/** Asks for a camera's pictures while an element is in sight, on a page that is. @returns for the element */
export function useWatched(cameraId: string): { current: HTMLDivElement | null } {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isCounted = false;
    const count = (isInSight: boolean) => {
      if (isInSight === isCounted) return;
      isCounted = isInSight;
      inSight.set(cameraId, (inSight.get(cameraId) ?? 0) + (isInSight ? 1 : -1));
      watchedIds.value = new Set([...inSight].filter(([, times]) => times > 0).map(([id]) => id));
    };
    // A little before it comes into sight, so that scrolling meets pictures and not gaps.
    const sight = new IntersectionObserver((entries) => count(entries.at(-1)!.isIntersecting), {
      rootMargin: '25%',
    });
    const look = () => {
      // Watched anew when the page comes back: what is in sight is told at once.
      sight.disconnect();
      if (document.hidden) count(false);
      else sight.observe(element.current!);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      sight.disconnect();
      count(false);
    };
  }, [cameraId]);
  return element;
}
