/**
 * Words of the texts that a model never saw in training. Pure.
 * @param knownWords lower case
 */
export function unknownWords(texts: readonly string[], knownWords: readonly string[]): string[] {
  const known = new Set(knownWords);
  const words = texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  return [...new Set(words)].filter((word) => !known.has(word));
}
