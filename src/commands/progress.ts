import { probe } from '../capture/index.js';
import type { CaptureSource } from '../capture/source.js';
import { formatDuration, type Output } from './output.js';

/** A line on stderr that says how far a pass over footage is: redrawn on a terminal, else written once at the end. */
export class Progress {
  /** Told behind how far it is. */
  readonly #told: () => string;
  readonly #source: CaptureSource;
  readonly #output: Output;
  readonly #startedMs = performance.now();
  #durationMs: number | null = null;
  #ptsMs = 0;
  #drawnMs = 0;

  constructor(source: CaptureSource, { output, told }: { output: Output; told: () => string }) {
    this.#source = source;
    this.#output = output;
    this.#told = told;
  }

  async start(): Promise<void> {
    this.#durationMs = (await probe(this.#source)).durationMs;
  }

  at(ptsMs: number): void {
    this.#ptsMs = ptsMs;
    const nowMs = performance.now();
    if (!this.#output.isTerminal || nowMs - this.#drawnMs < 200) return;
    this.#drawnMs = nowMs;
    this.#output.stderr(`\r\x1b[K${this.#describe()}`);
  }

  clear(): void {
    if (this.#output.isTerminal) this.#output.stderr('\r\x1b[K');
  }

  finish(): void {
    this.clear();
    this.#output.stderr(`${this.#describe()}\n`);
  }

  #describe(): string {
    const speed = this.#ptsMs / Math.max(1, performance.now() - this.#startedMs);
    const total = this.#durationMs === null ? '' : ` of ${formatDuration(this.#durationMs)}`;
    return `${this.#source.cameraId}: ${formatDuration(this.#ptsMs)}${total}, ${speed.toFixed(1)}× real time, ${this.#told()}`;
  }
}
