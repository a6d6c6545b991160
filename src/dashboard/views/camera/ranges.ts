import type { TimeRange } from '../../time-range.js';

/** How much of the past is shown up to now, and how often it is asked for anew. */
const SPANS = {
  '15m': { lengthMs: 15 * 60_000, stepMs: 5_000 },
  '1h': { lengthMs: 3_600_000, stepMs: 15_000 },
  '6h': { lengthMs: 6 * 3_600_000, stepMs: 60_000 },
  '1d': { lengthMs: 24 * 3_600_000, stepMs: 120_000 },
  '1w': { lengthMs: 7 * 24 * 3_600_000, stepMs: 600_000 },
} as const;
export type Span = keyof typeof SPANS;
export const SPAN_NAMES = Object.keys(SPANS) as Span[];

/** Less is not stored. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 60 * 24 * 3_600_000;

/** What the address asks for: a span up to now, or a stretch of the past. */
export function rangeIn(query: URLSearchParams): { span: Span; fixed: TimeRange | null } {
  const span = SPAN_NAMES.find((name) => name === query.get('span')) ?? '15m';
  const [fromMs, toMs] = [Number(query.get('from')), Number(query.get('to'))];
  const isFixed = Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs > 0 && toMs > fromMs;
  return { span, fixed: isFixed ? { fromMs, toMs } : null };
}

/** The stretch that is shown now. It moves on in steps, so that what is asked for does not change all the time. */
export function rangeAt(span: Span, nowMs: number): TimeRange {
  const { lengthMs, stepMs } = SPANS[span];
  const toMs = Math.ceil(nowMs / stepMs) * stepMs;
  return { fromMs: toMs - lengthMs, toMs };
}

/** A stretch that somebody marked, within what makes sense. */
export function bounded({ fromMs, toMs }: TimeRange, nowMs: number): TimeRange {
  const lengthMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, toMs - fromMs));
  const centreMs = (fromMs + toMs) / 2;
  const to = Math.min(Math.round(centreMs + lengthMs / 2), Math.ceil(nowMs));
  return { fromMs: Math.max(1, to - Math.round(lengthMs)), toMs: to };
}
