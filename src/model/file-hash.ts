import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Adds a file's content to a hash. */
export async function hashFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
}

/** @returns hex */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await hashFile(hash, path);
  return hash.digest('hex');
}
