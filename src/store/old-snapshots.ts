import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { codeOf } from '../shared/errors.js';
import { SNAPSHOTS_FOLDER } from './snapshots.js';

/** A picture is written before the row that it belongs to: what is younger than this may still get one. */
const UNCLAIMED_MS = 10 * 60_000;

/** A picture on disk, and what it belongs to. */
export interface OldSnapshot {
  path: string;
  bytes: number;
  writtenAtMs: number;
  /** Of an event or moment that somebody has reviewed. */
  reviewed: boolean;
}

/** Deletes pictures of events. */
export class OldSnapshots {
  readonly #folder: string;
  readonly #database: DatabaseSyncInstance;

  /** @param root the data folder */
  constructor(root: string, database: DatabaseSyncInstance) {
    this.#folder = join(root, SNAPSHOTS_FOLDER);
    this.#database = database;
  }

  /**
   * Deletes what is older than `keepMs` and not reviewed, what belongs to nothing, and what was left half written.
   * @param keepUnclaimed events wait for the disk: a picture without a row may be theirs
   * @returns all others: those that may go first first, the reviewed last, of each the oldest first
   */
  async sweep({
    nowMs,
    keepMs,
    keepUnclaimed,
  }: {
    nowMs: number;
    keepMs: number;
    keepUnclaimed: boolean;
  }): Promise<OldSnapshot[]> {
    const left: OldSnapshot[] = [];
    for (const name of await this.#names()) {
      const path = join(this.#folder, name);
      const file = await stat(path).catch(() => null); // somebody else was faster
      if (!file?.isFile()) continue;
      const ageMs = nowMs - file.mtimeMs;
      const { claimed, reviewed } = this.#ownerOf(name);
      const isUnclaimed = !claimed && !keepUnclaimed && ageMs > UNCLAIMED_MS;
      if (isUnclaimed || (ageMs > keepMs && !reviewed)) await rm(path, { force: true });
      else left.push({ path, bytes: file.size, writtenAtMs: file.mtimeMs, reviewed });
    }
    return left.sort((a, b) => Number(a.reviewed) - Number(b.reviewed) || a.writtenAtMs - b.writtenAtMs);
  }

  async #names(): Promise<string[]> {
    try {
      // Nothing but what SnapshotFolder writes.
      return (await readdir(this.#folder)).filter((name) => /^[0-9a-f-]{36}\.jpg(\.part)?$/.test(name));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #ownerOf(name: string): { claimed: boolean; reviewed: boolean } {
    if (name.endsWith('.part')) return { claimed: false, reviewed: false };
    const id = name.slice(0, -'.jpg'.length);
    const row = this.#database
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM events WHERE id = ?1) AS event, (SELECT verdict IS NOT NULL FROM moments WHERE id = ?1) AS reviewed`,
      )
      .get(id) as { event: number; reviewed: number | null };
    return { claimed: row.event === 1 || row.reviewed !== null, reviewed: row.reviewed === 1 };
  }
}
