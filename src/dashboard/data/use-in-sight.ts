import { useEffect, useState } from 'preact/hooks';

/** Whether an element is in sight, on a page that is. @param rootMargin how far beyond the sight counts as well, as CSS has it */
export function useInSight(element: { current: Element | null }, rootMargin = '0px'): boolean {
  const [isInSight, setIsInSight] = useState(false);
  useEffect(() => {
    const sight = new IntersectionObserver((entries) => setIsInSight(entries.at(-1)!.isIntersecting), {
      rootMargin,
    });
    const look = () => {
      // Watched anew when the page comes back: what is in sight is told at once.
      sight.disconnect();
      if (document.hidden) setIsInSight(false);
      else sight.observe(element.current!);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      sight.disconnect();
    };
  }, [element, rootMargin]);
  return isInSight;
}
