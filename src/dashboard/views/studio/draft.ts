import type { RuleDraft } from '../../../config/rule-draft.js';

/** A rule as its file has it: nothing but what is said there. */
export type { RuleDraft };

/** Fields of a rule. */
export type RuleKey = keyof RuleDraft;

/** What counts where a rule says nothing, as far as the page shows it. */
export const DEFAULTS = {
  severity: 'warning',
  confirm: { k: 3, n: 5 },
  for: '0s',
  hysteresis: 0.5,
  clear_for: '10s',
  cooldown: '60s',
  calibrate: { warmup: '48h', min: '6h', adapt: true },
  active: { days: ['sun-sat'], hours: '00:00-24:00' },
} as const;

/** False alarms a day that a new rule begins with. */
const FIRST_BUDGET = 1;
const ID_LENGTH = 64;
const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Whether something can be a rule's id. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * A new rule, begun with what a link says: `words` and `not` (one a line, each may come more than once), `camera`, and
 * `tile`, see {@link tileOf}.
 */
export function draftOfQuery(query: URLSearchParams): RuleDraft {
  const [when, not] = ['words', 'not'].map((name) => query.getAll(name).flatMap(phrasesOf));
  const tile = tileOf(query.get('tile'));
  const cameras = [...new Set([...query.getAll('camera'), ...(tile ? [tile.cameraId] : [])])].filter(isId);
  return {
    id: idFor(when![0] ?? ''),
    when: [...new Set(when)].slice(0, MOST_WORDS),
    ...(not!.length > 0 ? { not: [...new Set(not)].slice(0, MOST_NOT) } : {}),
    ...(cameras.length > 0 ? { cameras } : {}),
    budget: { false_alarms_per_day: FIRST_BUDGET },
    ...(tile?.region ? { tiles: { region: tile.region } } : {}),
  };
}

/** How many wordings and negatives a rule may have. */
export const MOST_WORDS = 16;
export const MOST_NOT = 32;

/** Phrases of a text, one a line. */
export function phrasesOf(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
}

type Region = [number, number][];

/** A part of a picture that a rule is begun with. */
interface LinkedTile {
  cameraId: string;
  /** null: not said where it is. */
  region: Region | null;
}

/** Reads a camera and a box, `yard/0.25,0.5,0.25,0.25`. */
export function tileOf(text: string | null): LinkedTile | null {
  const [cameraId = '', box = ''] = text?.split('/') ?? [];
  if (!isId(cameraId)) return null;
  const [x = Number.NaN, y = Number.NaN, w = Number.NaN, h = Number.NaN] = box.split(',').map(Number);
  const isInside = x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 1.0001 && y + h <= 1.0001;
  return { cameraId, region: isInside ? regionOfBox({ x, y, w, h }) : null };
}

/** The corners of a box, in fractions of the frame. */
export function regionOfBox({ x, y, w, h }: { x: number; y: number; w: number; h: number }): Region {
  const [left, top] = [fraction(x), fraction(y)];
  const [right, bottom] = [fraction(x + w), fraction(y + h)];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** As a file should have it: in 0…1, with no more digits than a picture has pixels. */
export function fraction(value: number): number {
  return Math.round(1000 * Math.min(1, Math.max(0, value))) / 1000;
}

/** An id made of words: `a parcel at the door` → `parcel-at-the-door`. */
export function idFor(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/^(an?|the|some(thing|body|one)?( is)?)\s+/, '');
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, ID_LENGTH)
    .replace(/-+$/, '');
}

/** A rule's wordings as a list: one may stand alone in a file. Files may be wrong: what is no text is left out. */
export function wordsOf({ when }: Pick<RuleDraft, 'when'>): string[] {
  return (Array.isArray(when) ? when : [when]).filter((phrase) => typeof phrase === 'string');
}

/** What a rule must not be taken for, in the same way. */
export function notOf({ not }: Pick<RuleDraft, 'not'>): string[] {
  return Array.isArray(not) ? wordsOf({ when: not }) : [];
}

/** @returns the draft with some fields changed; undefined takes one away, so that its default counts */
export function withFields(
  draft: RuleDraft,
  changes: { [K in RuleKey]?: RuleDraft[K] | undefined },
): RuleDraft {
  const all = Object.entries({ ...draft, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all) as RuleDraft;
}

/** Whether two drafts, or parts of them, say the same. The order of fields says nothing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => isSame(left[key], right[key]));
}

/** Fields in which two drafts differ. */
export function changedKeys(before: RuleDraft, after: RuleDraft): RuleKey[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<RuleKey>;
  return [...keys].filter((key) => !isSame(before[key], after[key]));
}

/** What was changed here, put on top of what somebody else made of the same rule meanwhile. */
export function onTop({ base, mine, theirs }: Record<'base' | 'mine' | 'theirs', RuleDraft>): RuleDraft {
  const changes = Object.fromEntries(changedKeys(base, mine).map((key) => [key, mine[key]]));
  return withFields(theirs, changes);
}

/** What of a draft decides what it would raise, so that a name or a severity asks for nothing anew. */
export function tryable(draft: RuleDraft): RuleDraft | null {
  const when = wordsOf(draft);
  if (when.length === 0) return null;
  const { name: _, severity: __, device_class: ___, remind_every: ____, enabled: _____, ...rest } = draft;
  return { ...rest, id: isId(draft.id) ? draft.id : 'draft', when };
}
