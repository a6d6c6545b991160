import { availableParallelism } from 'node:os';
import { WordwatchError } from '../shared/errors.js';
import { freeNow } from '../shared/free-now.js';
import type { Box } from '../shared/geometry.js';
import { Turns } from '../shared/turns.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore, type VectorStream } from '../store/vectors/vector-store.js';
import type { Commonness } from './commonness.js';
import { findMoments, type Moment, type ScoredFrame } from './moments.js';
import { LEAST_STRENGTH, type Ordinary, ordinaryOf, surpriseOf } from './ordinary.js';
import { type CodedQuery, codeQuery, type QueryVectors, RowScores } from './query-score.js';
import { type BestOfRows, scanRoughly } from './rough-scan.js';
import { RowList, rowsAt, type SearchedRows } from './row-list.js';
import { MAX_PHRASES } from './row-scanner.js';
import { ScanThreads } from './scan-threads.js';
import { readMinute, storedTile, type TilePlace } from './stored-tile.js';

/** Where and when to look. */
export interface SearchRange {
  /** null: all. */
  cameraIds: readonly string[] | null;
  fromMs: number;
  /** Not included. */
  toMs: number;
  /** Most moments. */
  limit: number;
}

/** A moment that was found. */
export interface FoundMoment extends Omit<Moment, 'tile'> {
  /** Where in the picture. */
  tile: { index: number; box: Box };
  /** Whether `atMs` is a time of day, or counts from the start of a recording. */
  timed: boolean;
  /** How far above the camera's ordinary moments, in spreads; null: there are too few. */
  surprise: number | null;
  /** The same in parts of what the highest of as many ordinary moments would have. */
  strength: number | null;
}

/** Vectors that were left out, as another model made them. */
export interface SkippedModel {
  modelHash: string;
  vectors: number;
}

/** What came of a search. */
export interface SearchResult {
  /** Best first. */
  moments: FoundMoment[];
  /** Whether any stands out from what there is; null: there is too little to say. */
  standsOut: boolean | null;
  /** How the query scores on other moments; null: there are too few. */
  ordinary: Ordinary | null;
  scanned: { rows: number; vectors: number };
  /** Rows that were deleted during the search, or cannot be read. */
  lostRows: number;
  skipped: SkippedModel[];
}

/** Rows that can be compared with queries, and what others there are. */
interface Selection {
  /** Of what it is the selection. */
  key: string;
  streams: ReadonlyMap<number, VectorStream>;
  rows: SearchedRows;
  skipped: SkippedModel[];
}

/** What {@link Searcher} needs. */
export interface SearcherOptions {
  /** Data folder. */
  folder: string;
  /** Only what this one made can be compared with the query. */
  model: { modelHash: string; dimension: number };
  commonness: Commonness;
  threads?: number;
  /** Memory for vectors; the rest is read from disk for every query. */
  budgetBytes: number;
  /** Vectors of the model in the folder up to which all are compared exactly. */
  exactUpTo: number;
  /** Rows that are compared exactly where there are more; usually 3,000. */
  likeliest?: number;
}

/**
 * Searches what is remembered in a data folder. Up to a size every vector is compared, exactly; beyond it, only their sketches
 * are, and exactly those of the rows in which the best are likely to be. Keeps in memory what it compares.
 */
export class Searcher implements AsyncDisposable {
  readonly #options: SearcherOptions;
  readonly #database;
  readonly #store: VectorStore;
  readonly #rows: RowList;
  readonly #threads: ScanThreads;
  readonly #turns = new Turns();
  /** Of the last search: the next one is often for the same. */
  #selected: Selection | null = null;

