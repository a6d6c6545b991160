import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

/** Widths in rem; heights follow from them, so that where an item stands needs no measuring. */
const LEAST_WIDTH_REM = 15.5;
const GAP_REM = 0.75;
/** Below the picture, which is 16 : 9. */
const CAPTION_REM = 5;
/** Rows drawn above and below what is in sight. */
const SPARE_ROWS = 2;

interface Grid {
  columns: number;
  itemWidthPx: number;
  rowPx: number;
  gapPx: number;
}

/** Which rows are drawn; the last one not included. */
interface Stretch {
  from: number;
  to: number;
}

interface ReelProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  label: string;
  current: number | null;
  /** Told how many stand side by side. */
  columns: { current: number };
  onEnd: () => void;
  children: (item: T, place: number) => ComponentChildren;
}

/**
 * Any number of pictures side by side, of which only those in and near the sight are in the document: the page scrolls as if
 * all were.
 * @param current place of the item that is kept in sight when it changes
 * @param onEnd the end is near: more may be asked for
 */
export function Reel<T>({ items, keyOf, label, current, columns, onEnd, children }: ReelProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const grid = useGrid(list);
  const rows = grid ? Math.ceil(items.length / grid.columns) : 0;
  const { from, to } = useStretch(list, { grid, rows });
  columns.current = grid?.columns ?? 1;
  useEffect(() => {
    if (grid && to >= rows - 1) onEnd();
  }, [grid, to, rows, onEnd]);
  useKeptInSight(list, { grid, current });
  const itemAt = useItems({ items, keyOf, grid, children });
  const first = from * (grid?.columns ?? 0);
  const count = grid ? Math.min(items.length, to * grid.columns) - first : 0;
  return (
    <ul ref={list} class="reel" aria-label={label} style={{ height: `${grid ? rows * grid.rowPx : 0}px` }}>
      {Array.from({ length: Math.max(0, count) }, (_, i) => itemAt(first + i))}
    </ul>
  );
}

/** Items as elements. Those that scrolling leaves in sight stay the same, so that only new ones are made. */
function useItems<T>({
  items,
  keyOf,
  grid,
  children,
}: Pick<ReelProps<T>, 'items' | 'keyOf' | 'children'> & { grid: Grid | null }): (place: number) => VNode {
  const made = useMemo(() => new Map<number, VNode>(), [items, grid, children]);
  return (place) => {
    const known = made.get(place);
    if (known) return known;
    const { columns, itemWidthPx, gapPx, rowPx } = grid!;
    const item = items[place]!;
    const x = (place % columns) * (itemWidthPx + gapPx);
    const y = Math.floor(place / columns) * rowPx;
    const element = (
      <li
        key={keyOf(item)}
        aria-setsize={items.length}
        aria-posinset={place + 1}
        style={{ width: `${itemWidthPx}px`, transform: `translate(${x}px, ${y}px)` }}
      >
        {children(item, place)}
      </li>
    );
    made.set(place, element);
    return element;
  };
}

function useGrid(list: { current: HTMLElement | null }): Grid | null {
  const [grid, setGrid] = useState<Grid | null>(null);
  useLayoutEffect(() => {
    const element = list.current!;
    const measure = () => {
      const widthPx = element.clientWidth;
      const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const gapPx = GAP_REM * remPx;
      const columns = Math.max(1, Math.floor((widthPx + gapPx) / (LEAST_WIDTH_REM * remPx + gapPx)));
      const itemWidthPx = (widthPx - (columns - 1) * gapPx) / columns;
      const rowPx = (itemWidthPx * 9) / 16 + CAPTION_REM * remPx + gapPx;
      setGrid({ columns, itemWidthPx, rowPx, gapPx });
    };
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    return () => resize.disconnect();
  }, [list]);
  return grid;
}

/** Follows the page's scrolling; nothing is drawn anew before another row comes into sight. */
function useStretch(
  list: { current: HTMLElement | null },
  { grid, rows }: { grid: Grid | null; rows: number },
): Stretch {
  const [stretch, setStretch] = useState<Stretch>({ from: 0, to: 0 });
  const rowPx = grid?.rowPx;
  useLayoutEffect(() => {
    if (rowPx === undefined) return;
    const look = () => {
      const above = -list.current!.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(above / rowPx) - SPARE_ROWS);
      const to = Math.min(rows, Math.ceil((above + innerHeight) / rowPx) + SPARE_ROWS);
      setStretch((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [list, rowPx, rows]);
  return stretch;
}

function useKeptInSight(
  list: { current: HTMLElement | null },
  { grid, current }: { grid: Grid | null; current: number | null },
): void {
  const newest = useRef(grid);
  newest.current = grid;
  useLayoutEffect(() => {
    if (current === null || !newest.current) return;
    const { columns, rowPx } = newest.current;
    const top = list.current!.getBoundingClientRect().top + Math.floor(current / columns) * rowPx;
    // Beside the bars at the page's upper and lower edge.
    const edgePx = 64;
    if (top < edgePx) scrollBy(0, top - edgePx);
    else if (top + rowPx > innerHeight - edgePx) scrollBy(0, top + rowPx - innerHeight + edgePx);
  }, [list, current]);
}
