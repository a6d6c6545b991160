import type { AdviceResult } from './studio-api.js';

type CameraAdvice = AdviceResult['cameras'][number];

/** A change of words that would help. */
export interface Proposal extends Pick<CameraAdvice['proposals'][number], 'kind' | 'phrase' | 'text'> {
  /** Where it would. */
  cameraIds: string[];
}

/** So many are shown: more would be a questionnaire. */
const MOST = 6;

/** What would help, each once, what helps on most cameras first. */
export function proposalsOf(cameras: readonly CameraAdvice[]): Proposal[] {
  const all = new Map<string, Proposal>();
  for (const { cameraId, proposals } of cameras) {
    for (const { kind, phrase, text } of proposals) {
      const key = `${kind} ${phrase}`;
      const known = all.get(key) ?? { kind, phrase, text, cameraIds: [] };
      known.cameraIds.push(cameraId);
      all.set(key, known);
    }
  }
  return [...all.values()].sort((a, b) => b.cameraIds.length - a.cameraIds.length).slice(0, MOST);
}

/** Phrases with a word that the model does not know. */
export function doubtfulOf(phrases: readonly string[], unknownWords: readonly string[]): Set<string> {
  return new Set(
    phrases.filter((phrase) => {
      const spoken = phrase.toLowerCase().split(/[^\p{L}\p{N}]+/u);
      return unknownWords.some((word) => spoken.includes(word.toLowerCase()));
    }),
  );
}
