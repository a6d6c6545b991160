import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../shared/errors.js';

/** Below the data folder. */
export const SNAPSHOTS_FOLDER = 'snapshots';

/** JPEG files of events, below one folder. */
export class SnapshotFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Writes an event's picture; a reader never sees half a file.
   * @param id the event's id
   * @returns its path below the data folder
   */
  async write(id: string, jpeg: Uint8Array): Promise<string> {
    const path = this.#pathOf(id);
    await mkdir(join(this.#root, SNAPSHOTS_FOLDER), { recursive: true });
    await writeFile(`${join(this.#root, path)}.part`, jpeg);
    await rename(`${join(this.#root, path)}.part`, join(this.#root, path));
    return path;
  }

  /** The same where there is none yet: an event's picture is the first one, which shows why it began. */
  async writeFirst(id: string, jpeg: Uint8Array): Promise<string> {
    return (await this.has(id)) ? this.#pathOf(id) : this.write(id, jpeg);
  }

  /** An event's picture, or null when there is none. */
  async read(id: string): Promise<Uint8Array | null> {
    try {
      return await readFile(join(this.#root, this.#pathOf(id)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** Whether there is a picture of an event. */
  async has(id: string): Promise<boolean> {
    return access(join(this.#root, this.#pathOf(id))).then(
      () => true,
      () => false,
    );
  }

  #pathOf(id: string): string {
    // Ids come back from the network: only a real one may become a path.
    return join(SNAPSHOTS_FOLDER, `${z.uuid().parse(id)}.jpg`);
  }
}
