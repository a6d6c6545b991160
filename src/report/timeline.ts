import { COLOURS, escapeText } from './svg.js';

const WIDTH = 1000;
const LABEL_WIDTH = 170;
const LANE_HEIGHT = 24;
const TOP = 8;
const AXIS_HEIGHT = 26;
/** Of a line that says when; it must not be wider than its text. */
const TICKS = 5;

/** A stretch of a lane. */
export interface TimelineMark {
  fromMs: number;
  toMs: number;
  colour: string;
  /** Shown where the mouse rests. */
  title: string;
}

/** One row of a timeline. */
export interface TimelineLane {
  label: string;
  marks: readonly TimelineMark[];
  /** Stretches of which nothing is known: hatched. */
  gaps: readonly { fromMs: number; toMs: number; title: string }[];
}

/** What {@link timeline} draws. */
export interface TimelineOptions {
  title: string;
  fromMs: number;
  toMs: number;
  lanes: readonly TimelineLane[];
  /** A time as text. */
  timeText: (atMs: number) => string;
}

/** Lanes over time as an SVG element. */
export function timeline({ title, fromMs, toMs, lanes, timeText }: TimelineOptions): string {
  const span = Math.max(1, toMs - fromMs);
  const px = (atMs: number) => {
    const part = Math.min(1, Math.max(0, (atMs - fromMs) / span));
    return Math.round(10 * (LABEL_WIDTH + part * (WIDTH - LABEL_WIDTH - 10))) / 10;
  };
  const height = TOP + lanes.length * LANE_HEIGHT + AXIS_HEIGHT;
  const parts = [
    ...ticks({ fromMs, span, px, bottom: height - AXIS_HEIGHT, timeText }),
    ...lanes.map((lane, row) => drawLane(lane, { y: TOP + row * LANE_HEIGHT, px })),
  ];
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">` +
    '<defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
    `<line x1="0" y1="0" x2="0" y2="6" stroke="${COLOURS[4]}" stroke-width="2"/></pattern></defs>${parts.join('')}</svg>`
  );
}

function drawLane(
  { label, marks, gaps }: TimelineLane,
  { y, px }: { y: number; px: (atMs: number) => number },
): string {
  const rect = (
    { fromMs, toMs, title }: Pick<TimelineMark, 'fromMs' | 'toMs' | 'title'>,
    { fill, least }: { fill: string; least: number },
  ) => {
    const width = Math.max(least, px(toMs) - px(fromMs)).toFixed(1);
    return `<rect x="${px(fromMs)}" y="${y + 3}" width="${width}" height="${LANE_HEIGHT - 8}" fill="${escapeText(fill)}"><title>${escapeText(title)}</title></rect>`;
  };
  return (
    `<text x="${LABEL_WIDTH - 8}" y="${y + 15}" text-anchor="end">${escapeText(label)}</text>` +
    `<line class="grid" x1="${LABEL_WIDTH}" x2="${WIDTH - 10}" y1="${y + LANE_HEIGHT - 3}" y2="${y + LANE_HEIGHT - 3}"/>` +
    gaps.map((gap) => rect(gap, { fill: 'url(#gap)', least: 1 })).join('') +
    // However short an event is, it is to be seen.
    marks.map((mark) => rect(mark, { fill: mark.colour, least: 3 })).join('')
  );
}

function ticks({
  fromMs,
  span,
  px,
  bottom,
  timeText,
}: {
  fromMs: number;
  span: number;
  px: (atMs: number) => number;
  bottom: number;
  timeText: (atMs: number) => string;
}): string[] {
  return Array.from({ length: TICKS }, (_, i) => {
    const atMs = fromMs + (span * i) / (TICKS - 1);
    const anchor = i === 0 ? 'start' : i === TICKS - 1 ? 'end' : 'middle';
    return (
      `<line class="grid" x1="${px(atMs)}" x2="${px(atMs)}" y1="${TOP}" y2="${bottom}"/>` +
      `<text x="${px(atMs)}" y="${bottom + 16}" text-anchor="${anchor}">${escapeText(timeText(atMs))}</text>`
    );
  });
}
