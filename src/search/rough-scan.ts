import type { CodedQuery } from './query-score.js';
import { type RowToScan, type ScanThreads, spread } from './scan-threads.js';

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
  /** Whether a row's score was only guessed. */
  isGuess: (place: number) => boolean;
}

/** A row, and whose. */
export interface RowOfCamera extends RowToScan {
  cameraId: string;
}

/**
 * Guesses the best score of every row by sketches, and compares exactly where the best are likely to be. Guesses vary less than
 * exact scores, and the best of many is guessed too low: how much is learnt from rows of every kind, camera by camera.
 * @throws WordwatchError `search-failed`
 */
export async function scanRoughly(
  rows: readonly RowOfCamera[],
  {
    query,
    threads,
    likeliest: most = LIKELIEST,
  }: { query: CodedQuery; threads: Pick<ScanThreads, 'scan' | 'guess'>; likeliest?: number | undefined },
): Promise<BestOfRows> {
  const guesses = await threads.guess(rows, query);
  const samples = spread([...rows.keys()], OF_EVERY_KIND);
  const chosen = [...new Set([...samples, ...likeliest(guesses, most)])];
  const exact = await threads.scan(
    chosen.map((place) => rows[place]!),
    query,
  );
  const known = new Map(chosen.map((place, i) => [place, exact[i]!]));
  const lines = new Lines(
    samples.map((place) => ({
      cameraId: rows[place]!.cameraId,
      guess: guesses[place]!,
      exact: known.get(place)!,
    })),
  );
  const [best, typical] = [new Float32Array(rows.length), new Float32Array(rows.length)];
  for (let i = 0; i < rows.length; i++) {
    const line = lines.of(rows[i]!.cameraId);
    best[i] = line.at(guesses[i]!);
    typical[i] = best[i]! + line.nextError();
  }
  for (const [place, score] of known) best[place] = typical[place] = score;
  return { best, typical, isGuess: (place) => !known.has(place) };
}

/** Places of the highest guesses, and of all rows of which there is none. */
function likeliest(guesses: Float32Array, count: number): number[] {
  const known = guesses.filter((guess) => Number.isFinite(guess)).sort();
  const least = known[Math.max(0, known.length - count)] ?? Infinity;
  // The same footage over and over has the same guesses: of those, as many as there is room for.
  let room = known.slice(-count).filter((guess) => guess === least).length;
  const places: number[] = [];
  for (let place = 0; place < guesses.length; place++)
    if (guesses[place]! > least || guesses[place] === Infinity) places.push(place);
    else if (guesses[place] === least && room-- > 0) places.push(place);
  return places;
}

interface Sample {
  cameraId: string;
  guess: number;
  exact: number;
}

/** What exact scores are to guesses: of each camera, or where little is known of it, of all. */
class Lines {
  readonly #all: Line;
  readonly #cameras: ReadonlyMap<string, Line>;

  constructor(samples: readonly Sample[]) {
    const known = samples.filter(({ guess, exact }) => Number.isFinite(guess) && !Number.isNaN(exact));
    const own = new Map<string, Sample[]>();
    for (const sample of known) own.set(sample.cameraId, [...(own.get(sample.cameraId) ?? []), sample]);
    this.#all = new Line(known);
    this.#cameras = new Map(
      [...own]
        .filter(([, samples]) => samples.length >= LEAST_OF_CAMERA)
        .map(([id, samples]) => [id, new Line(samples)]),
    );
  }

  of(cameraId: string): Line {
    return this.#cameras.get(cameraId) ?? this.#all;
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
