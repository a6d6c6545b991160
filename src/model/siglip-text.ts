import type { Tokenizer } from '@huggingface/tokenizers';

/** What {@link siglipEncoder} needs. */
export interface SiglipEncoderOptions {
  /** Knows the pieces; one that looks for no special tokens itself, for text can become one on its way. */
  tokenizer: Tokenizer;
  /** What is a token where it stands in a text as such. */
  specialTokens: ReadonlyMap<string, number>;
  endId: number;
  contextLength: number;
}

/**
 * Ids of texts as the reference's SiglipTokenizer makes them, end included.
 *
 * `tokenizer.json` cannot be left to do it: the hub's files keep `/ < >`, which the reference drops, and where they name
 * SentencePiece's table, the tokenizer library takes NFKC instead, turns U+200D (inside 👨‍👩‍👧) into a space, and leaves
 * spaces at the ends that the table has made of something else.
 */
export function siglipEncoder(options: SiglipEncoderOptions): (text: string) => number[] {
  const { tokenizer, specialTokens, endId, contextLength } = options;
  const names = [...specialTokens.keys()].map((name) => name.replace(/[^\w\s]/g, '\\$&'));
  const special = new RegExp(`${PYTHON_SPACE}*(${names.join('|')})${PYTHON_SPACE}*`);
  const pieces = (text: string) => tokenizer.encode(normalised(text), { add_special_tokens: false }).ids;
  const prefixLength = pieces(PREFIX).length;
  // Behind a special token no space comes before a word, unlike at the start, and unknown letters there are lost with
  // the prefix: the reference has its prefix for the former, and the latter is what comes of it.
  const idsOf = (text: string) => pieces(PREFIX + cleaned(text)).slice(prefixLength);
  return (text) => {
    const start = `▁${text.replaceAll('▁', ' ')}`;
    const parts = names.length > 0 ? start.split(special) : [start];
    const ids = parts
      .flatMap((part, i) => (i % 2 === 1 ? specialTokens.get(part)! : part === '' ? [] : idsOf(part)))
      .slice(0, contextLength - 1);
    return ids.at(-1) === endId ? ids : [...ids, endId];
  };
}

const PREFIX = '<unk>';

/** What the reference does itself: lower case, no ASCII punctuation, words one space apart. */
function cleaned(text: string): string {
  return (
    text
      // Of a whole text, unlike Rust's, which the other tokenizers use: Σ at the end of a word becomes ς in Python, too.
      .toLowerCase()
      .replace(/[!-/:-@[-`{-~]/g, '')
      .replace(PYTHON_SPACES, ' ')
      .replace(/^ | $/g, '')
  );
}

/** What SentencePiece does before it looks for pieces: its form `nmt_nfkc`, words one space apart. */
function normalised(text: string): string {
  return text
    .replace(DROPPED, '')
    .replace(MADE_SPACES, ' ')
    .split(NEVER_COMPOSED)
    .map((part, i) => (i % 2 ? part.replace('\u0344', '\u0308\u0301') : part.normalize('NFKC')))
    .join('')
    .replace(/ {2,}/g, ' ')
    .replace(/^ | $/g, '');
}

/** White space to Python, which is not JavaScript's. */
const PYTHON_SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const PYTHON_SPACES = new RegExp(`${PYTHON_SPACE}+`, 'g');
// The rules of nmt_nfkc that are not NFKC's:
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const DROPPED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g;
const MADE_SPACES = /[\u200b\u200c\u200e\u200f\u2581\ufeff\ufffd]/g;
/** The full-width tilde stays, and the double mark is taken apart, but not composed with the letter before it. */
const NEVER_COMPOSED = /(\uff5e|\u0344)/;
