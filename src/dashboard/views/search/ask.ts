import type { SearchInput } from '../../../server/api/search-schemas.js';
import { href, type QueryValues } from '../../router.js';

/** Stretches of time that can be chosen. */
export const WHENS = ['any', '1h', '24h', '7d', 'between'] as const;
export type When = (typeof WHENS)[number];

const HOUR_MS = 3_600_000;
const SPANS_MS: Partial<Record<When, number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
};
/** More are for patience, not for reading. */
const HITS = 60;

/** What is looked for, as the view's address says; a picture is not in it. */
export interface Ask {
  words: string;
  not: readonly string[];
  /** A tile of the past, of which more is looked for; null: none. */
  like: NonNullable<SearchInput['like']> | null;
  /** null: all. */
  camera: string | null;
  when: When;
  /** As `<input type="datetime-local">` has them; empty: open. Only with `between`. */
  from: string;
  to: string;
}

/** Reads it from an address, in which anything may stand. */
export function askOf(query: URLSearchParams): Ask {
  const when = WHENS.find((known) => known === query.get('when')) ?? 'any';
  return {
    words: query.get('q') ?? '',
    not: (query.get('not') ?? '').split('\n').filter((phrase) => phrase.trim() !== ''),
    like: likeOf(query.get('like')),
    camera: query.get('camera'),
    ...{ when, from: query.get('from') ?? '', to: query.get('to') ?? '' },
  };
}

/** The address of a search. */
export function searchHref(ask: Ask): string {
  return href('search', [], valuesOf(ask));
}

export function valuesOf({ words, not, like, camera, when, from, to }: Ask): QueryValues {
  return {
    ...{ q: words, not: not.join('\n'), camera, when: when === 'any' ? null : when },
    ...(when === 'between' ? { from, to } : {}),
    like: like && `${like.cameraId}/${like.atMs}/${like.tile}`,
  };
}

/** What the program is asked; null: nothing is looked for yet. @param image base64; null: none */
export function bodyOf(ask: Ask, image: string | null, nowMs: number): Partial<SearchInput> | null {
  const { words, not, like, camera } = ask;
  if (words.trim() === '' && image === null && like === null) return null;
  const [sinceMs, untilMs] = rangeOf(ask, nowMs);
  return {
    ...{ not: [...not], limit: HITS },
    ...(words.trim() === '' ? {} : { words }),
    ...(image === null ? (like === null ? {} : { like }) : { image }),
    ...(camera === null ? {} : { cameras: [camera] }),
    ...(sinceMs === null ? {} : { sinceMs }),
    ...(untilMs === null ? {} : { untilMs }),
  };
}

function rangeOf({ when, from, to }: Ask, nowMs: number): [number | null, number | null] {
  const span = SPANS_MS[when];
  if (span !== undefined) return [nowMs - span, null];
  return when === 'between' ? [timeOf(from), timeOf(to)] : [null, null];
}

/** In the viewer's zone, as browsers read it. */
function timeOf(text: string): number | null {
  const atMs = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(atMs) ? null : atMs;
}

function likeOf(text: string | null): Ask['like'] {
  const [, cameraId, atMs, tile] = /^([a-z0-9_-]+)\/(-?\d+(?:\.\d+)?)\/(\d{1,5})$/.exec(text ?? '') ?? [];
  return cameraId === undefined ? null : { cameraId, atMs: Number(atMs), tile: Number(tile) };
}
