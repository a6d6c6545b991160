import { messageOf } from '../shared/errors.js';
import type { Embedder } from './embedder.js';

/** Whether a model works, as far as its last pictures tell. */
export interface ModelHealth {
  /** Why the last pictures could not be embedded, for people; null: they could. */
  reason(): string | null;
  /** Calls for pictures that it has not answered yet. */
  underWay(): number;
}

/**
 * The same model, and an eye on whether it works: while it does not, cameras are watched by nobody.
 * @param unready why it does not work from the start; null: it does
 */
export function withHealth(
  embedder: Embedder,
  unready: string | null = null,
): { embedder: Embedder; health: ModelHealth } {
  let reason = unready;
  let underWay = 0;
  const watched: Embedder = {
    describe: () => embedder.describe(),
    embedTexts: (texts) => embedder.embedTexts(texts),
    async embedImages(batch) {
      underWay++;
      try {
        const vectors = await embedder.embedImages(batch);
        reason = null;
        return vectors;
      } catch (error) {
        reason = messageOf(error);
        throw error;
      } finally {
        underWay--;
      }
    },
    [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
  };
  return { embedder: watched, health: { reason: () => reason, underWay: () => underWay } };
}
