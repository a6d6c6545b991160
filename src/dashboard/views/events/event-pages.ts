import { type Signal, signal } from '@preact/signals';
import type { DetectionEvent } from '../../../detect/event.js';
import type { EventRow } from '../../../server/api/past-schemas.js';
import { type ApiError, getJson } from '../../data/api.js';
import { asApiError } from '../../data/resource.js';
import { withQuery } from '../../router.js';
import { askedFor, type Filters } from './filters.js';

/** Events asked for first, to be seen soon, and then at once. */
const FIRST = 100;
const AT_ONCE = 500;

interface Page {
  events: EventRow[];
  next: string | null;
  total: number | null;
}

/** The events of one choice of filters, newest first: pages of the past as they are needed, and what happens meanwhile. */
export class EventPages {
  readonly filters: Filters;
  readonly rows: Signal<readonly EventRow[]> = signal([]);
  /** How many there are; null: not known yet. */
  readonly total = signal<number | null>(null);
  readonly error = signal<ApiError | null>(null);
  readonly isLoading = signal(true);
  #next: string | null = null;
  #isComplete = false;
  readonly #leaving = new AbortController();

  constructor(filters: Filters) {
    this.filters = filters;
    void this.#load();
  }

  /** Asks for older ones, if there are any and none are on their way. */
  more(): void {
    if (!this.isLoading.peek() && !this.#isComplete && !this.error.peek()) void this.#load();
  }

  retry(): void {
    this.error.value = null;
    void this.#load();
  }

  /** Takes over what the live feed told: newest phases, in any order. */
  hear(events: readonly DetectionEvent[]): void {
    const rows = this.rows.peek();
    if (this.isLoading.peek() && rows.length === 0) return; // they will be in the first page
    const known = new Map(rows.map((row) => [row.event.id, row]));
    const newest = rows[0]?.event.startedAtMs ?? Number.NEGATIVE_INFINITY;
    let changed = false;
    let added = 0;
    for (const event of events) {
      const row = known.get(event.id);
      if (row ? row.event.seq >= event.seq : event.startedAtMs < newest || !this.#wants(event)) continue;
      // An end has no picture of its own, and does not take that of the start away.
      const hasSnapshot = event.snapshot !== undefined || row?.hasSnapshot === true;
      known.set(event.id, { event, verdict: row?.verdict ?? null, hasSnapshot, clip: row?.clip ?? null });
      changed = true;
      if (!row) added++;
    }
    if (!changed) return;
    this.rows.value = [...known.values()].sort(
      (a, b) => b.event.startedAtMs - a.event.startedAtMs || b.event.seq - a.event.seq,
    );
    if (this.total.peek() !== null) this.total.value = this.total.peek()! + added;
  }

  /** Notes what somebody said. */
  judge(reviewed: readonly { id: string; after: EventRow['verdict'] }[]): void {
    const verdicts = new Map(reviewed.map(({ id, after }) => [id, after]));
    this.rows.value = this.rows.peek().map((row) => {
      const verdict = verdicts.get(row.event.id);
      return verdict === undefined ? row : { ...row, verdict };
    });
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #load(): Promise<void> {
    const { signal: left } = this.#leaving;
    this.isLoading.value = true;
    try {
      const limit = this.#next === null ? FIRST : AT_ONCE;
      const asked = { ...askedFor(this.filters), limit, before: this.#next };
      const { events, next, total } = await getJson<Page>(withQuery('/api/past/events', asked), left);
      const known = new Set(this.rows.peek().map(({ event }) => event.id));
      this.rows.value = [...this.rows.peek(), ...events.filter(({ event }) => !known.has(event.id))];
      this.#next = next;
      this.#isComplete = next === null;
      if (total !== null) this.total.value = total;
    } catch (error) {
      if (!left.aborted) this.error.value = asApiError(error);
    } finally {
      if (!left.aborted) this.isLoading.value = false;
    }
  }

  #wants({ cameraId, ruleId, severity, phase, startedAtMs }: DetectionEvent): boolean {
    const { camera, rule, severity: wanted, state, verdict } = this.filters;
    const { since, until } = askedFor(this.filters);
    return (
      (camera === undefined || camera === cameraId) &&
      (rule === undefined || rule === ruleId) &&
      (wanted === undefined || wanted === severity) &&
      (state === undefined || (state === 'over') === (phase === 'end')) &&
      (verdict === undefined || verdict === 'none') &&
      (since === undefined || startedAtMs >= Number(since)) &&
      (until === undefined || startedAtMs < Number(until))
    );
  }
}
