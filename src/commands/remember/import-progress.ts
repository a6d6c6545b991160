import { formatDuration, type Output } from '../output.js';

/** How often it is told where nothing can be redrawn. */
const LINE_PERIOD_MS = 60_000;
const REDRAW_PERIOD_MS = 200;

/** What became of recordings. */
export interface ImportCounts {
  indexed: number;
  /** Were indexed before. */
  known: number;
  /** Have the same content as another one. */
  duplicates: number;
  /** Show times that are remembered already. */
  covered: number;
  failed: number;
}

/** Says on stderr how far the indexing of recordings is: redrawn on a terminal, else a line a minute. */
export class ImportProgress {
  readonly #output: Output;
  readonly #counts: ImportCounts;
  readonly #files: number;
  readonly #startedMs = performance.now();
  /** Of files that need not be looked at any more, and of those among them that took time. */
  #bytesLeft: number;
  #bytesRead = 0;
  #footageMs = 0;
  #current = { bytes: 0, durationMs: 0, ptsMs: 0 };
  #toldMs = performance.now();

  constructor(
    files: readonly { bytes: number }[],
    { output, counts }: { output: Output; counts: ImportCounts },
  ) {
    this.#files = files.length;
    this.#bytesLeft = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#output = output;
    this.#counts = counts;
  }

  /** Footage that was looked at, milliseconds. */
  get footageMs(): number {
    return this.#footageMs + this.#current.ptsMs;
  }

  /** A file is read. */
  begin(bytes: number, durationMs: number | null): void {
    this.#current = { bytes, durationMs: durationMs ?? 0, ptsMs: 0 };
  }

  at(ptsMs: number): void {
    this.#current.ptsMs = ptsMs;
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < (this.#output.isTerminal ? REDRAW_PERIOD_MS : LINE_PERIOD_MS)) return;
    this.#toldMs = nowMs;
    this.#output.stderr(this.#output.isTerminal ? `\r\x1b[K${this.#describe()}` : `${this.#describe()}\n`);
  }

  /** A file is over. */
  end(bytes: number): void {
    this.#footageMs += this.#current.ptsMs;
    this.#bytesRead += this.#current.bytes;
    this.#bytesLeft -= bytes;
    this.#current = { bytes: 0, durationMs: 0, ptsMs: 0 };
  }

  /** Before something else is written to the terminal. */
  clear(): void {
    if (this.#output.isTerminal) this.#output.stderr('\r\x1b[K');
  }

  finish(): void {
    this.clear();
    this.#output.stderr(`${this.#describe()}\n`);
  }

  #describe(): string {
    const { indexed, known, duplicates, covered, failed } = this.#counts;
    const elapsedMs = performance.now() - this.#startedMs;
    const others = [
      ...(known > 0 ? [`${known} known`] : []),
      ...(duplicates > 0 ? [`${duplicates} duplicate${duplicates === 1 ? '' : 's'}`] : []),
      ...(covered > 0 ? [`${covered} covered`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
    ];
    const leftMs = this.#leftMs(elapsedMs);
    return [
      `${indexed + known + duplicates + covered + failed} of ${this.#files} files`,
      `${formatDuration(this.footageMs)} of footage, ${(this.footageMs / elapsedMs).toFixed(1)}× real time`,
      ...others,
      ...(leftMs === null ? [] : [`about ${formatDuration(leftMs)} left`]),
    ].join(', ');
  }

  /** As long as the bytes that are left take at the pace so far; null: not known, or there are none. */
  #leftMs(elapsedMs: number): number | null {
    const { bytes, durationMs, ptsMs } = this.#current;
    const currentBytes = durationMs > 0 ? bytes * Math.min(1, ptsMs / durationMs) : 0;
    const read = this.#bytesRead + currentBytes;
    const left = this.#bytesLeft - currentBytes;
    return read > 0 && left > 0 ? (elapsedMs * left) / read : null;
  }
}
