/** What {@link Repainter} does to what is painted. */
interface Painting {
  paint: () => void;
  /** The box has another width, more than 0. */
  resize: (widthPx: number) => void;
}

/**
 * Paints in a box only while it is in sight and part of the page, and at most once for each picture of the screen, however often
 * it is asked.
 */
export class Repainter {
  readonly #resize: ResizeObserver;
  readonly #sight: IntersectionObserver;
  readonly #host: HTMLElement;
  readonly #paint: () => void;
  #isInSight = false;
  #isAsked = false;

  constructor(host: HTMLElement, { paint, resize }: Painting) {
    this.#host = host;
    this.#paint = paint;
    this.#resize = new ResizeObserver(() => {
      if (host.clientWidth > 0) resize(host.clientWidth);
    });
    this.#resize.observe(host);
    this.#sight = new IntersectionObserver((entries) => {
      this.#isInSight = entries.at(-1)!.isIntersecting;
      this.ask();
    });
    this.#sight.observe(host);
  }

  /** What is painted is not true any more. */
  ask(): void {
    if (!this.#isInSight || this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      // Of a view that was left meanwhile there is nothing to see, not even colours.
      if (this.#host.isConnected) this.#paint();
    });
  }

  stop(): void {
    this.#resize.disconnect();
    this.#sight.disconnect();
  }
}
