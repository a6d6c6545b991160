import { z } from 'zod';
import type { Embedder } from '../model/embedder.js';
import { embedPhrases } from '../rules/rule-vectors.js';
import { normalisedMean } from '../rules/vectors.js';
import type { QueryVectors } from './query-score.js';
import { MAX_PHRASES } from './row-scanner.js';

/** Longer sentences than models read. */
const MAX_CHARACTERS = 500;

/** Words that are looked for, or that a hit must not be taken for. */
export const QueryWords = z
  .string()
  .trim()
  .min(1, 'expected words')
  .max(MAX_CHARACTERS, `expected at most ${MAX_CHARACTERS} characters`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected text without control characters');

/** Most phrases that hits must not be taken for. */
export const MAX_UNWANTED = MAX_PHRASES - 1;

/** What is looked for: words, a picture, or both. */
export interface Query {
  /** null: only the picture. */
  words: string | null;
  /** At most {@link MAX_UNWANTED}. */
  unwanted: readonly string[];
  /** Unit vector of a picture; null: only the words. One of both is there. */
  picture: Float32Array | null;
}

/** What the model makes of a query; words and a picture count alike. */
export async function embedQuery(
  { words, unwanted, picture }: Query,
  embedder: Embedder,
): Promise<QueryVectors> {
  const phrases = [...(words === null ? [] : [words]), ...unwanted];
  const vectors = phrases.length === 0 ? [] : await embedPhrases(phrases, embedder);
  const wanted = [...vectors.splice(0, words === null ? 0 : 1), ...(picture ? [picture] : [])];
  return { wanted: normalisedMean(wanted), unwanted: vectors };
}
