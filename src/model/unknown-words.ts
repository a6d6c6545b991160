/**
 * Words of the texts that a model never saw in training, each once, in the order of the texts. Pure.
 * @param knownWords lower case
 */
export function unknownWords(texts: readonly string[], knownWords: readonly string[]): string[] {
  const known = new Set(knownWords);
  // Marks belong to the letter before them: without them an Indic word would fall to pieces.
  const words = texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []);
  return [...new Set(words)].filter((word) => !known.has(word));
}
