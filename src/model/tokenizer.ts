import { Tokenizer } from '@huggingface/tokenizers';
import type { ModelDirectory } from './directory.js';

/** Texts as token ids, all of the model's context length. */
export interface TokenBatch {
  /** rows × length ids, row by row. */
  ids: BigInt64Array;
  /** 1 where there is a token, 0 where there is padding. */
  mask: BigInt64Array;
  rows: number;
  length: number;
}

/** Turns texts into ids as the model's reference implementation does. */
export class TextTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #length: number;
  readonly #padId: number;
  readonly #lowerCase: boolean;

  constructor({
    tokenizer,
    tokenizerConfig,
    contextLength,
  }: Pick<ModelDirectory, 'tokenizer' | 'tokenizerConfig' | 'contextLength'>) {
    this.#tokenizer = new Tokenizer(tokenizer, tokenizerConfig);
    this.#length = contextLength;
    const pad = tokenizerConfig.pad_token;
    const content = typeof pad === 'object' ? pad?.content : pad;
    this.#padId = (content ? this.#tokenizer.token_to_id(content) : undefined) ?? 0;
    this.#lowerCase = tokenizerConfig.do_lower_case ?? false;
  }

  /** One row a text, cut or padded to the context length; the end token survives the cut. */
  encode(texts: readonly string[]): TokenBatch {
    const length = this.#length;
    const ids = new BigInt64Array(texts.length * length).fill(BigInt(this.#padId));
    const mask = new BigInt64Array(texts.length * length);
    for (const [row, text] of texts.entries()) {
      const all = this.#tokenizer.encode(this.#lowerCase ? text.toLowerCase() : text).ids;
      const kept = all.length > length ? [...all.slice(0, length - 1), all.at(-1)!] : all;
      for (const [column, id] of kept.entries()) {
        ids[row * length + column] = BigInt(id);
        mask[row * length + column] = 1n;
      }
    }
    return { ids, mask, rows: texts.length, length };
  }
}
