// Small plots for reports, as SVG text: no library, no script, nothing to load.

const WIDTH = 460;
const HEIGHT = 320;
const MARGIN = { left: 58, right: 14, top: 14, bottom: 44 };
export const COLOURS = ['#3574d6', '#d9822b', '#2a9d62', '#b0427a', '#6b6f76'] as const;

/** One axis. A logarithmic one has from > 0. */
export interface Axis {
  label: string;
  from: number;
  to: number;
  log?: boolean;
  ticks: readonly number[];
}

/** What a plot shows. Points outside of the axes stand at their border. */
export type Mark =
  | { kind: 'points'; points: readonly (readonly [number, number])[]; colour: string }
  | { kind: 'line'; points: readonly (readonly [number, number])[]; colour: string; dashed?: boolean }
  /** Bars from the bottom, each from x0 to x1. */
  | { kind: 'bars'; bars: readonly { x0: number; x1: number; y: number }[]; colour: string }
  /** A thick line from x0 to x1: a stretch of time. */
  | { kind: 'band'; x0: number; x1: number; y: number; colour: string };

/** Round numbers from one end of an axis to the other, at most so many. */
export function roundTicks(from: number, to: number, most = 6): number[] {
  const rough = Math.max(to - from, Number.EPSILON) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Text that is safe between tags and in quoted attributes. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A plot as an SVG element. */
export function plot({
  title,
  x,
  y,
  marks,
}: {
  title: string;
  x: Axis;
  y: Axis;
  marks: readonly Mark[];
}): string {
  const px = scale(x, MARGIN.left, WIDTH - MARGIN.right);
  const py = scale(y, HEIGHT - MARGIN.bottom, MARGIN.top);
  const parts = [
    ...gridX(x, px),
    ...gridY(y, py),
    ...marks.map((mark) => draw(mark, { px, py, bottom: y.from })),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">${parts.join('')}</svg>`;
}

type Scale = (value: number) => number;

function scale({ from, to, log }: Axis, pixelFrom: number, pixelTo: number): Scale {
  const place = (value: number) =>
    log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return (value) => {
    const part = Math.min(1, Math.max(0, place(log ? Math.max(value, from) : value)));
    return Math.round(10 * (pixelFrom + part * (pixelTo - pixelFrom))) / 10;
  };
}

function gridX({ label, ticks }: Axis, px: Scale): string[] {
  const bottom = HEIGHT - MARGIN.bottom;
  return [
    ...ticks.map(
      (tick) =>
        `<line class="grid" x1="${px(tick)}" x2="${px(tick)}" y1="${MARGIN.top}" y2="${bottom}"/>` +
        `<text x="${px(tick)}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`,
    ),
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(label)}</text>`,
  ];
}

function gridY({ label, ticks }: Axis, py: Scale): string[] {
  const middle = (MARGIN.top + HEIGHT - MARGIN.bottom) / 2;
  return [
    ...ticks.map(
      (tick) =>
        `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${py(tick)}" y2="${py(tick)}"/>` +
        `<text x="${MARGIN.left - 6}" y="${py(tick) + 4}" text-anchor="end">${tick}</text>`,
    ),
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escapeText(label)}</text>`,
  ];
}

function draw(mark: Mark, { px, py, bottom }: { px: Scale; py: Scale; bottom: number }): string {
  const colour = escapeText(mark.colour);
  if (mark.kind === 'points') {
    return mark.points
      .map(([x, y]) => `<circle cx="${px(x)}" cy="${py(y)}" r="3.2" fill="${colour}" fill-opacity="0.6"/>`)
      .join('');
  }
  if (mark.kind === 'line') {
    const points = mark.points.map(([x, y]) => `${px(x)},${py(y)}`).join(' ');
    const dash = mark.dashed ? ' stroke-dasharray="5 4"' : '';
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.6"${dash}/>`;
  }
  if (mark.kind === 'band') {
    const y = py(mark.y);
    return `<line x1="${px(mark.x0)}" x2="${px(mark.x1)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="6"/>`;
  }
  return mark.bars
    .map(({ x0, x1, y }) => {
      const left = px(x0) + 1;
      return `<rect x="${left}" y="${py(y)}" width="${Math.max(1, px(x1) - left - 1)}" height="${py(bottom) - py(y)}" fill="${colour}"/>`;
    })
    .join('');
}
