import { MAX_GAP_MS } from '../pipeline/detectors.js';
import type { Gap, GapReason } from './result.js';

/** Keeps account of the time in which a rule saw something. Frames come in order. */
export class Coverage {
  readonly #untilMs: number;
  readonly #gaps: Gap[] = [];
  #lastMs: number;
  /** Why the newest frame says nothing; null: it does. */
  #lastReason: GapReason | null = 'missing';
  #coveredMs = 0;

  constructor({ fromMs, toMs }: { fromMs: number; toMs: number }) {
    this.#lastMs = fromMs;
    this.#untilMs = toMs;
  }

  /** @param reason why the frame says nothing of the rule; null: it does */
  frame(atMs: number, reason: GapReason | null): void {
    const sinceMs = atMs - this.#lastMs;
    if (sinceMs < 0) return;
    if (sinceMs > MAX_GAP_MS) this.#gap(atMs, 'missing');
    else if (this.#lastReason ?? reason) this.#gap(atMs, (this.#lastReason ?? reason)!);
    else this.#coveredMs += sinceMs;
    this.#lastMs = atMs;
    this.#lastReason = reason;
  }

  #gap(toMs: number, reason: GapReason): void {
    const last = this.#gaps.at(-1);
    if (last && last.toMs === this.#lastMs && last.reason === reason) last.toMs = toMs;
    else this.#gaps.push({ fromMs: this.#lastMs, toMs, reason });
  }

  /**
   * @param holes stretches that are stored and of which it is known why they are of no use
   * @returns footage that was seen, and the gaps that are long enough to be told
   */
  finish(holes: readonly Gap[]): { coveredMs: number; gaps: Gap[] } {
    if (this.#untilMs > this.#lastMs) this.frame(this.#untilMs, 'missing');
    const gaps = this.#gaps.flatMap((gap) => (gap.reason === 'missing' ? explained(gap, holes) : [gap]));
    return {
      coveredMs: this.#coveredMs,
      gaps: gaps.filter(({ fromMs, toMs }) => toMs - fromMs > MAX_GAP_MS),
    };
  }
}

/** Splits a gap where holes in what is stored tell why it is one. */
function explained({ fromMs, toMs }: Gap, holes: readonly Gap[]): Gap[] {
  const parts: Gap[] = [];
  let atMs = fromMs;
  const add = (untilMs: number, reason: GapReason) => {
    if (untilMs <= atMs) return;
    const last = parts.at(-1);
    if (last?.reason === reason) last.toMs = untilMs;
    else parts.push({ fromMs: atMs, toMs: untilMs, reason });
    atMs = untilMs;
  };
  for (const hole of [...holes].sort((a, b) => a.fromMs - b.fromMs)) {
    if (hole.toMs <= atMs || hole.fromMs >= toMs) continue;
    // Rows end with their last frame; the next one begins a frame later.
    if (hole.fromMs - atMs > MAX_GAP_MS) add(hole.fromMs, 'missing');
    add(Math.min(hole.toMs, toMs), hole.reason);
  }
  if (toMs - atMs <= MAX_GAP_MS && parts.length > 0) add(toMs, parts.at(-1)!.reason);
  add(toMs, 'missing');
  return parts;
}
