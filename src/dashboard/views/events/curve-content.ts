import type { EventDetail, ScorePoint } from '../../../server/api/past-schemas.js';
import type { PlotContent } from '../../parts/plot-canvas.js';
import { words } from '../../words.js';

/** A phase is drawn at the frame that is nearest to it; farther away there is none. */
const NEAR_MS = 3_000;

/** What `/api/past/events/ID/curve` answers. */
export interface Curve {
  fromMs: number;
  toMs: number;
  points: ScorePoint[];
}

/** Scores over time with the threshold, the stretch of the event, and its start and updates as dots. */
export function curveContent({ points, fromMs, toMs }: Curve, { event, phases }: EventDetail): PlotContent {
  const text = words.history.lines;
  const dots: (number | null)[] = points.map(() => null);
  for (const { phase, atMs, score } of phases) {
    if (phase === 'end') continue;
    const near = nearest(points, atMs);
    if (near !== null) dots[near] = score;
  }
  const endMs = event.endedAtMs ?? phases.at(-1)?.atMs ?? event.atMs;
  return {
    atMs: points.map(([atMs]) => atMs),
    lines: [
      { label: text.score, colour: '--line', widthPx: 1.5, values: points.map(([, score]) => score) },
      {
        ...{ label: text.threshold, colour: '--threshold', dash: [5, 4], stepped: true },
        values: points.map(([, , threshold]) => threshold),
      },
      { label: text.told, colour: '--hit', dots: true, values: dots },
    ],
    bands: [{ fromMs: event.startedAtMs, toMs: endMs, colour: '--hit', opacity: 0.14 }],
    ...{ fromMs, toMs, mustShow: event.threshold },
  };
}

/** Place of the point with a score that is nearest to a moment; null: none is near. */
function nearest(points: readonly ScorePoint[], momentMs: number): number | null {
  let best: number | null = null;
  let bestMs = NEAR_MS;
  for (const [place, [atMs, score]] of points.entries()) {
    const awayMs = Math.abs(atMs - momentMs);
    if (score === null || awayMs > bestMs) continue;
    [best, bestMs] = [place, awayMs];
  }
  return best;
}
