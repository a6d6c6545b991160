import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../shared/errors.js';

/** Below the data folder. */
export const CLIPS_FOLDER = 'clips';

/** MP4 files of events, below one folder. */
export class ClipFolder {
  readonly #folder: string;

  /** @param root the data folder */
  constructor(root: string) {
    this.#folder = join(root, CLIPS_FOLDER);
  }

  /** Makes the folder, and takes away what a program that was killed had not finished. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder))
      if (name.endsWith('.part')) await rm(join(this.#folder, name));
  }

  /**
   * Keeps an event's clip; a reader never sees half a file, and a failure leaves nothing behind.
   * @param id the event's id
   * @param write writes the file at the path that it is given
   */
  async write(id: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = this.#pathOf(id);
    try {
      await write(`${path}.part`);
      await rename(`${path}.part`, path);
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      throw error;
    }
  }

  /** Absolute path of an event's clip, or null when there is none. */
  async find(id: string): Promise<string | null> {
    const path = this.#pathOf(id);
    try {
      await stat(path);
      return path;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** Deletes clips from before `sinceMs`, then the oldest until all together are no more than `maxBytes`. */
  async trim({ sinceMs, maxBytes }: { sinceMs: number; maxBytes: number }): Promise<void> {
    const clips: { path: string; bytes: number; madeAtMs: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const { size: bytes, mtimeMs: madeAtMs } = await stat(path);
      if (name.endsWith('.mp4')) clips.push({ path, bytes, madeAtMs });
    }
    clips.sort((a, b) => a.madeAtMs - b.madeAtMs);
    let totalBytes = clips.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes, madeAtMs } of clips) {
      if (madeAtMs >= sinceMs && totalBytes <= maxBytes) return;
      await rm(path);
      totalBytes -= bytes;
    }
  }

  #pathOf(id: string): string {
    // Ids come back from the network: only a real one may become a path.
    return join(this.#folder, `${z.uuid().parse(id)}.mp4`);
  }
}
