import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { TokenizerConfig } from './files.js';
import type { TextPreparation } from './preparation.js';
import { canonicalSiglipText } from './siglip-text.js';

/** What {@link TextTokenizer} is made of. */
export interface TokenizerOptions {
  /** The content of `tokenizer.json`. */
  tokenizer: { normalizer?: unknown; padding?: { pad_id?: number } | null };
  tokenizerConfig: TokenizerConfig;
  text: Pick<TextPreparation, 'contextLength' | 'cleaning' | 'padId'>;
}

/** Turns texts into ids as the model's reference implementation does. */
export class TextTokenizer {
  /** What fills the context behind a text. */
  readonly padId: number;
  readonly #tokenizer: Tokenizer;
  readonly #contextLength: number;
  /** What a text goes through before the tokenizer's own normalisation. */
  readonly #prepare: (text: string) => string;
  /** Token that ends every text, null where there is none. */
  readonly #endId: number | null;

  /** @throws Error when the files describe no tokenizer */
  constructor({ tokenizer, tokenizerConfig, text }: TokenizerOptions) {
    const normalizer = normalizerOf(tokenizer.normalizer, text.cleaning);
    this.#tokenizer = new Tokenizer({ ...tokenizer, normalizer }, tokenizerConfig);
    this.#contextLength = text.contextLength;
    this.#prepare =
      text.cleaning === 'siglip'
        ? canonicalSiglipText
        : lowerCases(normalizer)
          ? plainSigmas
          : (same) => same;
    const pad = tokenizerConfig.pad_token;
    const padToken = typeof pad === 'object' ? pad?.content : pad;
    const namedPadId = padToken ? this.#tokenizer.token_to_id(padToken) : undefined;
    this.padId = namedPadId ?? tokenizer.padding?.pad_id ?? text.padId;
    // A tokenizer that only marks the start puts something else at the end of a text.
    const lastOfEmpty = this.#ids('').at(-1);
    this.#endId = lastOfEmpty !== undefined && lastOfEmpty === this.#ids('a').at(-1) ? lastOfEmpty : null;
  }

  /** Ids of a text, start and end included, not padded. One that is too long is cut; its end token survives. */
  encode(text: string): number[] {
    const ids = this.#ids(this.#prepare(text));
    if (ids.length <= this.#contextLength) return ids;
    return this.#endId === null
      ? ids.slice(0, this.#contextLength)
      : [...ids.slice(0, this.#contextLength - 1), this.#endId];
  }

  #ids(text: string): number[] {
    return this.#tokenizer.encode(text).ids;
  }
}

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
