import { useEffect, useRef, useState } from 'preact/hooks';

/** An element's width in CSS pixels, as it changes; 0: not known yet. */
export function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const element = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  useEffect(() => {
    const resize = new ResizeObserver(() => setWidthPx(element.current!.clientWidth));
    resize.observe(element.current!);
    return () => resize.disconnect();
  }, []);
  return [element, widthPx];
}
