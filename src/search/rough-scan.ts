import type { CodedQuery } from './query-score.js';
import { type RowToScan, type ScanThreads, spread } from './scan-threads.js';

/** Rows that are compared exactly, of all for which guesses were made: the likeliest, and some of every kind. */
const LIKELIEST = 1500;
const OF_EVERY_KIND = 256;

/** What a scan knows of rows; NaN: gone. */
export interface BestOfRows {
  /** Of each row the score of its best vector; where it was only guessed, the likeliest one. */
  best: Float32Array;
  /** The same where it was compared; elsewhere one that spreads as the exact ones do, for telling what is ordinary. */
  typical: Float32Array;
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
  { query, threads }: { query: CodedQuery; threads: Pick<ScanThreads, 'scan' | 'guess'> },
): Promise<BestOfRows> {
  const guesses = await threads.guess(rows, query);
  const samples = spread([...rows.keys()], OF_EVERY_KIND);
  const chosen = [...new Set([...samples, ...likeliest(guesses, LIKELIEST)])];
  const exact = await threads.scan(
    chosen.map((place) => rows[place]!),
    query,
  );
  const known = new Map(chosen.map((place, i) => [place, exact[i]!]));
  const differences = new Differences();
  for (const place of samples) differences.add(rows[place]!.cameraId, known.get(place)! - guesses[place]!);
  const [best, typical] = [new Float32Array(rows.length), new Float32Array(rows.length)];
  for (const [i, { cameraId }] of rows.entries()) {
    best[i] = known.get(i) ?? guesses[i]! + differences.usual(cameraId);
    typical[i] = known.get(i) ?? guesses[i]! + differences.next(cameraId);
  }
  return { best, typical };
}

/** Places of the highest guesses, and of all rows of which there is none. */
function likeliest(guesses: Float32Array, count: number): number[] {
  const known = guesses.filter((guess) => Number.isFinite(guess)).sort();
  const least = known[Math.max(0, known.length - count)] ?? Infinity;
  const places: number[] = [];
  for (const [place, guess] of guesses.entries()) if (guess >= least) places.push(place);
  return places;
}

/** How much exact scores are above guesses: of a camera, or where nothing is known of it, of all. */
class Differences {
  readonly #all: Camera = { differences: [], median: null, given: 0 };
  readonly #cameras = new Map<string, Camera>();

  add(cameraId: string, difference: number): void {
    if (!Number.isFinite(difference)) return;
    let own = this.#cameras.get(cameraId);
    if (!own) {
      own = { differences: [], median: null, given: 0 };
      this.#cameras.set(cameraId, own);
    }
    own.differences.push(difference);
    this.#all.differences.push(difference);
  }

  usual(cameraId: string): number {
    const own = this.#of(cameraId);
    own.median ??= [...own.differences].sort((a, b) => a - b)[own.differences.length >> 1] ?? 0;
    return own.median;
  }

  /** One after the other, over and over. */
  next(cameraId: string): number {
    const own = this.#of(cameraId);
    return own.differences[own.given++ % own.differences.length] ?? 0;
  }

  #of(cameraId: string): Camera {
    return this.#cameras.get(cameraId) ?? this.#all;
  }
}

interface Camera {
  differences: number[];
  median: number | null;
  given: number;
}
