import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Adds a file's content to a hash. @param signal ends it with an error */
export async function hashFile(hash: Hash, path: string, signal?: AbortSignal): Promise<void> {
  for await (const chunk of createReadStream(path, signal ? { signal } : {})) hash.update(chunk as Buffer);
}

/** @returns hex */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await hashFile(hash, path, signal);
  return hash.digest('hex');
}
