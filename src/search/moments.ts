/**
 * Frames of one camera so near each other belong to one moment: a tile in which nothing changes is embedded every 30 s, so
 * what stays is seen at least so often.
 */
const GAP_MS = 40_000;

/** A row of the store, about a minute of one camera, and the score of its best vector. */
export interface ScoredRow {
  id: number;
  streamId: number;
  cameraId: string;
  fromMs: number;
  toMs: number;
  /** NaN: it is gone. */
  best: number;
  /** Whether that is only a guess. */
  isGuess?: boolean;
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
  framesOf: (row: ScoredRow) => readonly ScoredFrame[];
  limit: number;
  /** Score of an ordinary moment. */
  ordinary: number;
}

/**
 * The best moments, best first. A moment goes on as long as every minute of it has a frame that scores at least half as far
 * above the ordinary as its best; what is nearer to it than {@link GAP_MS} belongs to it, too. Pure, but for `framesOf`.
 * @param rows in the order of time
 */
export function findMoments(rows: readonly ScoredRow[], options: MomentOptions): Moment[] {
  const cameras = new Map<string, ScoredRow[]>();
  for (const row of rows) {
    const own = cameras.get(row.cameraId);
    if (own) own.push(row);
    else cameras.set(row.cameraId, [row]);
  }
  const tracks = new Map([...cameras].map(([cameraId, own]) => [cameraId, new Track(own, options)]));
  const queue = new RowQueue(rows.filter(({ best }) => !Number.isNaN(best)));
  const moments: Moment[] = [];
  while (moments.length < options.limit) {
    const row = queue.take();
    if (!row) break;
    const track = tracks.get(row.cameraId)!;
    const top = track.topOf(row);
    if (!top) continue;
    // Its best frame may belong to a moment that was found already: what is left of it waits for its turn.
    if (Math.fround(top.score) < row.best) queue.put({ ...row, best: Math.fround(top.score) });
    else moments.push(track.take(row, top));
  }
  return moments;
}

/** Rows are taken out of a queue this many at a time: of a hundred thousand, hardly any is asked for. */
const SORTED_AT_ONCE = 1000;

/** Rows, the best first. */
class RowQueue {
  /** The best is last; the rest is sorted when it is needed. */
  #sorted: ScoredRow[] = [];
  #rest: ScoredRow[];
  /** No row of the rest is better. */
  #least = Infinity;

  constructor(rows: ScoredRow[]) {
    this.#rest = rows;
  }

  take(): ScoredRow | undefined {
    if (this.#sorted.length === 0) this.#sortMore();
    return this.#sorted.pop();
  }

  put(row: ScoredRow): void {
    if (row.best >= this.#least) insert(this.#sorted, row);
    else this.#rest.push(row);
  }

  #sortMore(): void {
    const scores = new Float64Array(this.#rest.length);
    for (let i = 0; i < scores.length; i++) scores[i] = this.#rest[i]!.best;
    scores.sort();
    this.#least = scores.at(-SORTED_AT_ONCE) ?? -Infinity;
    this.#sorted = this.#rest.filter(({ best }) => best >= this.#least).sort((a, b) => a.best - b.best);
    this.#rest = this.#rest.filter(({ best }) => best < this.#least);
  }
}

function insert(queue: ScoredRow[], row: ScoredRow): void {
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
  readonly #rows: readonly ScoredRow[];
  readonly #placeOf: ReadonlyMap<number, number>;
  readonly #options: MomentOptions;
  readonly #taken: { fromMs: number; toMs: number }[] = [];

  constructor(rows: readonly ScoredRow[], options: MomentOptions) {
    this.#rows = rows;
    this.#placeOf = new Map(rows.map(({ id }, place) => [id, place]));
    this.#options = options;
  }

  /** The best frame of a row that belongs to no moment yet. */
  topOf(row: ScoredRow): ScoredFrame | null {
    if (this.#taken.some(({ fromMs, toMs }) => fromMs <= row.fromMs && row.toMs <= toMs)) return null;
    let top: ScoredFrame | null = null;
    for (const frame of this.#options.framesOf(row))
      if (!this.#isTaken(frame.atMs) && (!top || frame.score > top.score)) top = frame;
    return top;
  }

  /** Makes a moment of a frame and what belongs to it. */
  take(row: ScoredRow, top: ScoredFrame): Moment {
    const level = (this.#options.ordinary + top.score) / 2;
    const place = this.#placeOf.get(row.id)!;
    const [first, last] = [this.#end(place, { step: -1, level }), this.#end(place, { step: 1, level })];
    const passing = (row: ScoredRow) => this.#options.framesOf(row).filter(({ score }) => score >= level);
    const fromMs = Math.min(top.atMs, passing(first)[0]?.atMs ?? top.atMs);
    const toMs = Math.max(top.atMs, passing(last).at(-1)?.atMs ?? top.atMs);
    this.#taken.push({ fromMs: fromMs - GAP_MS, toMs: toMs + GAP_MS });
    const { cameraId, streamId } = row;
    return { ...top, cameraId, streamId, fromMs, toMs };
  }

  /** The last row, going one way, up to which every row passes a level and none belongs to a moment already. */
  #end(place: number, { step, level }: { step: 1 | -1; level: number }): ScoredRow {
    let row = this.#rows[place]!;
    for (let next = this.#rows[place + step]; next; next = this.#rows[place + step]) {
      const gapMs = step === 1 ? next.fromMs - row.toMs : row.fromMs - next.toMs;
      const goesOn = gapMs <= GAP_MS && this.#bestOf(next) >= level;
      if (!goesOn || this.#isTaken(next.fromMs) || this.#isTaken(next.toMs)) break;
      row = next;
      place += step;
    }
    return row;
  }

  #bestOf(row: ScoredRow): number {
    if (!row.isGuess) return row.best;
    return this.#options.framesOf(row).reduce((best, { score }) => Math.max(best, score), -Infinity);
  }

  #isTaken(atMs: number): boolean {
    return this.#taken.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
  }
}
