import type { VectorStore } from '../../store/vectors/vector-store.js';

/** A recording that has this part of its time remembered already need not be looked at. */
const ENOUGH = 0.95;

interface Span {
  fromMs: number;
  /** Not included. */
  toMs: number;
}

/** The times of one camera that are remembered already: it was watched, or another recording overlaps. */
export class CoveredTime {
  readonly #spans: Span[];

  constructor(spans: readonly Span[]) {
    this.#spans = [...spans].sort((a, b) => a.fromMs - b.fromMs);
  }

  /** Of what one model saw. */
  static of(
    store: Pick<VectorStore, 'rows' | 'streams'>,
    { cameraId, modelHash, fromMs, toMs }: Span & { cameraId: string; modelHash: string },
  ): CoveredTime {
    const streams = store.streams();
    const rows = store.rows({ cameraId, fromMs, toMs }).flatMap((row) => {
      const stream = streams.get(row.streamId)!;
      // A frame stands for the time until the next one.
      return stream.modelHash === modelHash ? { ...row, toMs: row.toMs + 1000 / stream.fps } : [];
    });
    return new CoveredTime(rows);
  }

  has(atMs: number): boolean {
    return this.#spans.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  }

  /** Whether next to nothing of a stretch of time is missing. */
  hasAll({ fromMs, toMs }: Span): boolean {
    let [coveredMs, untilMs] = [0, fromMs];
    for (const span of this.#spans) {
      coveredMs += Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, untilMs));
      untilMs = Math.max(untilMs, span.toMs);
    }
    return toMs > fromMs && coveredMs >= ENOUGH * (toMs - fromMs);
  }
}
