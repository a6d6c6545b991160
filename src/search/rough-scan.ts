import { nthLowest } from './nth-lowest.js';
import type { CodedQuery } from './query-score.js';
import { picked, type SearchedRows } from './row-list.js';
import { type ScanThreads, spread } from './scan-threads.js';

/** Rows that are compared exactly, of all for which guesses were made: the likeliest, and some of every kind. */
const LIKELIEST = 3000;
const OF_EVERY_KIND = 256;
/** Of a camera of which fewer of them are, nothing is learnt. */
const LEAST_OF_CAMERA = 12;

/** What a scan knows of rows; NaN: gone. */
export interface BestOfRows {
  /** Of each row the score of its best vector; where it was only guessed, the likeliest one. */
  best: Float32Array;
  /** The same where it was compared; elsewhere one that spreads as the exact ones do, for telling what is ordinary. */
  typical: Float32Array;
  /** 1: a row's score was only guessed. */
  isGuess: Uint8Array;
}

/**
 * Guesses the best score of every row by sketches, and compares exactly where the best are likely to be. Guesses vary less than
 * exact scores, and the best of many is guessed too low: how much is learnt from rows of every kind, camera by camera.
 * @throws WordwatchError `search-failed`
 */
export async function scanRoughly(
  rows: Pick<SearchedRows, 'ids' | 'measured' | 'cameras' | 'cameraIds'>,
  {
    query,
    threads,
    likeliest: most = LIKELIEST,
  }: { query: CodedQuery; threads: Pick<ScanThreads, 'scan' | 'guess'>; likeliest?: number | undefined },
): Promise<BestOfRows> {
  const { ids, measured, cameras } = rows;
  const guesses = await threads.guess(rows, query);
  const samples = spread(ids.length, OF_EVERY_KIND);
  const isGuess = new Uint8Array(ids.length).fill(1);
  for (const place of samples) isGuess[place] = 0;
  for (const place of likeliest(guesses, most)) isGuess[place] = 0;
  const chosen = new Uint32Array(ids.length - isGuess.reduce((sum, one) => sum + one, 0));
  for (let place = 0, i = 0; place < ids.length; place++) if (!isGuess[place]) chosen[i++] = place;
  const exact = await threads.scan({ ids: picked(ids, chosen), measured: picked(measured, chosen) }, query);
  const best = new Float32Array(ids.length);
  for (const [i, place] of chosen.entries()) best[place] = exact[i]!;
  const typical = best.slice();
  const lines = new Lines(
    rows.cameraIds.length,
    Array.from(samples, (place) => {
      return { camera: cameras[place]!, guess: guesses[place]!, exact: best[place]! };
    }),
  );
  for (let i = 0; i < ids.length; i++) {
    const line = lines.of(cameras[i]!);
    const error = line.nextError();
    if (!isGuess[i]) continue;
    best[i] = line.at(guesses[i]!);
    typical[i] = best[i]! + error;
  }
  return { best, typical, isGuess };
}

/** Places of the highest guesses, and of all rows of which there is none. */
function likeliest(guesses: Float32Array, count: number): number[] {
  const known = guesses.filter((guess) => Number.isFinite(guess));
  const least = known.length === 0 ? Infinity : nthLowest(known, Math.max(0, known.length - count));
  // The same footage over and over has the same guesses: of those, as many as there is room for.
  let room = count - known.reduce((sum, guess) => sum + (guess > least ? 1 : 0), 0);
  const places: number[] = [];
  for (let place = 0; place < guesses.length; place++)
    if (guesses[place]! > least) places.push(place);
    else if (guesses[place] === least && room-- > 0) places.push(place);
  return places;
}

interface Sample {
  camera: number;
  guess: number;
  exact: number;
}

/** What exact scores are to guesses: of each camera, or where little is known of it, of all. */
class Lines {
  readonly #all: Line;
  readonly #cameras: readonly Line[];

  constructor(cameras: number, samples: readonly Sample[]) {
    const known = samples.filter(({ guess, exact }) => Number.isFinite(guess) && !Number.isNaN(exact));
    this.#all = new Line(known);
    this.#cameras = Array.from({ length: cameras }, (_, camera) => {
      const own = known.filter((sample) => sample.camera === camera);
      return own.length < LEAST_OF_CAMERA ? this.#all : new Line(own);
    });
  }

  of(camera: number): Line {
    return this.#cameras[camera]!;
  }
}

/** The straight line through samples, and how far they are from it. */
class Line {
  readonly #offset: number;
  readonly #slope: number;
  readonly #errors: number[];
  #given = 0;

  constructor(samples: readonly Pick<Sample, 'guess' | 'exact'>[]) {
    const count = Math.max(1, samples.length);
    const guess = samples.reduce((sum, sample) => sum + sample.guess, 0) / count;
    const exact = samples.reduce((sum, sample) => sum + sample.exact, 0) / count;
    let [both, square] = [0, 0];
    for (const sample of samples) {
      both += (sample.guess - guess) * (sample.exact - exact);
      square += (sample.guess - guess) ** 2;
    }
    this.#slope = square > 0 ? both / square : 1;
    this.#offset = exact - this.#slope * guess;
    this.#errors = samples.map((sample) => sample.exact - this.at(sample.guess));
  }

  at(guess: number): number {
    return this.#offset + this.#slope * guess;
  }

  /** Of one sample after the other, over and over. */
  nextError(): number {
    return this.#errors[this.#given++ % this.#errors.length] ?? 0;
  }
}
