/** Frames are counted for so long before they are judged. */
const WINDOW_MS = 60_000;
/** Less than this part of what was asked for is slow. */
const SLOW_PART = 0.5;

/** Whether a camera sends as many frames as were asked for. Those the machine had no time for count as sent. Pure. */
export class FrameRate {
  readonly #fps: number;
  #sinceMs: number | null = null;
  #sent = 0;
  #lastIndex = 0;
  #isSlow = false;

  /** @param fps frames a second that were asked for */
  constructor(fps: number) {
    this.#fps = fps;
  }

  /** A frame came. @param frameIndex counts all frames that the camera sent since it was opened */
  isSlow(frameIndex: number, atMs: number): boolean {
    this.#sinceMs ??= atMs;
    if (atMs > this.#sinceMs) this.#sent += Math.max(1, frameIndex - this.#lastIndex);
    this.#lastIndex = frameIndex;
    const elapsedMs = atMs - this.#sinceMs;
    // At very low rates a window holds a frame or two more or less by chance.
    if (elapsedMs < Math.max(WINDOW_MS, 10_000 / this.#fps)) return this.#isSlow;
    this.#isSlow = (1000 * this.#sent) / elapsedMs < SLOW_PART * this.#fps;
    this.#sinceMs = atMs;
    this.#sent = 0;
    return this.#isSlow;
  }

  /** There was a hole in the time: counting begins anew. */
  interrupt(): void {
    this.#sinceMs = null;
    this.#sent = 0;
  }
}
