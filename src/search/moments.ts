import { nthLowest } from './nth-lowest.js';
import type { SearchedRows } from './row-list.js';

/**
 * Frames of one camera so near each other belong to one moment: a tile in which nothing changes is embedded every 30 s, so
 * what stays is seen at least so often.
 */
const GAP_MS = 40_000;

/** Rows of the store, each about a minute of one camera, in the order of time. */
export interface ScoredRows
  extends Pick<SearchedRows, 'streamIds' | 'fromMs' | 'toMs' | 'cameras' | 'cameraIds'> {
  /** Score of the best vector of each; NaN: it is gone. */
  best: Float32Array;
  /** 1: that is only a guess. */
  isGuess: Uint8Array;
}

/** A frame and its best tile. */
export interface ScoredFrame {
  atMs: number;
  ptsMs: number;
  tile: number;
  score: number;
}

/** Neighbouring frames that answer a query, as one hit. */
export interface Moment extends ScoredFrame {
  cameraId: string;
  /** Of its best frame. */
  streamId: number;
  /** First and last frame that scores at least half as far above the ordinary as the best one. */
  fromMs: number;
  toMs: number;
}

/** What {@link findMoments} needs. */
export interface MomentOptions {
  /** Frames of a row in the order of time; none: it was deleted meanwhile. Asked for few rows only. */
  framesOf: (place: number) => readonly ScoredFrame[];
  limit: number;
  /** Score of an ordinary moment. */
  ordinary: number;
}

/**
 * The best moments, best first. A moment goes on as long as every minute of it has a frame that scores at least half as far
 * above the ordinary as its best; what is nearer to it than {@link GAP_MS} belongs to it, too. Pure, but for `framesOf`.
 */
export function findMoments(rows: ScoredRows, options: MomentOptions): Moment[] {
  const tracks = rows.cameraIds.map(() => new Track(rows, options));
  const queue = new RowQueue(rows.best);
  const moments: Moment[] = [];
  while (moments.length < options.limit) {
    const row = queue.take();
    if (!row) break;
    const track = tracks[rows.cameras[row.place]!]!;
    const top = track.topOf(row.place);
    if (!top) continue;
    // Its best frame may belong to a moment that was found already: what is left of it waits for its turn.
    if (Math.fround(top.score) < row.best) queue.put({ ...row, best: Math.fround(top.score) });
    else moments.push(track.take(row.place, top));
  }
  return moments;
}

/** Rows are taken out of a queue this many at a time: of a hundred thousand, hardly any is asked for. */
const SORTED_AT_ONCE = 1000;

interface QueuedRow {
  place: number;
  best: number;
}

/** Rows, the best first. */
class RowQueue {
  readonly #best: Float32Array;
  /** The best is last; the rest is sorted when it is needed. */
  #sorted: QueuedRow[] = [];
  /** No row of the rest is better. */
  #least = Infinity;
  /** Of the rest, those that were put back. */
  #returned: QueuedRow[] = [];

  constructor(best: Float32Array) {
    this.#best = best;
  }

  take(): QueuedRow | undefined {
    if (this.#sorted.length === 0) this.#sortMore();
    return this.#sorted.pop();
  }

  put(row: QueuedRow): void {
    if (row.best >= this.#least) insert(this.#sorted, row);
    else this.#returned.push(row);
  }

  #sortMore(): void {
    const before = this.#least;
    const rest = this.#best.filter((best) => best < before);
    const scores = new Float32Array(rest.length + this.#returned.length);
    scores.set(rest);
    for (const [i, { best }] of this.#returned.entries()) scores[rest.length + i] = best;
    if (scores.length === 0) return;
    this.#least = nthLowest(scores, Math.max(0, scores.length - SORTED_AT_ONCE));
    for (let place = 0; place < this.#best.length; place++) {
      const best = this.#best[place]!;
      if (best < before && best >= this.#least) this.#sorted.push({ place, best });
    }
    this.#sorted.push(...this.#returned.filter(({ best }) => best >= this.#least));
    this.#sorted.sort((a, b) => a.best - b.best);
    this.#returned = this.#returned.filter(({ best }) => best < this.#least);
  }
}

function insert(queue: QueuedRow[], row: QueuedRow): void {
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (queue[middle]!.best <= row.best) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, row);
}

/** One camera. */
class Track {
  readonly #rows: ScoredRows;
  readonly #options: MomentOptions;
  readonly #taken: { fromMs: number; toMs: number }[] = [];

  constructor(rows: ScoredRows, options: MomentOptions) {
    this.#rows = rows;
    this.#options = options;
  }

  /** The best frame of a row that belongs to no moment yet. */
  topOf(place: number): ScoredFrame | null {
    const { fromMs, toMs } = this.#timesOf(place);
    if (this.#taken.some((taken) => taken.fromMs <= fromMs && toMs <= taken.toMs)) return null;
    let top: ScoredFrame | null = null;
    for (const frame of this.#options.framesOf(place))
      if (!this.#isTaken(frame.atMs) && (!top || frame.score > top.score)) top = frame;
    return top;
  }

  /** Makes a moment of a frame and what belongs to it. */
  take(place: number, top: ScoredFrame): Moment {
    const { cameras, cameraIds, streamIds } = this.#rows;
    const level = (this.#options.ordinary + top.score) / 2;
    const [first, last] = [this.#end(place, { step: -1, level }), this.#end(place, { step: 1, level })];
    const passing = (row: number) => this.#options.framesOf(row).filter(({ score }) => score >= level);
    const fromMs = Math.min(top.atMs, passing(first)[0]?.atMs ?? top.atMs);
    const toMs = Math.max(top.atMs, passing(last).at(-1)?.atMs ?? top.atMs);
    this.#taken.push({ fromMs: fromMs - GAP_MS, toMs: toMs + GAP_MS });
    const [cameraId, streamId] = [cameraIds[cameras[place]!]!, streamIds[place]!];
    return { ...top, cameraId, streamId, fromMs, toMs };
  }

  /** The last row, going one way, up to which every row passes a level and none belongs to a moment already. */
  #end(place: number, { step, level }: { step: 1 | -1; level: number }): number {
    let last = place;
    for (let next = this.#next(last, step); next !== null; next = this.#next(last, step)) {
      const [row, other] = [this.#timesOf(last), this.#timesOf(next)];
      const gapMs = step === 1 ? other.fromMs - row.toMs : row.fromMs - other.toMs;
      const goesOn = gapMs <= GAP_MS && this.#bestOf(next) >= level;
      if (!goesOn || this.#isTaken(other.fromMs) || this.#isTaken(other.toMs)) break;
      last = next;
    }
    return last;
  }

  /** The nearest row of the same camera, going one way. */
  #next(place: number, step: 1 | -1): number | null {
    const { cameras } = this.#rows;
    for (let next = place + step; next >= 0 && next < cameras.length; next += step)
      if (cameras[next] === cameras[place]) return next;
    return null;
  }

  #timesOf(place: number): { fromMs: number; toMs: number } {
    return { fromMs: this.#rows.fromMs[place]!, toMs: this.#rows.toMs[place]! };
  }

  #bestOf(place: number): number {
    if (!this.#rows.isGuess[place]) return this.#rows.best[place]!;
    return this.#options.framesOf(place).reduce((best, { score }) => Math.max(best, score), -Infinity);
  }

  #isTaken(atMs: number): boolean {
    return this.#taken.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
  }
}
