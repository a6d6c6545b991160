import { signal } from '@preact/signals';

/** How much of the past a line shows. */
export const HISTORY_MS = 120_000;
/** Old points are thrown away in portions: taking one off the front of an array with every new one is dear. */
const SPARE_POINTS = 100;
/** A point that is so much older than the last one means that the clock was set back. */
const SET_BACK_MS = 2_000;

/** A score and what it is measured against. */
interface ScorePoint {
  atMs: number;
  score: number;
  threshold: number;
}

/** The last minutes of one rule on one camera, oldest first, and whoever reads `newest` is told of new points. */
export class ScoreSeries {
  readonly newest = signal<ScorePoint | null>(null);
  readonly atMs: number[] = [];
  /** null: nothing was seen from here on, which is not a low score. */
  readonly scores: (number | null)[] = [];

  add(point: ScorePoint): void {
    const lastMs = this.atMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (point.atMs < lastMs - SET_BACK_MS) this.clear();
    else if (point.atMs <= lastMs) return; // known from the past that was loaded
    this.#push(point.atMs, point.score);
    this.newest.value = point;
  }

  /** The camera sees nothing from now on. */
  addGap(): void {
    const lastMs = this.atMs.at(-1);
    if (lastMs !== undefined && this.scores.at(-1) !== null) this.#push(lastMs + 1, null);
    this.newest.value = null;
  }

  /** Puts points in front that are older than all there are. */
  addPast(points: readonly (readonly [atMs: number, score: number | null])[]): void {
    const firstMs = this.atMs[0] ?? Number.POSITIVE_INFINITY;
    const older = points.filter(([atMs]) => atMs < firstMs);
    this.atMs.unshift(...older.map(([atMs]) => atMs));
    this.scores.unshift(...older.map(([, score]) => score));
  }

  clear(): void {
    this.atMs.length = 0;
    this.scores.length = 0;
  }

  #push(atMs: number, score: number | null): void {
    this.atMs.push(atMs);
    this.scores.push(score);
    const old = this.atMs.findIndex((pointMs) => pointMs >= atMs - HISTORY_MS);
    if (old < SPARE_POINTS) return;
    this.atMs.splice(0, old - 1);
    this.scores.splice(0, old - 1);
  }
}

const all = new Map<string, ScoreSeries>();

/** The series of a rule on a camera; made when it is first asked for. */
export function seriesOf({ cameraId, ruleId }: { cameraId: string; ruleId: string }): ScoreSeries {
  const key = `${cameraId}/${ruleId}`;
  const series = all.get(key) ?? new ScoreSeries();
  all.set(key, series);
  return series;
}

/** All series of a camera. */
export function seriesOfCamera(cameraId: string): ScoreSeries[] {
  return [...all].filter(([key]) => key.startsWith(`${cameraId}/`)).map(([, series]) => series);
}

/** Empties all series: what they show is of another time than what comes now. */
export function clearSeries(): void {
  for (const series of all.values()) series.clear();
}
