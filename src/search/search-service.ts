import { availableParallelism, totalmem } from 'node:os';
import { type Embedder, type ImagePreparation, readSentImage } from '../model/index.js';
import { WordwatchError } from '../shared/errors.js';
import { Turns } from '../shared/turns.js';
import type { MomentStore } from '../store/moment-store.js';
import { MinutePictures } from '../store/vectors/minute-pictures.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import type { Commonness } from './commonness.js';
import { type NearestPicture, nearestPicture } from './hit-picture.js';
import { embedQuery } from './query.js';
import { type FramePlace, RecordedStills, recordedOf } from './recorded-stills.js';
import { type FoundMoment, Searcher, type SearchRange, type SearchResult } from './searcher.js';
import type { TilePlace } from './stored-tile.js';

/** Searches that may wait for the one under way; more are refused. */
const MAX_WAITING = 8;
/** Vectors leave memory when nobody has searched for so long. */
const IDLE_MS = 10 * 60_000;
/** What was deleted since it was read still takes memory: so often all is read anew. */
const ANEW_MS = 12 * 3_600_000;
/** Vectors take so much memory at most, and this part of the machine's; the rest is read from disk for every query. */
const BUDGET_BYTES = 1e9;
const BUDGET_PART = 0.25;

/** More vectors take too much memory beside cameras (768 MB at 512 values); their sketches take an eighth of it. */
export const EXACT_UP_TO = 1.5e6;

/** What {@link SearchService} needs. */
export interface SearchServiceOptions {
  /** Data folder, in which vectors are being written. */
  folder: string;
  embedder: Embedder;
  /** How the model wants pictures. */
  image: ImagePreparation;
  commonness: Commonness;
  /** Of whose pictures one may show a hit. */
  moments: MomentStore;
}

/** What is looked for over cameras and times; one of words, picture and `like` is there. */
export interface ServiceQuery extends SearchRange {
  words: string | null;
  unwanted: readonly string[];
  /** A JPEG, PNG or WebP file that somebody sent. */
  picture: Uint8Array | null;
  /** A tile of the past, of which more is looked for. */
  like: TilePlace | null;
}

/** A hit, and what shows it. */
export interface ServiceHit extends FoundMoment, NearestPicture {
  /** Whether {@link SearchService.still} does. */
  recorded: boolean;
}

/** What came of it. */
export interface ServiceResult extends Omit<SearchResult, 'moments'> {
  hits: ServiceHit[];
}

/** Searches beside the cameras that are watched: reads vectors when it is first asked, and forgets them when it is not. */
export class SearchService implements AsyncDisposable {
  readonly #options: SearchServiceOptions;
  readonly #stills: RecordedStills;
  #open: { searcher: Searcher; modelHash: string; sinceMs: number } | null = null;
  readonly #stopped = new AbortController();
  readonly #turns = new Turns();
  #idle: NodeJS.Timeout | null = null;

  constructor(options: SearchServiceOptions) {
    this.#options = options;
    this.#stills = new RecordedStills(options.folder);
  }

  /** A frame of an indexed recording, as `RecordedStills.at` gives it; else the picture of a minute that was taken then. */
  async still(frame: FramePlace, signal: AbortSignal): Promise<Uint8Array | 'busy' | null> {
    const still = await this.#stills.at(frame, signal);
    if (still !== null) return still;
    using vectors = openVectorsReadOnly(this.#options.folder);
    return new MinutePictures(vectors).at(frame);
  }

  /**
   * One search after the other.
   * @param signal whoever asks is gone: a search that has not begun is left out
   * @returns `busy`: too many wait already
   * @throws WordwatchError `tile-unknown`, as `readSentImage`, `Searcher.search` and the model do, and what `signal` was
   *   aborted with
   */
  async search(query: ServiceQuery, signal: AbortSignal): Promise<ServiceResult | 'busy'> {
    if (this.#turns.waiting >= MAX_WAITING) return 'busy';
    return this.#turns.take(() => {
      AbortSignal.any([signal, this.#stopped.signal]).throwIfAborted();
      return this.#search(query);
    });
  }

  async #search({ words, unwanted, picture: sent, like, ...range }: ServiceQuery): Promise<ServiceResult> {
    const { embedder, moments: pictures, folder } = this.#options;
    const looked = sent && (await this.#lookAt(sent));
    const searcher = await this.#searcher();
    const picture = looked ?? (like && knownTile(searcher, like));
    const query = await embedQuery({ words, unwanted, picture }, embedder);
    try {
      const { moments, ...rest } = await searcher.search(query, range);
      using vectors = openVectorsReadOnly(folder);
      const recorded = recordedOf(vectors, moments);
      const minutes = new MinutePictures(vectors);
      const hits = moments.map((moment, i) => {
        const kept = { moments: pictures, folder, minutes: recorded[i]! ? null : minutes };
        return { ...moment, recorded: recorded[i]!, ...nearestPicture(moment, kept) };
      });
      return { ...rest, hits };
    } catch (error) {
      // A thread that ended takes its vectors with it: the next search begins anew.
      await this.#release();
      throw error;
    }
  }

  async #lookAt(sent: Uint8Array): Promise<Float32Array> {
    const { embedder, image } = this.#options;
    const pixels = await readSentImage(sent, { image });
    const [vector] = await embedder.embedImages({ pixels, count: 1 });
    return vector!;
  }

  /** A model at a server may be another one after an outage: its vectors are others. */
  async #searcher(): Promise<Searcher> {
    const { embedder, folder, commonness } = this.#options;
    const { modelHash, dimension } = embedder.describe();
    const isOld = this.#open && performance.now() - this.#open.sinceMs > ANEW_MS;
    if (isOld || this.#open?.modelHash !== modelHash) await this.#release();
    const budgetBytes = Math.min(BUDGET_BYTES, BUDGET_PART * totalmem());
    this.#open ??= {
      ...{ modelHash, sinceMs: performance.now() },
      searcher: new Searcher({
        ...{ folder, model: { modelHash, dimension }, commonness },
        // One processor is left to the cameras.
        threads: Math.max(1, availableParallelism() - 1),
        budgetBytes,
        exactUpTo: Math.min(EXACT_UP_TO, budgetBytes / dimension),
      }),
    };
    clearTimeout(this.#idle ?? undefined);
    this.#idle = setTimeout(() => void this.#turns.take(() => this.#release()), IDLE_MS).unref();
    return this.#open.searcher;
  }

  async #release(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.searcher[Symbol.asyncDispose]();
  }

  /** Ends the search under way and those that wait, which fail: a stop is not held up by them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#idle ?? undefined);
    await this.#release();
    await this.#turns.over();
    await this.#release();
  }
}

function knownTile(searcher: Searcher, place: TilePlace): Float32Array {
  const vector = searcher.tileVector(place);
  if (vector) return vector;
  const { cameraId, tile } = place;
  throw new WordwatchError(
    'tile-unknown',
    `like: this model saw no tile ${tile} of ${cameraId} at that time, or it is not kept any more`,
    { userInput: true, hint: 'The newest minute is not stored yet: wait for it, or choose another moment.' },
  );
}
