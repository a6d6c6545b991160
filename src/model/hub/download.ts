import { createHash } from 'node:crypto';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../shared/backoff.js';
import { codeOf, WordwatchError } from '../../shared/errors.js';
import { hashFile, sha256Of } from '../file-hash.js';
import { type Hub, type HubFile, refusal, unreachable } from './hub-files.js';

/** What {@link downloadFile} needs. */
export interface DownloadOptions {
  hub: Hub;
  /** Of the file at the hub. */
  url: string;
  file: HubFile;
  /** Where it goes. What is there already is taken for its beginning. */
  into: string;
  /** Called with bytes as they come; negative where some have to come again. */
  onBytes: (bytes: number) => void;
  /** A server that sends nothing for so long is asked again. */
  stallTimeoutMs: number;
  signal: AbortSignal;
}

/** Between attempts that brought nothing new. */
const RETRY = { firstMs: 500, maxMs: 8_000 };
/** Attempts in a row that bring nothing new. */
const MAX_IDLE_ATTEMPTS = 5;

/**
 * Brings one file, from where an earlier attempt ended, and checks it against what the hub declares.
 * @returns its sha256 (hex)
 * @throws WordwatchError `hub-unreachable`, `hub-refused`, `hub-not-found`, `hub-failed`, `download-corrupt`, `disk-full`
 */
export async function downloadFile(options: DownloadOptions): Promise<string> {
  const { file, into, signal, onBytes } = options;
  await mkdir(dirname(into), { recursive: true });
  let have = await sizeOf(into);
  if (have > file.sizeBytes) {
    await rm(into);
    have = 0;
  }
  onBytes(have);
  for (let idle = 0; have !== file.sizeBytes; ) {
    try {
      await fetchRest(options, have);
    } catch (error) {
      const failure = explain(error, options);
      if (!failure.shouldRetry() || ++idle >= MAX_IDLE_ATTEMPTS) throw failure;
      if ((await sizeOf(into)) <= have) await sleep(backoffMs(idle, RETRY), undefined, { signal });
    }
    const now = await sizeOf(into);
    if (now > have) idle = 0;
    have = now;
  }
  const sha256 = await sha256Of(into);
  const found = file.digest.kind === 'sha256' ? sha256 : await gitIdOf(into, file.sizeBytes);
  if (found === file.digest.hex) return sha256;
  await rm(into, { force: true });
  onBytes(-file.sizeBytes);
  throw new WordwatchError(
    'download-corrupt',
    `${file.path} is not what the hub declares: ${file.digest.kind === 'git' ? 'git id' : 'sha256'} ${found} instead of ${file.digest.hex}`,
    { hint: 'The file was thrown away; pull again. If it stays so, a proxy or mirror changes it.' },
  );
}

/** Appends what is missing. Ends early without an error when the server does. */
async function fetchRest(options: DownloadOptions, have: number): Promise<void> {
  const { hub, url, file, into, signal, onBytes, stallTimeoutMs } = options;
  const stalled = new AbortController();
  const watchdog = setTimeout(() => stalled.abort(new Stalled(stallTimeoutMs)), stallTimeoutMs);
  try {
    const answer = await fetch(url, {
      headers: {
        ...(hub.token === null ? {} : { authorization: `Bearer ${hub.token}` }),
        // Compressed on the way, the bytes would not be those that are counted.
        'accept-encoding': 'identity',
        ...(have > 0 ? { range: `bytes=${have}-` } : {}),
      },
      signal: AbortSignal.any([signal, stalled.signal]),
    });
    if (answer.status !== 200 && answer.status !== 206) throw refusal(hub, file.path, answer.status);
    const resumes =
      answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${have}-`);
    if (have > 0 && !resumes) onBytes(-have);
    await using output = await open(into, have > 0 && resumes ? 'a' : 'w');
    let size = resumes ? have : 0;
    for await (const chunk of answer.body ?? []) {
      watchdog.refresh();
      size += chunk.length;
      if (size > file.sizeBytes) throw tooLong(file);
      await output.write(chunk);
      onBytes(chunk.length);
    }
    if (size < file.sizeBytes)
      throw new Error(`the connection ended after ${size} of ${file.sizeBytes} bytes`);
  } catch (error) {
    throw stalled.signal.aborted ? stalled.signal.reason : error;
  } finally {
    clearTimeout(watchdog);
  }
}

class Stalled extends Error {
  constructor(timeoutMs: number) {
    super(`nothing came for ${timeoutMs / 1000} s`);
  }
}

function tooLong({ path, sizeBytes }: HubFile): WordwatchError {
  return new WordwatchError(
    'download-corrupt',
    `${path} is longer than the ${sizeBytes} bytes the hub declares`,
    {
      hint: 'Pull again. If it stays so, a proxy or mirror changes it.',
    },
  );
}

function explain(error: unknown, { hub, into, signal }: DownloadOptions): WordwatchError {
  if (signal.aborted) return new WordwatchError('stopped', 'stopped', { cause: error });
  if (error instanceof WordwatchError) return error;
  if (codeOf(error) === 'ENOSPC') {
    return new WordwatchError('disk-full', `no space left for ${into}`, {
      cause: error,
      hint: 'Make room and pull again: what is here already is kept.',
    });
  }
  // Everything else that the file system says has a code and no cause; the network's errors have one underneath.
  if (codeOf(error)?.startsWith('E') && error instanceof Error && 'syscall' in error && 'path' in error) {
    return new WordwatchError('model-folder-unusable', `${into} cannot be written: ${error.message}`, {
      cause: error,
    });
  }
  return unreachable(hub, error);
}

/** 0 where there is no file. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

/** What git calls a file of this content, hex. */
async function gitIdOf(path: string, sizeBytes: number): Promise<string> {
  const hash = createHash('sha1').update(`blob ${sizeBytes}\0`);
  await hashFile(hash, path);
  return hash.digest('hex');
}
