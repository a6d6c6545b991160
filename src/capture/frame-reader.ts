import type { Readable } from 'node:stream';

/** Cuts a stream of raw video into frames and gives each the time that was told for it. */
export class FrameReader {
  readonly #frameBytes: number;
  readonly #times: number[] = [];
  #wake: () => void = () => {};
  #ended = false;

  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  /** The next frame's presentation time, in order. */
  tell(seconds: number): void {
    this.#times.push(seconds);
    this.#wake();
  }

  /** No more times will be told. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Frames as they are complete. Reads no further than the consumer takes them; a torn last frame is left out. */
  async *read(stream: Readable): AsyncGenerator<{ data: Uint8Array; ptsMs: number }> {
    let frame = new Uint8Array(this.#frameBytes);
    let filled = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) {
        const take = Math.min(this.#frameBytes - filled, chunk.length - at);
        frame.set(chunk.subarray(at, at + take), filled);
        filled += take;
        at += take;
        if (filled < this.#frameBytes) continue;
        const seconds = await this.#nextTime();
        if (seconds === null) return;
        yield { data: frame, ptsMs: Math.round(seconds * 1000) };
        frame = new Uint8Array(this.#frameBytes);
        filled = 0;
      }
    }
  }

  /** Times and frames come through two pipes: the frame may be faster. */
  async #nextTime(): Promise<number | null> {
    while (this.#times.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#times.shift() ?? null;
  }
}
