import uPlot from 'uplot';
import { Repainter } from './repainter.js';
import { tickLabels } from './time-ticks.js';

/** A line over time. */
export interface PlotLine {
  label: string;
  /** A colour of style.css: `--line`. */
  colour: string;
  /** One for each time; null: nothing is known, and the line has a gap. */
  values: readonly (number | null)[];
  widthPx?: number;
  /** 0 … 1. */
  opacity?: number;
  /** Lengths of strokes and gaps. */
  dash?: readonly number[];
  /** Steps from value to value instead of slopes. */
  stepped?: boolean;
  /** Only points, where there are values. */
  dots?: boolean;
}

/** A stretch of time that has a ground of its own. */
export interface PlotBand {
  fromMs: number;
  toMs: number;
  colour: string;
  /** 0 … 1. */
  opacity: number;
}

/** What is drawn. */
export interface PlotContent {
  /** Milliseconds since the epoch, rising. */
  atMs: readonly number[];
  lines: readonly PlotLine[];
  bands: readonly PlotBand[];
  fromMs: number;
  toMs: number;
  /** A value that must be in view, such as a threshold; null: none. */
  mustShow: number | null;
}

/** What somebody does with a plot. */
interface PlotActions {
  /** A stretch of time was marked. */
  onSelect: (fromMs: number, toMs: number) => void;
  onDoubleClick: () => void;
  /** The pointer is at one of the times; null: it is nowhere. */
  onPoint: (index: number | null) => void;
}

/** Room beside the lines, in CSS pixels: what stands above or below them can be as wide. */
export const PLOT_LEFT_PX = 40;
export const PLOT_RIGHT_PX = 10;
const LEAST_DRAG_PX = 6;

/**
 * uPlot in a box: as wide as it is, in the colours of the page.
 */
export class PlotCanvas {
  readonly #host: HTMLElement;
  readonly #actions: () => PlotActions;
  readonly #heightPx: number;
  readonly #repainter: Repainter;
  /** Asked for colours: only of an element's own style is a `light-dark(…)` worked out. */
  readonly #probe: HTMLElement;
  #content: PlotContent | null = null;
  #plot: uPlot | null = null;
  #shape = '';
  #isPointing = false;

