import { words } from '../words.js';
import { connection } from './state.js';

/** Why the program did not do what was asked; its message is for people. */
export class ApiError extends Error {
  /** HTTP status; 0: the program did not answer. */
  readonly status: number;
  readonly code: string;
  /** The answer's body, which may say more than code and message. */
  readonly body: unknown;

  constructor(message: string, { status, code, body }: { status: number; code: string; body?: unknown }) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** @throws ApiError; DOMException `AbortError` when `signal` aborts */
export function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, { signal: signal ?? null });
}

/** @returns the answer; undefined where there is none @throws as {@link getJson} */
export function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return ask<T>(path, { method: 'POST', headers, body: JSON.stringify(body), signal: signal ?? null });
}

/** @throws as {@link getJson} */
export async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(words.api.unreachable, { status: 0, code: 'unreachable' });
  }
  if (answer.ok) return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
  // Signing in with a wrong token answers 401, too; then nobody was signed in.
  if (answer.status === 401 && connection.peek() === 'live') connection.value = 'signed-out';
  const body: unknown = await answer.json().catch(() => null);
  const { code = 'failed', message = words.api.failed(answer.status) } =
    (body as { error?: { code?: string; message?: string } } | null)?.error ?? {};
  throw new ApiError(message, { status: answer.status, code, body });
}
