import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { HISTORY_MS, type ScoreSeries } from '../../data/series.js';
import { nowMs } from '../../data/state.js';
import { Repainter } from '../../parts/repainter.js';

const HEIGHT_PX = 30;

/** The last minutes of a score; what is above the threshold has another colour. Nothing is drawn while out of sight. */
export function ScorePlot(props: { series: ScoreSeries; threshold: number; label: string }) {
  const { series, threshold, label } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<LinePlot | null>(null);
  useEffect(() => {
    plot.current = new LinePlot(host.current!, series);
    return () => plot.current?.destroy();
  }, [series]);
  useSignalEffect(() => {
    // Either moves the line: a new score, or the time that passes without one.
    void series.newest.value;
    void nowMs.value;
    plot.current?.draw();
  });
  useEffect(() => plot.current?.setThreshold(threshold), [threshold]);
  return <div ref={host} class="plot" role="img" aria-label={label} />;
}

class LinePlot {
  readonly #plot: uPlot;
  readonly #repainter: Repainter;
  readonly #colours: CSSStyleDeclaration;
  #threshold = 0;

  constructor(host: HTMLElement, series: ScoreSeries) {
    this.#colours = getComputedStyle(host);
    this.#plot = new uPlot(this.#options(host.clientWidth || 100), [[], []], host);
    this.#repainter = new Repainter(host, {
      paint: () => this.#plot.setData([series.atMs.map((atMs) => atMs / 1000), series.scores]),
      resize: (width) => this.#plot.setSize({ width, height: HEIGHT_PX }),
    });
  }

  setThreshold(threshold: number): void {
    this.#threshold = threshold;
    this.draw();
  }

  draw(): void {
    this.#repainter.ask();
  }

  destroy(): void {
    this.#repainter.stop();
    this.#plot.destroy();
  }

  #options(width: number): uPlot.Options {
    return {
      width,
      height: HEIGHT_PX,
      padding: [2, 0, 2, 0],
      cursor: { show: false },
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { range: () => [(nowMs.peek() - HISTORY_MS) / 1000, nowMs.peek() / 1000] },
        y: { range: (_plot, min, max) => this.#rangeWithThreshold(min, max) },
      },
      series: [{}, { width: 1.25, points: { show: false }, stroke: (plot) => this.#stroke(plot) }],
      hooks: { drawClear: [(plot) => this.#drawThreshold(plot)] },
    };
  }

  /** The threshold is always in view: a line means nothing without it. */
  #rangeWithThreshold(min: number | null, max: number | null): [number, number] {
    const low = Math.min(min ?? this.#threshold, this.#threshold);
    const high = Math.max(max ?? this.#threshold, this.#threshold);
    const margin = Math.max(0.5, (high - low) * 0.12);
    return [low - margin, high + margin];
  }

  #stroke(plot: uPlot): string | CanvasGradient {
    const [line, hit] = ['--line', '--hit'].map((name) => this.#colours.getPropertyValue(name));
    const { top, height } = plot.bbox;
    const share = (plot.valToPos(this.#threshold, 'y', true) - top) / height;
    if (!(share > 0 && share < 1)) return line!;
    const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
    gradient.addColorStop(share, hit!);
    gradient.addColorStop(share, line!);
    return gradient;
  }

  #drawThreshold({ ctx, bbox, valToPos }: uPlot): void {
    const y = Math.round(valToPos(this.#threshold, 'y', true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = this.#colours.getPropertyValue('--threshold');
    ctx.lineWidth = Math.max(1, Math.round(devicePixelRatio));
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}