  /** @param actions asked for at each action */
  constructor(host: HTMLElement, { heightPx, actions }: { heightPx: number; actions: () => PlotActions }) {
    this.#host = host;
    this.#heightPx = heightPx;
    this.#actions = actions;
    this.#probe = document.createElement('i');
    this.#probe.hidden = true;
    host.append(this.#probe);
    this.#repainter = new Repainter(host, {
      paint: () => this.#content && this.#draw(this.#content),
      resize: (width) => this.#plot?.setSize({ width, height: heightPx }),
    });
  }

  show(content: PlotContent): void {
    this.#content = content;
    this.#repainter.ask();
  }

  /** Points at one of the times, as the pointer does; null: at none. */
  pointAt(index: number | null): void {
    const plot = this.#plot;
    if (!plot) return;
    this.#isPointing = true;
    const left = index === null ? -10 : plot.valToPos(plot.data[0][index]!, 'x');
    plot.setCursor({ left, top: index === null ? -10 : plot.over.clientHeight / 2 });
    this.#isPointing = false;
  }

  /** Draws anew: the colours are others. */
  recolour(): void {
    this.#shape = '';
    this.#repainter.ask();
  }

  destroy(): void {
    this.#repainter.stop();
    this.#plot?.destroy();
    this.#probe.remove();
  }

  #draw({ atMs, lines, fromMs, toMs }: PlotContent): void {
    const data = [atMs.map((at) => at / 1000), ...lines.map(({ values }) => values)] as uPlot.AlignedData;
    // Lines that look otherwise are another plot; values and times of the same lines are not.
    const shape = JSON.stringify(lines.map(({ values: _, ...line }) => line));
    if (!this.#plot || shape !== this.#shape) {
      this.#plot?.destroy();
      this.#shape = shape;
      this.#plot = new uPlot(this.#options(lines), data, this.#host);
    } else this.#plot.setData(data, false);
    this.#plot.setScale('x', { min: fromMs / 1000, max: toMs / 1000 });
  }

  #options(lines: readonly PlotLine[]): uPlot.Options {
    const axis = {
      stroke: () => this.#colour('--soft'),
      grid: { stroke: () => this.#colour('--edge'), width: 1 },
      ticks: { show: false },
      font: `${11 * textScale()}px system-ui, sans-serif`,
    };
    return {
      width: this.#host.clientWidth || 300,
      height: this.#heightPx,
      padding: [8, PLOT_RIGHT_PX, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 6 },
        drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG_PX },
        bind: {
          dblclick: () => () => {
            this.#actions().onDoubleClick();
            return null;
          },
        },
      },
      scales: { x: { time: true, auto: false }, y: { range: (_plot, min, max) => this.#range(min, max) } },
      axes: [
        { ...axis, size: 24, gap: 4, space: 70, values: tickLabels },
        { ...axis, size: PLOT_LEFT_PX, gap: 4, space: 28 },
      ],
      series: [{}, ...lines.map((line) => this.#series(line))],
      hooks: {
        drawClear: [(plot) => this.#drawBands(plot)],
        setSelect: [(plot) => this.#selected(plot)],
        setCursor: [
          ({ cursor }) => {
            if (!this.#isPointing) this.#actions().onPoint(cursor.left! < 0 ? null : (cursor.idx ?? null));
          },
        ],
      },
    };
  }

  #series({ label, colour, widthPx = 1.25, opacity = 1, dash, stepped, dots }: PlotLine): uPlot.Series {
    const stroke = this.#colour(colour);
    return {
      ...{ label, stroke, spanGaps: false, alpha: opacity },
      width: dots ? 0 : widthPx,
      ...(dash ? { dash: [...dash] } : {}),
      ...(stepped ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
      // A value with gaps on both sides would not be seen.
      points: dots
        ? { show: true, size: 5, fill: stroke, stroke }
        : { show: true, size: 3, fill: stroke, stroke, filter: aloneOnly },
    };
  }

  #range(min: number | null, max: number | null): [number, number] {
    const must = this.#content?.mustShow ?? null;
    const values = [min, max, must].filter((value) => value !== null && Number.isFinite(value)) as number[];
    if (values.length === 0) return [0, 1];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = Math.max(0.5, (high - low) * 0.08);
    return [low - room, high + room];
  }

  #drawBands({ ctx, bbox, valToPos }: uPlot): void {
    ctx.save();
    for (const { fromMs, toMs, colour, opacity } of this.#content?.bands ?? []) {
      const from = Math.max(bbox.left, valToPos(fromMs / 1000, 'x', true));
      const to = Math.min(bbox.left + bbox.width, valToPos(toMs / 1000, 'x', true));
      if (to <= from) continue;
      ctx.globalAlpha = opacity;
      ctx.fillStyle = this.#colour(colour);
      ctx.fillRect(from, bbox.top, Math.max(1, to - from), bbox.height);
    }
    ctx.restore();
  }

  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < LEAST_DRAG_PX) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const atMs = (px: number) => Math.round(plot.posToVal(px, 'x') * 1000);
    this.#actions().onSelect(atMs(left), atMs(left + width));
  }

  #colour(name: string): string {
    this.#probe.style.color = `var(${name})`;
    return getComputedStyle(this.#probe).color;
  }
}

/** Of the points of a series those that no line reaches. */
function aloneOnly(plot: uPlot, series: number): number[] {
  const values = plot.data[series]!;
  const found: number[] = [];
  for (let i = 0; i < values.length; i++)
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) found.push(i);
  return found;
}

/** How much larger than usual the page's writing is. */
export function textScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 13;
}
