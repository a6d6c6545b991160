import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { TokenizerConfig } from './files.js';
import type { TextPreparation } from './preparation.js';

/** What {@link TextTokenizer} is made of. */
export interface TokenizerOptions {
  /** The content of `tokenizer.json`. */
  tokenizer: object;
  tokenizerConfig: TokenizerConfig;
  text: Pick<TextPreparation, 'contextLength' | 'lowerCase' | 'padId'>;
}

/** Turns texts into ids as the model's reference implementation does. */
export class TextTokenizer {
  /** What fills the context behind a text. */
  readonly padId: number;
  readonly #tokenizer: Tokenizer;
  readonly #contextLength: number;
  readonly #lowerCases: 'before' | 'inside' | 'never';
  /** Token that ends every text, null where there is none. */
  readonly #endId: number | null;

  /** @throws Error when the files describe no tokenizer */
  constructor({ tokenizer, tokenizerConfig, text }: TokenizerOptions) {
    this.#tokenizer = new Tokenizer(tokenizer, tokenizerConfig);
    this.#contextLength = text.contextLength;
    const { normalizer, padding } = tokenizer as {
      normalizer?: unknown;
      padding?: { pad_id?: number } | null;
    };
    const lowerCasesItself = JSON.stringify(normalizer ?? null).includes('"Lowercase"');
    this.#lowerCases = lowerCasesItself ? 'inside' : text.lowerCase ? 'before' : 'never';
    const pad = tokenizerConfig.pad_token;
    const padToken = typeof pad === 'object' ? pad?.content : pad;
    const namedPadId = padToken ? this.#tokenizer.token_to_id(padToken) : undefined;
    this.padId = namedPadId ?? padding?.pad_id ?? text.padId;
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

  #prepare(text: string): string {
    if (this.#lowerCases === 'never') return text;
    // JavaScript turns Σ at the end of a word into ς; the reference lower-cases letter by letter and gets σ.
    const plain = text.replaceAll('Σ', 'σ');
    return this.#lowerCases === 'before' ? plain.toLowerCase() : plain;
  }
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
