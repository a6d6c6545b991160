import { createHmac } from 'node:crypto';
import type { DetectionEvent } from '../detect/event.js';
import { fetchFailureOf, RequestDeadline, retryAfterOf } from '../shared/http-client.js';
import { redactUrl } from '../shared/redact-url.js';
import type { Outcome } from './delivery.js';

/** A server that wants to be left alone for longer is asked again after this. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** Statuses below 500 that say "not now", not "never". */
const LATER = [408, 425, 429];

/** Where events are posted. */
export interface WebhookOptions {
  /** `http://` or `https://`. Many services have a secret in it: it is never shown. */
  url: string;
  /** Signs what is posted; null: nothing is signed. */
  secret: string | null;
  /** From the first byte sent to the answer's head. */
  timeoutMs: number;
}

/**
 * Posts one event. Redirects are not followed: what is signed for one server is not shown to another.
 * @returns what became of it; aborted by `signal`: failed
 */
export async function postEvent(
  event: DetectionEvent,
  { url, secret, timeoutMs, signal }: WebhookOptions & { signal: AbortSignal },
): Promise<Outcome> {
  if (signal.aborted) return { kind: 'failed', reason: 'stopped' };
  using deadline = new RequestDeadline({ signal, timeoutMs });
  try {
    const body = JSON.stringify(event);
    const headers = headersOf(event, { body, secret, nowMs: Date.now() });
    const answer = await fetch(url, {
      ...{ method: 'POST', body, headers, redirect: 'manual', signal: deadline.signal },
    });
    await answer.body?.cancel(); // nobody is interested
    return outcomeOf(answer);
  } catch (error) {
    const reason = deadline.isLate
      ? `no answer within ${timeoutMs / 1000} s`
      : redactUrl(fetchFailureOf(error));
    return { kind: 'failed', reason };
  }
}

/**
 * The headers of one attempt. The signature is the HMAC of the timestamp (seconds since the epoch), a full stop and the body:
 * it covers the time, so that a receiver can refuse a copy that somebody sends again later.
 */
function headersOf(
  { id, seq }: DetectionEvent,
  { body, secret, nowMs }: { body: string; secret: string | null; nowMs: number },
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature =
    secret && `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
  return {
    'content-type': 'application/json',
    'user-agent': 'wordwatch',
    'wordwatch-event-id': id,
    'wordwatch-event-seq': String(seq),
    'wordwatch-timestamp': timestamp,
    ...(signature === null ? {} : { 'wordwatch-signature': signature }),
  };
}

function outcomeOf({ status, headers }: Response): Outcome {
  const reason = `the server answers ${status}`;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status >= 400 && status < 500 && !LATER.includes(status)) return { kind: 'refused', reason };
  if (status >= 300 && status < 400)
    return {
      kind: 'failed',
      reason: `${reason}, a redirect, which is not followed: put the right url into the config`,
    };
  return { kind: 'failed', reason, retryAfterMs: retryAfterOf(headers, MAX_RETRY_AFTER_MS) ?? 0 };
}
