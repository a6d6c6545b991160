import { useRef } from 'preact/hooks';
import type { Point } from '../../../shared/geometry.js';
import { formatPercent } from '../../format.js';
import { words } from '../../words.js';
import { fraction } from './draft.js';
import { type Region, withCorner } from './region.js';

const LEAST_CORNERS = 3;
const STEP = 0.01;
const LARGE_STEP = 0.05;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A corner of a region: dragged, or moved with the arrow keys; Enter adds one behind it, Delete takes it away. */
export function Handle({
  index,
  point: [x, y],
  region,
  set,
  pointAt,
}: {
  index: number;
  point: Point;
  region: Region;
  set: (next: Region) => void;
  pointAt: (event: PointerEvent) => Point;
}) {
  const isHeld = useRef(false);
  const move = (next: Point) => set(region.with(index, next));
  const press = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    const step = event.shiftKey ? LARGE_STEP : STEP;
    if (arrow) move([fraction(x + arrow[0] * step), fraction(y + arrow[1] * step)]);
    else if (event.key === 'Enter') set(withCorner(region, index));
    else if ((event.key === 'Delete' || event.key === 'Backspace') && region.length > LEAST_CORNERS)
      set(region.toSpliced(index, 1));
    else return;
    event.preventDefault();
  };
  return (
    <button
      type="button"
      class="handle"
      style={{ left: formatPart(x), top: formatPart(y) }}
      aria-label={words.studio.region.corner(index + 1, formatPercent(x), formatPercent(y))}
      title={words.studio.region.handleHint}
      onKeyDown={press}
      onPointerDown={(event) => {
        isHeld.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => isHeld.current && move(pointAt(event))}
      onPointerUp={() => {
        isHeld.current = false;
      }}
    />
  );
}

function formatPart(part: number): string {
  return `${100 * part}%`;
}
