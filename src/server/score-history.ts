import type { Score, ThresholdState } from '../rules/score.js';

/** What a page that opens now is shown of the past. */
export const HISTORY_MS = 5 * 60 * 1000;
/** Of all scores that fall into one such stretch only the highest is kept. */
const STEP_MS = 500;

/** The last minutes of one rule on one camera. */
export interface ScoreSeries {
  cameraId: string;
  ruleId: string;
  /** Of the newest score. */
  threshold: number;
  thresholdState: ThresholdState;
  /** `[atMs, score]`, oldest first; null: nothing was seen from here on, which is not a low score. */
  points: [atMs: number, score: number | null][];
}

/** The scores of the last five minutes, in memory: at most 600 points for each camera and rule. */
export class ScoreHistory {
  readonly #series = new Map<string, ScoreSeries>();

  add({ cameraId, ruleId, atMs, score, threshold, thresholdState }: Score): void {
    const key = `${cameraId}/${ruleId}`;
    const series = this.#series.get(key) ?? { cameraId, ruleId, threshold, thresholdState, points: [] };
    this.#series.set(key, series);
    series.threshold = threshold;
    series.thresholdState = thresholdState;
    const { points } = series;
    if (atMs < (points.at(-1)?.[0] ?? atMs)) points.length = 0; // the clock was set back
    const last = points.at(-1);
    if (last && last[1] !== null && Math.floor(last[0] / STEP_MS) === Math.floor(atMs / STEP_MS))
      last[1] = Math.max(last[1], score);
    else points.push([atMs, score]);
    while (points[0]![0] < atMs - HISTORY_MS) points.shift();
  }

  /** The camera sees nothing from now on. */
  addGap(cameraId: string): void {
    for (const { cameraId: id, points } of this.#series.values()) {
      const last = points.at(-1);
      if (id === cameraId && last && last[1] !== null) points.push([last[0] + 1, null]);
    }
  }

  /** Points at or after `sinceMs`; of one camera and one rule where they are given. */
  list({
    cameraId,
    ruleId,
    sinceMs,
  }: {
    cameraId?: string | undefined;
    ruleId?: string | undefined;
    sinceMs: number;
  }): ScoreSeries[] {
    return [...this.#series.values()]
      .filter((series) => cameraId === undefined || series.cameraId === cameraId)
      .filter((series) => ruleId === undefined || series.ruleId === ruleId)
      .map((series) => ({ ...series, points: series.points.filter(([atMs]) => atMs >= sinceMs) }));
  }

  /** Forgets rules that are gone. */
  keepRules(ruleIds: readonly string[]): void {
    for (const [key, { ruleId }] of this.#series) if (!ruleIds.includes(ruleId)) this.#series.delete(key);
  }
}
