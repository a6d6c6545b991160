import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { codeOf } from '../shared/errors.js';

/** First and last byte of a part, both included. */
interface ByteRange {
  start: number;
  end: number;
}

/**
 * Answers with a file, streamed from the disk; as far as the request says also with one part of it (`Range: bytes=…`), with
 * nothing new (`If-None-Match`), or with headers only (`HEAD`). The file is opened once: that it is replaced or deleted
 * meanwhile does no harm.
 * @param file.type its media type
 * @returns 200, 206, 304, 404 when there is no such file, or 416
 */
export async function sendFile(request: Request, file: { path: string; type: string }): Promise<Response> {
  const opened = await openFile(file.path);
  if (opened === null)
    return Response.json({ error: { code: 'not-found', message: 'no such file' } }, { status: 404 });
  const { handle, sizeBytes, mtimeMs } = opened;
  const etag = `"${sizeBytes.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
  const answer = answerTo(request, { sizeBytes, etag, type: file.type });
  if (answer.part === null || sizeBytes === 0) {
    await handle.close();
    return new Response(null, answer);
  }
  // Closes the file at the end, and when the client goes away.
  const stream = handle.createReadStream({ ...answer.part, autoClose: true });
  return new Response(Readable.toWeb(stream), answer);
}

/** As {@link sendFile}, of bytes that are in memory already. */
export function sendBytes(request: Request, { bytes, type }: { bytes: Uint8Array; type: string }): Response {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  const answer = answerTo(request, { sizeBytes: bytes.length, etag, type });
  const { part } = answer;
  return new Response(
    part === null ? null : new Uint8Array(bytes.subarray(part.start, part.end + 1)),
    answer,
  );
}

/** null: there is none, or it is no plain file. */
async function openFile(
  path: string,
): Promise<{ handle: FileHandle; sizeBytes: number; mtimeMs: number } | null> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  const stat = await handle.stat();
  if (stat.isFile()) return { handle, sizeBytes: stat.size, mtimeMs: stat.mtimeMs };
  await handle.close();
  return null;
}

/** Status and headers, and which part of the content belongs to them; null: none. */
function answerTo(
  request: Request,
  { sizeBytes, etag, type }: { sizeBytes: number; etag: string; type: string },
): { status: number; headers: Record<string, string>; part: ByteRange | null } {
  const common = { 'Accept-Ranges': 'bytes', ETag: etag };
  if (isAmong(request.headers.get('if-none-match'), etag))
    return { status: 304, headers: common, part: null };
  const range = rangeIn(request, { sizeBytes, etag });
  if (range === 'unsatisfiable')
    return { status: 416, headers: { ...common, 'Content-Range': `bytes */${sizeBytes}` }, part: null };
  const part = range ?? { start: 0, end: sizeBytes - 1 };
  const headers: Record<string, string> = {
    ...common,
    'Content-Type': type,
    'Content-Length': String(part.end - part.start + 1),
  };
  if (range) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${sizeBytes}`;
  return { status: range ? 206 : 200, headers, part: request.method === 'HEAD' ? null : part };
}

/** null: all of it. What is not understood, several ranges among them, counts as not said, which the standard allows. */
function rangeIn(
  { headers }: Request,
  { sizeBytes, etag }: { sizeBytes: number; etag: string },
): ByteRange | 'unsatisfiable' | null {
  const ifRange = headers.get('if-range');
  if (ifRange !== null && ifRange !== etag) return null; // the client has parts of another file
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get('range') ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const count = Math.min(Number(last), sizeBytes);
    return count === 0 ? 'unsatisfiable' : { start: sizeBytes - count, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}

function isAmong(list: string | null, etag: string): boolean {
  const tags = (list ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