  /** @throws WordwatchError as `openVectorsReadOnly` does */
  constructor(options: SearcherOptions) {
    const { folder, model, commonness, budgetBytes, threads = availableParallelism() } = options;
    this.#options = options;
    this.#database = openVectorsReadOnly(folder);
    this.#store = new VectorStore(this.#database);
    this.#rows = new RowList(this.#store);
    const { dimension } = model;
    this.#threads = new ScanThreads(
      { folder, dimension, captions: commonness.phrases, budgetBytes },
      { threads },
    );
  }

  /** Cameras of which anything is remembered. */
  cameraIds(): string[] {
    return [...new Set([...this.#store.streams().values()].map(({ cameraId }) => cameraId))].sort();
  }

  /** What the model made of a tile at a time; null: it is not remembered, or another model's. */
  tileVector(place: TilePlace): Float32Array | null {
    return storedTile(this.#store, place, this.#options.model.modelHash);
  }

  /**
   * One search after the other.
   * @throws WordwatchError `search-failed`
   */
  search(query: QueryVectors, range: SearchRange): Promise<SearchResult> {
    return this.#turns.take(() => this.#search(codeQuery(query), range));
  }

  async #search(query: CodedQuery, range: SearchRange): Promise<SearchResult> {
    if (query.phrases.length > MAX_PHRASES * query.dimension)
      throw new WordwatchError('too-many-phrases', `at most ${MAX_PHRASES - 1} phrases after --not`, {
        userInput: true,
      });
    const { streams, rows, skipped } = this.#select(range);
    const { best, typical, isGuess } = await this.#scan(rows, query);
    const ordinary = ordinaryOf({ ...rows, best: typical });
    const scored = { ...rows, best, isGuess };
    const moments = findMoments(scored, {
      framesOf: this.#frameReader(rows, { query, range }),
      limit: range.limit,
      ordinary: ordinary?.median ?? 0,
    }).map((moment) => found(moment, streams.get(moment.streamId)!, ordinary));
    return {
      moments,
      standsOut: ordinary && moments.some(doesStandOut),
      ordinary,
      scanned: { rows: rows.ids.length, vectors: rows.vectors.reduce((sum, vectors) => sum + vectors, 0) },
      lostRows: best.reduce((sum, score) => sum + (Number.isNaN(score) ? 1 : 0), 0),
      skipped,
    };
  }

  async #scan(rows: SearchedRows, query: CodedQuery): Promise<BestOfRows> {
    const threads = this.#threads;
    if (!threads.hasLearnt) {
      // Learnt from all there are: later searches may be for other cameras and times.
      const all = this.#select({ cameraIds: null, fromMs: -Infinity, toMs: Infinity });
      const vectors = all.rows.vectors.reduce((sum, vectors) => sum + vectors, 0);
      if (vectors <= this.#options.exactUpTo) {
        const best = await threads.scan(rows, query);
        return { best, typical: best, isGuess: new Uint8Array(best.length) };
      }
      await threads.learn(all.rows);
    }
    return scanRoughly(rows, { query, threads, likeliest: this.#options.likeliest });
  }

  #select(range: Omit<SearchRange, 'limit'>): Selection {
    const version = this.#store.version();
    const key = JSON.stringify([version, range.cameraIds, String(range.fromMs), String(range.toMs)]);
    if (this.#selected?.key !== key) this.#selected = { key, ...this.#selectAnew(range) };
    return this.#selected;
  }

  #selectAnew({ cameraIds, fromMs, toMs }: Omit<SearchRange, 'limit'>): Omit<Selection, 'key'> {
    const streams = this.#store.streams();
    const all = this.#rows.now();
    const skipped = new Map<string, number>();
    const known = [...new Set([...streams.values()].map(({ cameraId }) => cameraId))];
    const wanted: ReadonlySet<string> = new Set(cameraIds ?? known);
    // Looked up once a stream, not once a row. A stream that began after the list was read is the next search's.
    const usable: ({ camera: number; measured: number; other: string | null } | undefined)[] = [];
    for (const [id, { cameraId, captions, modelHash }] of streams) {
      if (!wanted.has(cameraId)) continue;
      const measured = captions === this.#options.commonness.captions ? 1 : 0;
      const other = modelHash === this.#options.model.modelHash ? null : modelHash;
      usable[id] = { camera: known.indexOf(cameraId), measured, other };
    }
    const places = new Uint32Array(all.ids.length);
    const [cameras, measured] = [new Uint32Array(places.length), new Uint8Array(places.length)];
    let count = 0;
    for (let place = 0; place < places.length; place++) {
      const [stream, vectors] = [usable[all.streamIds[place]!], all.vectors[place]!];
      if (!stream || vectors === 0 || all.toMs[place]! < fromMs || all.fromMs[place]! >= toMs) continue;
      if (stream.other !== null) {
        skipped.set(stream.other, (skipped.get(stream.other) ?? 0) + vectors);
        continue;
      }
      cameras[count] = stream.camera;
      measured[count] = stream.measured;
      places[count++] = place;
    }
    return {
      streams,
      rows: {
        ...rowsAt(all, places.subarray(0, count)),
        ...{ cameraIds: known, cameras: cameras.subarray(0, count), measured: measured.subarray(0, count) },
      },
      skipped: [...skipped].map(([modelHash, vectors]) => ({ modelHash, vectors })),
    };
  }

  /** Reads the frames of a row, each once. */
  #frameReader(
    { ids, measured }: SearchedRows,
    { query, range }: { query: CodedQuery; range: SearchRange },
  ): (place: number) => readonly ScoredFrame[] {
    const { commonness } = this.#options;
    const known = new Map<number, ScoredFrame[]>();
    const scores = new RowScores(query);
    return (place) => {
      let frames = known.get(place);
      if (!frames) {
        const isMeasured = measured[place] === 1;
        const body = this.#store.body(ids[place]!);
        frames = body ? scoredFrames(body, { scores, commonness, isMeasured }) : [];
        if (body) freeNow(body);
        frames = frames.filter(({ atMs }) => atMs >= range.fromMs && atMs < range.toMs);
        known.set(place, frames);
      }
      return frames;
    };
  }

  /** Ends the search under way, which fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#threads[Symbol.asyncDispose]();
    await this.#turns.over();
    this.#database.close();
  }
}

/**
 * Frames with vectors of their own, each with its best tile. What was carried over counts as the first frame's.
 * @param body damaged: there are none
 */
function scoredFrames(
  body: Uint8Array,
  { scores, commonness, isMeasured }: { scores: RowScores; commonness: Commonness; isMeasured: boolean },
): ScoredFrame[] {
  const minute = readMinute(body);
  if (!minute) return [];
  const { codes, carried, frames } = minute;
  const isKnown = isMeasured && minute.commonness.length > 0;
  const measured = isKnown ? minute.commonness : commonness.of(codes);
  const all = scores.of({ codes, commonness: measured });
  let taken = 0;
  return frames.flatMap(({ atMs, ptsMs, fresh }, i) => {
    const tiles = i === 0 ? [...carried, ...fresh] : fresh;
    if (tiles.length === 0) return [];
    const own = all.subarray(taken, taken + tiles.length);
    taken += tiles.length;
    const place = own.indexOf(own.reduce((best, score) => Math.max(best, score)));
    return { atMs, ptsMs, tile: tiles[place]!, score: own[place]! };
  });
}

function found(
  { tile, ...moment }: Moment,
  { tiles, timed }: VectorStream,
  ordinary: Ordinary | null,
): FoundMoment {
  const surprise = ordinary && surpriseOf(ordinary, { ...moment, best: moment.score });
  return {
    ...moment,
    ...{ tile: { index: tile, box: tiles[tile]!.box }, timed, surprise },
    strength: ordinary && surprise! / ordinary.highest,
  };
}

/** Whether it scores higher than the highest of as many ordinary moments would. */
export function doesStandOut({ strength }: FoundMoment): boolean {
  return strength !== null && strength >= LEAST_STRENGTH;
}
