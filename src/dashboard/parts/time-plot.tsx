import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { settings } from '../data/settings.js';
import { PlotCanvas, type PlotContent } from './plot-canvas.js';

export type { PlotBand, PlotLine } from './plot-canvas.js';
export { PLOT_LEFT_PX, PLOT_RIGHT_PX, textScale } from './plot-canvas.js';

/** Part of what is shown that a key goes on by. */
const PAN = 0.25;
/** Of the times, so many does an arrow with Shift go on by. */
const FAR = 10;

/** What {@link TimePlot} shows, and what becomes of what somebody does with it. */
interface TimePlotProps extends PlotContent {
  /** Name for screen readers, with the keys. */
  label: string;
  heightPx: number;
  /** The time that is pointed at, by pointer or keys; null: none is. */
  pointedMs: number | null;
  onPoint: (atMs: number | null) => void;
  /** Another stretch of time is asked for: by dragging, or by + and −. Left out: nobody can. */
  onRange?: (fromMs: number, toMs: number) => void;
  /** Back to what was shown before: by a double click or Escape. @returns false: there was nothing */
  onBack?: () => unknown;
}

/** Lines over time. Keys: arrows point (with Shift farther), Home and End, + and − zoom, PageUp and PageDown pan, Escape goes back. */
export function TimePlot({
  label,
  heightPx,
  pointedMs,
  onPoint,
  onRange,
  onBack,
  ...content
}: TimePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<PlotCanvas | null>(null);
  const { atMs } = content;
  const pointed = pointedMs === null ? null : indexAt(atMs, pointedMs);
  const point = (index: number | null) => onPoint(index === null ? null : (atMs[index] ?? null));
  const newest = { onPoint: point, onSelect: onRange ?? (() => {}), onDoubleClick: () => void onBack?.() };
  const actions = useRef(newest);
  actions.current = newest;
  useEffect(() => {
    const made = new PlotCanvas(host.current!, { heightPx, actions: () => actions.current });
    canvas.current = made;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const recolour = () => made.recolour();
    system.addEventListener('change', recolour);
    return () => {
      system.removeEventListener('change', recolour);
      made.destroy();
    };
  }, [heightPx]);
  useSignalEffect(() => {
    void settings.value.theme;
    canvas.current?.recolour();
  });
  useEffect(() => canvas.current?.show(content));
  useEffect(() => canvas.current?.pointAt(pointed), [pointed]);

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const act = keysOf({ content, pointed, onPoint: point, onRange, onBack })[event.key];
    if (!act || act(event.shiftKey) === false) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={host}
      class="time-plot"
      role="application"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it has keys of its own
      tabIndex={0}
      onKeyDown={press}
      onBlur={() => onPoint(null)}
      style={{ height: `${heightPx}px` }}
    />
  );
}

/** Index of the last time that is not after a moment; null: all are. Of what is nowhere near, there is none either. */
export function indexAt(atMs: readonly number[], momentMs: number): number | null {
  const index = atMs.findLastIndex((at) => at <= momentMs);
  return index === -1 || (index === atMs.length - 1 && atMs[index]! < momentMs) ? null : index;
}

function keysOf({
  content: { atMs, fromMs, toMs },
  pointed,
  onPoint,
  onRange,
  onBack,
}: {
  content: PlotContent;
  /** Index of the time that is pointed at. */
  pointed: number | null;
  onPoint: (index: number | null) => void;
  onRange: TimePlotProps['onRange'];
  onBack: TimePlotProps['onBack'];
}): Record<string, (isFar: boolean) => unknown> {
  const last = atMs.length - 1;
  const step = (by: number) => {
    if (last >= 0) onPoint(Math.min(last, Math.max(0, (pointed ?? (by < 0 ? last + 1 : -1)) + by)));
  };
  const lengthMs = toMs - fromMs;
  const centreMs = pointed === null ? (fromMs + toMs) / 2 : atMs[pointed]!;
  const zoom = (factor: number) => {
    const from = Math.round(centreMs - (centreMs - fromMs) * factor);
    onRange?.(from, Math.round(from + lengthMs * factor));
  };
  const pan = (by: number) => onRange?.(Math.round(fromMs + by * lengthMs), Math.round(toMs + by * lengthMs));
  return {
    ArrowLeft: (isFar) => step(isFar ? -FAR : -1),
    ArrowRight: (isFar) => step(isFar ? FAR : 1),
    Home: () => onPoint(last < 0 ? null : 0),
    End: () => onPoint(last < 0 ? null : last),
    '+': () => zoom(0.5),
    '-': () => zoom(2),
    PageUp: () => pan(-PAN),
    PageDown: () => pan(PAN),
    Escape: () => (pointed === null ? (onBack?.() ?? false) : onPoint(null)),
  };
}
