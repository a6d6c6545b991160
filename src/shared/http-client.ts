import { messageOf } from './errors.js';

/** How long a server wants to be left alone, at most `maxMs`: `Retry-After`, seconds or a date; null: it does not say. */
export function retryAfterOf(headers: Headers, maxMs: number): number | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.min(maxMs, Math.max(0, waitMs));
}

/** fetch says "fetch failed" or "terminated"; what happened stands underneath. */
export function fetchFailureOf(error: unknown): string {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  // Several addresses of one name that all failed.
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return messageOf(cause) || 'no connection';
}
