import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { EventDetail } from '../../../server/api/past-schemas.js';
import type { Curve } from './curve-card.js';

const HEIGHT_PX = 200;

/** Scores over time with the threshold, the stretch of the event, and what was told of it as dots. */
export class CurvePlot {
  readonly #plot: uPlot;
  readonly #resize: ResizeObserver;
  readonly #colours: CSSStyleDeclaration;
  readonly #detail: EventDetail;

  constructor(host: HTMLElement, { curve, detail }: { curve: Curve; detail: EventDetail }) {
    this.#detail = detail;
    this.#colours = getComputedStyle(host);
    this.#plot = new uPlot(this.#options(host.clientWidth || 300, curve), dataOf(curve, detail), host);
    this.#resize = new ResizeObserver(() => {
      if (host.clientWidth > 0) this.#plot.setSize({ width: host.clientWidth, height: HEIGHT_PX });
    });
    this.#resize.observe(host);
  }

  destroy(): void {
    this.#resize.disconnect();
    this.#plot.destroy();
  }

  #options(width: number, { fromMs, toMs }: Curve): uPlot.Options {
    const axis = {
      stroke: () => this.#colours.color,
      grid: { stroke: () => this.#colours.borderTopColor, width: 1 },
      ticks: { show: false },
      font: `11px ${this.#colours.fontFamily}`,
    };
    return {
      ...{ width, height: HEIGHT_PX, padding: [8, 12, 0, 0], legend: { show: false } },
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      axes: [
        { ...axis, space: 110, size: 26, values: (_plot, times) => times.map((s) => clock(s * 1000)) },
        { ...axis, size: 36 },
      ],
      scales: { x: { time: true, range: [fromMs / 1000, toMs / 1000] } },
      series: [
        {},
        { stroke: () => this.#colour('--line'), width: 1.5, points: { show: false }, spanGaps: false },
        { stroke: () => this.#colour('--threshold'), width: 1.5, dash: [5, 4], points: { show: false } },
        {
          stroke: () => this.#colour('--hit'),
          width: 0,
          spanGaps: false,
          points: { show: true, size: 8, fill: () => this.#colour('--hit') },
          paths: () => null,
        },
      ],
      hooks: { drawClear: [(plot) => this.#drawEvent(plot)] },
    };
  }

  #colour(name: string): string {
    return this.#colours.getPropertyValue(name);
  }

  #drawEvent({ ctx, bbox, valToPos }: uPlot): void {
    const { event, phases } = this.#detail;
    const endMs = event.endedAtMs ?? phases.at(-1)?.atMs ?? event.atMs;
    const left = valToPos(event.startedAtMs / 1000, 'x', true);
    const right = Math.max(left + 2, valToPos(endMs / 1000, 'x', true));
    ctx.save();
    ctx.fillStyle = this.#colour('--hit');
    ctx.globalAlpha = 0.14;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.restore();
  }
}

/** Columns: time, score, threshold, and the event's own scores where something was told of it. */
function dataOf({ points, fromMs, toMs }: Curve, { phases, event }: EventDetail): uPlot.AlignedData {
  const line = points.map(([atMs, score, threshold]) => ({ atMs, score, threshold, told: null }));
  const told = phases
    .filter(({ phase, atMs }) => phase !== 'end' && atMs >= fromMs && atMs < toMs)
    .map(({ atMs, score }) => ({ atMs, score: undefined, threshold: undefined, told: score }));
  const ends = [fromMs, toMs].map((atMs) => ({
    ...{ atMs, score: undefined, threshold: event.threshold, told: null },
  }));
  const hasThreshold = line.some(({ threshold }) => threshold !== null);
  const rows = [...line, ...told, ...(hasThreshold ? [] : ends)].sort((a, b) => a.atMs - b.atMs);
  // To uPlot, undefined is no gap and null is one.
  return [
    rows.map(({ atMs }) => atMs / 1000),
    rows.map(({ score }) => score),
    rows.map(({ threshold }) => threshold ?? undefined),
    rows.map(({ told: score }) => score),
  ];
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
function clock(atMs: number): string {
  return timeOfDay.format(atMs);
}
