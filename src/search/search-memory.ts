import type { SearchInfo, SearchInput } from '../server/api/search-schemas.js';
import { WordwatchError } from '../shared/errors.js';
import type { SearchService } from './search-service.js';
import { doesStandOut } from './searcher.js';

/**
 * A search as it is asked for over HTTP. What is wrong with the question, or not there, is an answer.
 * @param signal who asks is gone
 * @throws WordwatchError as `SearchService.search` does where it is a fault of the program
 */
export async function searchMemory(
  service: SearchService,
  { words, not: unwanted, image, like, cameras, sinceMs, untilMs, limit }: SearchInput,
  signal: AbortSignal,
): Promise<SearchInfo | 'busy' | { refused: { code: string; message: string } }> {
  const query = {
    ...{ words: words ?? null, unwanted, like: like ?? null, limit, cameraIds: cameras ?? null },
    picture: image === undefined ? null : Buffer.from(image, 'base64'),
    ...{ fromMs: sinceMs ?? Number.NEGATIVE_INFINITY, toMs: untilMs ?? Number.POSITIVE_INFINITY },
  };
  const found = await service.search(query, signal).catch((error: unknown) => {
    if (!(error instanceof WordwatchError) || !error.userInput) throw error;
    const { code, message, hint } = error;
    return { refused: { code, message: hint ? `${message}. ${hint}` : message } };
  });
  if (found === 'busy' || 'refused' in found) return found;
  const { hits, standsOut, scanned, lostRows, skipped } = found;
  return {
    hits: hits.map((hit) => {
      const { cameraId, atMs, fromMs, toMs, timed, score, surprise, strength, tile } = hit;
      const { pictureId, recorded, pictureAtMs } = hit;
      const own = strength === null ? null : doesStandOut(hit);
      return {
        cameraId,
        atMs,
        fromMs,
        toMs,
        timed,
        score,
        surprise,
        standsOut: own,
        tile,
        pictureId,
        recorded,
        pictureAtMs,
      };
    }),
    ...{ standsOut, minutes: scanned.rows, vectors: scanned.vectors, lostMinutes: lostRows, skipped },
  };
}
