import { fetchFailureOf, RequestDeadline, retryAfterOf } from '../../shared/http-client.js';
import { redactUrl } from '../../shared/redact-url.js';
import { closed, invalidAnswer, RemoteFailure } from './failure.js';

/** One request. */
export interface HttpRequest {
  url: string;
  /** What is posted; none: GET. */
  body?: Uint8Array;
  headers?: Record<string, string>;
  /** Sent as bearer token. */
  token: string | null;
  /** From the first byte sent to the last one received. */
  timeoutMs: number;
  /** Of the answer's body, decompressed. */
  maxBytes: number;
  /** Ends the request: the model is closed. */
  signal: AbortSignal;
}

/** An answer whose status is 200. */
export interface HttpAnswer {
  headers: Headers;
  body: Buffer;
}

/** What a server may say about an error; the rest is not read. */
const MAX_ERROR_BYTES = 64 * 1024;
/** A server that wants to be left alone for longer is asked again after this. */
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Sends one request and reads the whole answer. Redirects are not followed: the token is for the named host only.
 * @throws RemoteFailure `remote-unreachable`, `remote-refused`, `remote-not-found`, `remote-failed`,
 *   `remote-invalid-answer`; WordwatchError `model-closed`
 */
export async function send(request: HttpRequest): Promise<HttpAnswer> {
  const { url, body, token, timeoutMs, maxBytes, signal } = request;
  if (signal.aborted) throw closed();
  using deadline = new RequestDeadline({ signal, timeoutMs });
  try {
    const answer = await fetch(url, {
      method: body ? 'POST' : 'GET',
      ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}),
      headers: {
        accept: 'application/json, application/octet-stream',
        'accept-encoding': 'identity',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      redirect: 'manual',
      signal: deadline.signal,
    });
    if (answer.status !== 200) throw refusal(answer, request, await errorText(answer, token));
    return { headers: answer.headers, body: await readBody(answer, maxBytes, placeOf(url)) };
  } catch (error) {
    if (error instanceof RemoteFailure) throw error;
    if (signal.aborted) throw closed();
    throw unreachable(
      url,
      deadline.isLate ? `no answer within ${timeoutMs / 1000} s` : fetchFailureOf(error),
      error,
    );
  }
}

/** How an address is shown. */
export function placeOf(url: string): string {
  return redactUrl(url);
}

async function readBody(answer: Response, maxBytes: number, place: string): Promise<Buffer> {
  const declared = Number(answer.headers.get('content-length') ?? 0);
  const tooLong = () => invalidAnswer(place, `answers with more than ${maxBytes} bytes`);
  if (declared > maxBytes) throw tooLong();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What the server says of an error, in one short line; empty: nothing that could be read. */
async function errorText(answer: Response, token: string | null): Promise<string> {
  const text = await readBody(answer, MAX_ERROR_BYTES, '').then(String, () => '');
  const said = /"error"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  if (said === undefined) return '';
  try {
    const plain = String(JSON.parse(said))
      .replace(/\p{Cc}+/gu, ' ')
      .slice(0, 300);
    // Some servers repeat what they were sent.
    return redactUrl(token === null ? plain : plain.replaceAll(token, '***'));
  } catch {
    return '';
  }
}

/** What a status other than 200 means. */
function refusal(answer: Response, { url, token }: HttpRequest, said: string): RemoteFailure {
  const { status, headers } = answer;
  const answers = `${placeOf(url)} answers ${status}${said && `: ${said}`}`;
  if (status === 401 || status === 403) {
    return new RemoteFailure('remote-refused', answers, {
      status,
      userInput: true,
      hint: token ? 'Is the token in model.remote.token right?' : 'It wants a token: set model.remote.token.',
    });
  }
  if (status === 404) {
    return new RemoteFailure('remote-not-found', answers, {
      status,
      userInput: true,
      hint: 'model.remote.url names a model: http://HOST:PORT/v2/models/NAME. Is the name right, and is it loaded?',
    });
  }
  if (status >= 300 && status < 400) {
    const to = headers.get('location');
    return new RemoteFailure('remote-failed', `${answers}, a redirect${to ? ` to ${placeOf(to)}` : ''}`, {
      status,
      userInput: true,
      hint: 'Redirects are not followed, so that pictures and token go nowhere else: name the right address in model.remote.url.',
    });
  }
  const isTransient = [408, 429, 502, 503, 504].includes(status);
  return new RemoteFailure('remote-failed', answers, {
    status,
    again: isTransient ? 'soon' : status >= 500 ? 'later' : 'never',
    retryAfterMs: retryAfterOf(headers, MAX_RETRY_AFTER_MS),
    ...(status === 413 ? { hint: 'Lower model.remote.batch.' } : {}),
  });
}

function unreachable(url: string, reason: string, cause: unknown): RemoteFailure {
  return new RemoteFailure('remote-unreachable', `cannot reach ${placeOf(url)}: ${redactUrl(reason)}`, {
    cause,
    again: 'soon',
    hint: 'Is the server running, and is model.remote.url its address?',
  });
}
