import { useEffect, useRef, useState } from 'preact/hooks';

/** An element's width in CSS pixels, as it changes; 0: not known yet. */
export function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const element = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  useEffect(() => {
    // By what is told: the element may be gone from the page already.
    const resize = new ResizeObserver((entries) => setWidthPx(entries.at(-1)!.target.clientWidth));
    resize.observe(element.current!);
    return () => resize.disconnect();
  }, []);
  return [element, widthPx];
}
