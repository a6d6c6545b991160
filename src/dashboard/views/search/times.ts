import type { SearchInfo } from '../../../server/api/search-schemas.js';
import { nowMs, timeZone } from '../../data/state.js';
import { formatDuration, formatTime, formatTimeThere } from '../../format.js';
import { words } from '../../words.js';

export type Hit = SearchInfo['hits'][number];

/** When a hit was, in the viewer's zone; of a recording without a time, how far into it. */
export function hitTime({ timed }: Pick<Hit, 'timed'>, atMs: number): string {
  return timed ? formatTime(atMs, nowMs.peek()) : words.search.untimed(formatDuration(atMs));
}

/** The same where the cameras are; null: it is no other zone. */
export function cameraTime({ timed, atMs }: Pick<Hit, 'timed' | 'atMs'>): string | null {
  const there = timed ? formatTimeThere(atMs, timeZone.value) : null;
  return there && words.search.cameraTime(there);
}
