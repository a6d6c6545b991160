import { once } from 'node:events';
import type { Embedder } from '../../model/index.js';
import { readImageFile, type TextModelDirectory, unknownWords } from '../../model/index.js';
import { Commonness } from '../../search/commonness.js';
import { hitPicture } from '../../search/hit-picture.js';
import { embedQuery, MAX_UNWANTED, QueryWords } from '../../search/query.js';
import { recordingOf } from '../../search/recorded-stills.js';
import { type FoundMoment, Searcher } from '../../search/searcher.js';
import { WordwatchError } from '../../shared/errors.js';
import { openDatabaseReadOnly } from '../../store/database.js';
import { MomentStore } from '../../store/moment-store.js';
import { ImportStore } from '../../store/vectors/import-store.js';
import { MinutePictures } from '../../store/vectors/minute-pictures.js';
import { openVectorsReadOnly } from '../../store/vectors/vector-database.js';
import type { Output } from '../output.js';
import { timeRange } from '../time-range.js';
import { writeGallery } from './gallery.js';
import { printHits } from './hits.js';

/** Vectors held in memory: more than ten million of 512 values. */
const BUDGET_BYTES = 8e9;

/** What {@link runSearch} is asked to do. */
export interface SearchOptions {
  /** As typed; none: only the picture. */
  words: readonly string[];
  not: readonly string[];
  /** A picture file. */
  image: string | null;
  /** None: all. */
  cameras: readonly string[];
  since: number | undefined;
  until: number | undefined;
  limit: number;
  /** Data folder. */
  folder: string;
  /** Page with pictures; null: none. */
  html: string | null;
  /** Video files of cameras. */
  videos: ReadonlyMap<string, string>;
  output: Output;
  signal: AbortSignal;
}

/** What was asked for, checked. */
export interface CheckedQuery {
  words: string | null;
  unwanted: string[];
}

/**
 * Looks through what is remembered and prints the best moments.
 * @returns the exit code
 */
export async function runSearch(
  options: SearchOptions,
  { embedder, directory }: { embedder: Embedder; directory: TextModelDirectory },
): Promise<number> {
  const { output, folder, image, html } = options;
  const { words, unwanted } = checkQuery(options);
  const range = timeRange(options, Date.now());
  warnOfUnknown([...(words === null ? [] : [words]), ...unwanted], { embedder, output });
  const pixels = image === null ? null : await readImageFile(image, directory);
  const commonness = await Commonness.open(embedder);
  await using searcher = new Searcher({
    ...{ folder, model: embedder.describe(), commonness, budgetBytes: BUDGET_BYTES },
    // One search reads everything once, whatever is made of it: there is nothing to gain from guesses.
    exactUpTo: Infinity,
  });
  checkCameras(options.cameras, searcher.cameraIds());
  const [picture = null] = pixels ? await embedder.embedImages({ pixels, count: 1 }) : [];
  const query = await embedQuery({ words, unwanted, picture }, embedder);
  const cameraIds = options.cameras.length > 0 ? options.cameras : null;
  const search = searcher.search(query, { ...range, cameraIds, limit: options.limit });
  const result = await Promise.race([search, aborted(options.signal)]);
  if (!result) return 1;
  using database = openDatabaseReadOnly(folder);
  const moments = database && new MomentStore(database);
  const hits = result.moments.map((moment) => ({
    moment,
    picture: moments && hitPicture(moment, { moments, folder }),
  }));
  printHits(hits, { result, output });
  if (html !== null) {
    using vectors = openVectorsReadOnly(folder);
    const imports = new ImportStore(vectors);
    const videoOf = (moment: Pick<FoundMoment, 'cameraId' | 'atMs'>) =>
      recordingOf(imports, moment) ?? options.videos.get(moment.cameraId) ?? null;
    const pictures = new MinutePictures(vectors);
    const minutePictureOf = ({ cameraId, atMs }: Pick<FoundMoment, 'cameraId' | 'atMs'>) => {
      const takenMs = pictures.nearest({ cameraId, atMs });
      return takenMs === null ? null : pictures.at({ cameraId, atMs: takenMs });
    };
    await writeGallery({ hits, words, videoOf, minutePictureOf, file: html });
    output.stderr(`page with pictures: ${html}\n`);
  }
  return 0;
}

/** Settles with null when somebody has asked the program to end. */
async function aborted(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await once(signal, 'abort');
  return null;
}

/** @throws WordwatchError `query-invalid` */
export function checkQuery({
  words,
  not,
  image,
}: Pick<SearchOptions, 'words' | 'not' | 'image'>): CheckedQuery {
  const joined = words.join(' ');
  if (joined.trim() === '' && image === null)
    throw invalid('nothing to search for', 'Say it in words, or name a picture with --image.');
  if (not.length > MAX_UNWANTED) throw invalid(`--not: at most ${MAX_UNWANTED} times`, 'Leave some out.');
  const check = (text: string, what: string) => {
    const { data, error } = QueryWords.safeParse(text);
    if (data === undefined)
      throw invalid(`${what}: ${error!.issues[0]!.message}`, 'One short sentence is best.');
    return data;
  };
  return {
    words: joined.trim() === '' ? null : check(joined, 'the words'),
    unwanted: not.map((text) => check(text, '--not')),
  };
}

function invalid(message: string, hint: string): WordwatchError {
  return new WordwatchError('query-invalid', message, { userInput: true, hint });
}

function checkCameras(asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((id) => !known.includes(id));
  if (unknown.length === 0) return;
  throw new WordwatchError('unknown-camera', `--camera ${unknown[0]}: nothing is remembered of it`, {
    userInput: true,
    hint: `Remembered are: ${known.join(', ')}`,
  });
}

function warnOfUnknown(
  texts: readonly string[],
  { embedder, output }: { embedder: Embedder; output: Output },
): void {
  const { knownWords, name } = embedder.describe();
  const unknown = knownWords ? unknownWords(texts, knownWords) : [];
  if (unknown.length > 0)
    output.stderr(`the model ${name} never saw ${unknown.join(', ')}: it passes over them\n`);
}
