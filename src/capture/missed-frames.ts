/** Frames are counted for so long before they are judged. */
export const WINDOW_MS = 30_000;
/** A hiccup now and then is not worth a word. */
const MIN_PART = 0.1;

/** How many of a live camera's frames its reader was too slow for, lately. */
export class MissedFrames {
  #sinceMs: number;
  #taken = 0;
  #droppedBefore = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /**
   * A frame was taken.
   * @param dropped frames that were dropped since the beginning
   * @returns the part of the frames that was missed, in steps of 0.1; 0 when it is less than that; null: not known yet
   */
  after(dropped: number, nowMs: number): number | null {
    this.#taken++;
    if (nowMs - this.#sinceMs < WINDOW_MS) return null;
    const missed = dropped - this.#droppedBefore;
    const part = missed / (missed + this.#taken);
    this.#sinceMs = nowMs;
    this.#taken = 0;
    this.#droppedBefore = dropped;
    return part < MIN_PART ? 0 : Math.round(part * 10) / 10;
  }
}
