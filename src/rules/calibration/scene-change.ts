/** A tile counts as shifted when it is so many scales from its baseline, up or down. */
const SHIFTED = 3;
/** Most of the tiles, over all rules: an event fills a few, a moved camera or a dirty lens nearly all. */
const MOST = 0.5;
/** So long: rain, a lorry in front of the lens or headlights are over by then. A baseline follows in half an hour. */
const LASTING_MS = 10 * 60_000;
/** Frames in which fewer are shifted count twice against it. */
const RECOVERY = 2;
/** A longer gap between two frames is no footage. */
const MAX_GAP_MS = 30_000;

/**
 * Tells when a camera no longer shows what its calibrations know: moved, dirty, out of focus. Fed with the y of all
 * tiles and rules. Half or more of them at |y| ≥ 3 for ten minutes, short lapses allowed, are a scene change. Not so one
 * event, a new light regime, which has its own baselines, or a slow drift, which baselines follow. Pure.
 */
export class SceneChangeDetector {
  #shiftedMs = 0;
  #lastMs: number | null = null;

  /**
   * @param tileScores y of every tile, one array a rule; NaN: no baseline yet
   * @returns true once a change: calibrations of this camera start again
   */
  observe(atMs: number, tileScores: readonly Float32Array[]): boolean {
    const elapsedMs = this.#lastMs === null ? 0 : Math.max(0, atMs - this.#lastMs);
    this.#lastMs = atMs;
    if (elapsedMs > MAX_GAP_MS) return false;
    let known = 0;
    let shifted = 0;
    for (const scores of tileScores) {
      for (let i = 0; i < scores.length; i++) {
        if (Number.isNaN(scores[i]!)) continue;
        known++;
        if (Math.abs(scores[i]!) >= SHIFTED) shifted++;
      }
    }
    if (known === 0) return false;
    const isShifted = shifted >= MOST * known;
    this.#shiftedMs = Math.max(0, this.#shiftedMs + (isShifted ? elapsedMs : -RECOVERY * elapsedMs));
    if (this.#shiftedMs < LASTING_MS) return false;
    this.#shiftedMs = 0;
    return true;
  }
}
