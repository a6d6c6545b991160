import { messageOf, WordwatchError } from '../../shared/errors.js';

/** A model hub that speaks Hugging Face's protocol. */
export interface Hub {
  /** Without a slash at the end. */
  url: string;
  token: string | null;
}

/** A file of a repository, at one commit. */
export interface HubFile {
  path: string;
  sizeBytes: number;
  /** What the hub declares: large files by their sha256, small ones by their git object id. */
  digest: { kind: 'sha256' | 'git'; hex: string };
}

/**
 * The commit that a branch or tag points at now.
 * @throws WordwatchError `hub-unreachable`, `hub-refused`, `hub-not-found`, `hub-failed`
 */
export async function resolveRevision(hub: Hub, repository: string, revision: string): Promise<string> {
  const { sha } = await asking(hub, `${repository} at ${revision}`, ({ modelInfo }) =>
    modelInfo({ ...credentials(hub), name: repository, revision, additionalFields: ['sha'] }),
  );
  if (/^[0-9a-f]{40}$/.test(sha)) return sha;
  throw new WordwatchError('hub-failed', `${hub.url} names no commit of ${repository} at ${revision}`);
}

/** All files of a repository. @throws as {@link resolveRevision} */
export async function filesOf(hub: Hub, repository: string, revision: string): Promise<HubFile[]> {
  const files: HubFile[] = [];
  await asking(hub, `${repository} at ${revision}`, async ({ listFiles }) => {
    const entries = listFiles({ ...credentials(hub), repo: repository, revision, recursive: true });
    for await (const { type, path, size, oid, lfs } of entries) {
      if (type !== 'file') continue;
      const digest = lfs
        ? { kind: 'sha256' as const, hex: lfs.oid.replace(/^sha256:/, '') }
        : { kind: 'git' as const, hex: oid ?? '' };
      files.push({ path, sizeBytes: lfs?.size ?? size, digest });
    }
  });
  return files;
}

function credentials({ url, token }: Hub) {
  return { hubUrl: url, fetch: patientFetch, ...(token === null ? {} : { accessToken: token }) };
}

const ANSWER_TIMEOUT_MS = 30_000;

const patientFetch: typeof fetch = (input, init) =>
  fetch(input, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });

async function asking<T>(
  hub: Hub,
  what: string,
  ask: (client: typeof import('@huggingface/hub')) => Promise<T>,
): Promise<T> {
  // Loaded when it is asked for: the service itself never pulls, and would only carry its memory.
  const client = await import('@huggingface/hub');
  try {
    return await ask(client);
  } catch (error) {
    if (error instanceof client.HubApiError) throw refusal(hub, what, error.statusCode);
    if (messageOf(error).includes('hf_')) {
      throw new WordwatchError('hub-refused', 'the token is none of the hub’s: they begin with hf_', {
        userInput: true,
        hint: 'Set HF_TOKEN to a token from the hub’s settings, or unset it.',
      });
    }
    throw unreachable(hub, error);
  }
}

/** What a status other than success means to whoever wanted `what`. */
export function refusal({ url, token }: Hub, what: string, status: number): WordwatchError {
  if (status === 401 || status === 403) {
    return new WordwatchError('hub-refused', `${url} refuses ${what} (${status})`, {
      userInput: true,
      hint: token
        ? 'The token in HF_TOKEN has no right to it, or the model’s terms must be accepted on its page first.'
        : 'The model may need a token: set HF_TOKEN.',
    });
  }
  if (status === 404) {
    return new WordwatchError('hub-not-found', `${url} has no ${what} (404)`, {
      userInput: true,
      hint: 'If HF_ENDPOINT names a mirror, it may lack this model.',
    });
  }
  const retryable = status === 408 || status === 429 || status >= 500;
  return new WordwatchError('hub-failed', `${url} answers ${status} for ${what}`, {
    retryable,
    ...(retryable ? { hint: 'Try again later: what is here already is kept.' } : {}),
  });
}

export function unreachable({ url }: Hub, error: unknown): WordwatchError {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return new WordwatchError(
    'hub-unreachable',
    `cannot reach ${url}: ${messageOf(cause) || 'no connection'}`,
    {
      cause: error,
      retryable: true,
      hint: 'Without internet, copy a pulled model’s folder from another machine and name it with "model:"; a mirror is named by HF_ENDPOINT.',
    },
  );
}
