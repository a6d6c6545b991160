import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { TokenizerConfig } from './files.js';
import { composeAsReference } from './older-unicode.js';
import type { TextPreparation } from './preparation.js';
import { siglipEncoder } from './siglip-text.js';

/** A step that cuts a text before the model's own pieces. */
type PreTokenizer =
  | { type?: string; pretokenizers?: PreTokenizer[]; use_regex?: boolean; add_prefix_space?: boolean }
  | null
  | undefined;

/** What is read here of a `tokenizer.json`. */
interface TokenizerFile {
  normalizer?: unknown;
  pre_tokenizer?: PreTokenizer;
  added_tokens?: { content: string; id: number }[];
  model?: { vocab?: [piece: string, score: number][] };
  padding?: { pad_id?: number } | null;
}

/** What {@link TextTokenizer} is made of. */
export interface TokenizerOptions {
  tokenizer: TokenizerFile;
  tokenizerConfig: TokenizerConfig;
  text: Pick<TextPreparation, 'contextLength' | 'cleaning' | 'padId'>;
}

/** Turns texts into ids as the model's reference implementation does. */
export class TextTokenizer {
  /** What fills the context behind a text. */
  readonly padId: number;
  readonly #encode: (text: string) => number[];

  /** @throws Error when the files describe no tokenizer */
  constructor({ tokenizer, tokenizerConfig, text }: TokenizerOptions) {
    const normalizer = normalizerOf(tokenizer.normalizer, text.cleaning);
    const pre_tokenizer = withUnicodeSpaces(tokenizer.pre_tokenizer);
    const library = new Tokenizer({ ...tokenizer, normalizer, pre_tokenizer }, tokenizerConfig);
    composeAsReference(library.normalizer);
    const pad = tokenizerConfig.pad_token;
    const padToken = typeof pad === 'object' ? pad?.content : pad;
    const namedPadId = padToken ? library.token_to_id(padToken) : undefined;
    this.padId = namedPadId ?? tokenizer.padding?.pad_id ?? text.padId;
    const { contextLength } = text;
    // A tokenizer that only marks the start puts something else at the end of a text.
    const lastOfEmpty = library.encode('').ids.at(-1);
    const endId = lastOfEmpty === library.encode('a').ids.at(-1) ? (lastOfEmpty ?? null) : null;
    if (text.cleaning === 'siglip' && endId !== null) {
      const specialTokens = new Map(tokenizer.added_tokens!.map(({ content, id }) => [content, id]));
      const plain = new Tokenizer(withoutSpecialTokens(tokenizer), tokenizerConfig);
      this.#encode = siglipEncoder({ tokenizer: plain, specialTokens, endId, contextLength });
    } else {
      const prepare = lowerCases(normalizer) ? plainSigmas : (same: string) => same;
      this.#encode = (given) => cut(library.encode(prepare(given)).ids, { contextLength, endId });
    }
  }

  /** Ids of a text, start and end included, not padded. One that is too long is cut; its end token survives. */
  encode(text: string): number[] {
    return this.#encode(text);
  }
}

/** A SentencePiece model that takes any text for text, even what looks like its `</s>`. */
function withoutSpecialTokens(tokenizer: TokenizerFile): TokenizerFile {
  // Pieces that are no words have the score 0. A text cannot hold U+FFFD any more when it comes to pieces.
  const vocab = tokenizer.model!.vocab!.map(([piece, score]): [string, number] => [
    score === 0 ? `\ufffd${piece}` : piece,
    score,
  ]);
  return { ...tokenizer, normalizer: null, added_tokens: [], model: { ...tokenizer.model, vocab } };
}

function cut(
  ids: number[],
  { contextLength, endId }: { contextLength: number; endId: number | null },
): number[] {
  if (ids.length <= contextLength) return ids;
  return endId === null ? ids.slice(0, contextLength) : [...ids.slice(0, contextLength - 1), endId];
}

/**
 * The `pre_tokenizer` of a `tokenizer.json`, its byte-level steps cutting at Unicode's white space: the library's own
 * pattern takes JavaScript's, to which U+FEFF belongs. In `Split` steps it translates patterns.
 */
function withUnicodeSpaces(step: PreTokenizer): PreTokenizer {
  if (step?.type === 'Sequence') {
    return { ...step, pretokenizers: (step.pretokenizers ?? []).map(withUnicodeSpaces) };
  }
  if (step?.type !== 'ByteLevel' || step.use_regex === false || step.add_prefix_space) return step;
  const split = { type: 'Split', pattern: { Regex: BYTE_LEVEL }, behavior: 'Isolated', invert: false };
  return { type: 'Sequence', pretokenizers: [split, { ...step, use_regex: false }] };
}

/** GPT-2's pattern, which tokenizers' byte-level step cuts by. */
const BYTE_LEVEL = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** The `normalizer` of a `tokenizer.json`, with what the model's `cleaning` asks of it. */
function normalizerOf(normalizer: unknown, cleaning: TextPreparation['cleaning']): unknown {
  if (cleaning === 'siglip') return null;
  if (cleaning === 'none' || lowerCases(normalizer)) return normalizer ?? null;
  // Behind the search for tokens that stand in a text as such: in the reference, <TABLE> is no <table>.
  const steps = [{ type: 'Lowercase' }, ...(normalizer ? [normalizer] : [])];
  return { type: 'Sequence', normalizers: steps };
}

function lowerCases(normalizer: unknown): boolean {
  return JSON.stringify(normalizer ?? null).includes('"Lowercase"');
}

/** JavaScript turns Σ at the end of a word into ς; the reference lower-cases letter by letter and gets σ. */
function plainSigmas(text: string): string {
  return text.replaceAll('Σ', 'σ');
}

/**
 * Reads a model directory's tokenizer. It can hold a quarter of a million words, so only who needs it reads it.
 * @throws WordwatchError `model-corrupt`
 */
export async function openTokenizer(
  directoryPath: string,
  text: TokenizerOptions['text'],
): Promise<TextTokenizer> {
  const read = async (name: string) => JSON.parse(await readFile(join(directoryPath, name), 'utf8'));
  try {
    const tokenizerConfig = TokenizerConfig.parse(await read('tokenizer_config.json'));
    return new TextTokenizer({ tokenizer: await read('tokenizer.json'), tokenizerConfig, text });
  } catch (error) {
    throw new WordwatchError('model-corrupt', `tokenizer.json cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
