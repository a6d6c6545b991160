/**
 * A text as the reference's SiglipTokenizer hands it to its pieces: in lower case, without ASCII punctuation, in
 * SentencePiece's `nmt_nfkc` form, words one space apart.
 *
 * `tokenizer.json` cannot be left to do it: the hub's files keep `/ < >`, which the reference drops, and where they name
 * SentencePiece's table, the tokenizer library takes NFKC instead, turns U+200D (inside 👨‍👩‍👧) into a space, and leaves
 * spaces at the ends that the table has made of something else.
 */
export function canonicalSiglipText(text: string): string {
  return (
    text
      // Of a whole text, unlike Rust's, which the other tokenizers use: Σ at the end of a word becomes ς in Python, too.
      .toLowerCase()
      .replace(/[!-/:-@[-`{-~]/g, '')
      .replace(PYTHON_SPACES, ' ')
      .replace(DROPPED, '')
      .replace(MADE_SPACES, ' ')
      .split(FULL_WIDTH_TILDE)
      .map((part) => part.normalize('NFKC'))
      .join(FULL_WIDTH_TILDE)
      .replace(/ {2,}/g, ' ')
      .replace(/^ | $/g, '')
  );
}

/** White space to Python: JavaScript's has neither the separators of the ASCII table nor U+0085. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const PYTHON_SPACES = /[\s\x1c-\x1f\x85]+/g;
// The rules of nmt_nfkc that are not NFKC's:
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const DROPPED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g;
const MADE_SPACES = /[\u200b\u200c\u200e\u200f\u2581\ufeff\ufffd]/g;
const FULL_WIDTH_TILDE = '\uff5e';
