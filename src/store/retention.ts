import { rm } from 'node:fs/promises';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { type DiskSpace, diskSpaceOf, missingBytes } from './disk-space.js';
import type { EventStore } from './event-store.js';
import type { HistoryStore } from './history/history-store.js';
import { type OldSnapshot, OldSnapshots } from './old-snapshots.js';
import { inTransaction } from './transaction.js';
import type { VectorRetention } from './vectors/vector-retention.js';

const PERIOD_MS = 10 * 60_000;
/** Rows deleted in one transaction: a few milliseconds, in which nothing else can be written. */
const ROWS_AT_ONCE = 500;
/** Files deleted before the disk is asked again how full it is. */
const FILES_AT_ONCE = 50;
/** Moments that nobody has reviewed, of some kilobytes each; reviewed ones stay for ever. */
const UNREVIEWED_MOMENTS = 20_000;
/** However full the disk is, people get to see the pictures of what has just happened. */
const FRESH_MS = 60 * 60_000;

/** What {@link Retention} needs. */
export interface RetentionOptions {
  database: DatabaseSyncInstance;
  store: Pick<EventStore, 'waiting'>;
  history: Pick<HistoryStore, 'sweep'>;
  /** The data folder. */
  root: string;
  /** Of `store.keep`; `sizeBytes` null: only age counts. */
  keep: { eventsMs: number; snapshotsMs: number; vectorsMs: number; sizeBytes: number | null };
  /** null: nothing is remembered. */
  vectors: Pick<VectorRetention, 'sweep' | 'makeRoom'> | null;
  /** The disk has become nearly full, or is no longer. */
  onNearlyFull: (isNearlyFull: boolean) => void;
  logger: Logger;
  clock?: Clock;
  diskSpace?: (folder: string) => Promise<DiskSpace>;
}

/**
 * Deletes what is too old or too much, now and then and little by little. Pictures go before vectors, and vectors before
 * events. Room in the database of events is used again, not given back to the disk: that would take as much room once more
 * while it is done.
 */
export class Retention implements AsyncDisposable {
  readonly #options: RetentionOptions;
  readonly #snapshots: OldSnapshots;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #running: Promise<void> | null = null;
  #nearlyFull: string | null = null;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#snapshots = new OldSnapshots(options.root, options.database);
    this.#clock = options.clock ?? systemClock;
  }

  /** Why people should look after the disk; null: it has room. */
  get nearlyFull(): string | null {
    return this.#nearlyFull;
  }

  /** Deletes now, and from time to time. Returns at once. */
  start(): void {
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.sweep();
      await sleep(PERIOD_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** One round. What fails is logged, and tried again in the next one. */
  async sweep(): Promise<void> {
    const { keep, store } = this.#options;
    const nowMs = this.#clock.nowMs();
    let snapshots: OldSnapshot[] = [];
    // Files first: on a full disk no row can be deleted before there is room.
    await this.#step(async () => {
      const keepUnclaimed = store.waiting > 0;
      snapshots = await this.#snapshots.sweep({ nowMs, keepMs: keep.snapshotsMs, keepUnclaimed });
    });
    await this.#step(() => this.#makeRoom(snapshots, nowMs));
    await this.#step(async () => this.#options.vectors?.sweep(nowMs));
    await this.#step(() => this.#options.history.sweep(nowMs - keep.vectorsMs));
    await this.#step(() => this.#deleteEvents({ storedBeforeMs: nowMs - keep.eventsMs }));
    await this.#step(() => this.#deleteMoments());
    await this.#step(() => this.#keepSize(snapshots));
  }

  async #step(work: () => Promise<void>): Promise<void> {
    if (this.#abort.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      this.#options.logger.error(
        { reason: messageOf(error) },
        'old data not deleted; it is tried again later',
      );
    }
  }

  /** While the disk is nearly full: deletes pictures, then vectors, the oldest first, and at last events. */
  async #makeRoom(snapshots: OldSnapshot[], nowMs: number): Promise<void> {
    const { root, diskSpace = diskSpaceOf } = this.#options;
    const before = await diskSpace(root);
    let space = before;
    let deleted = 0;
    while (missingBytes(space) > 0 && !this.#abort.signal.aborted) {
      const old = snapshots
        .filter(({ writtenAtMs }) => nowMs - writtenAtMs > FRESH_MS)
        .slice(0, FILES_AT_ONCE);
      if (old.length === 0) break;
      deleted += await this.#deleteFiles(snapshots, old);
      space = await diskSpace(root);
    }
    const vectorBytes = (await this.#options.vectors?.makeRoom(missingBytes(space))) ?? 0;
    if (vectorBytes > 0) space = await diskSpace(root);
    // The rest of the disk is somebody else's: room inside the database lets new events be written to the very end.
    const isGettingWorse = space.freeBytes < missingBytes(space); // not half of what should be free
    if (isGettingWorse) this.#deleteOldest(ROWS_AT_ONCE);
    this.#say(before, { snapshots: deleted, vectorBytes });
  }

  /** While everything together is larger than it may be: pictures first. */
  async #keepSize(snapshots: OldSnapshot[]): Promise<void> {
    const { sizeBytes } = this.#options.keep;
    if (sizeBytes === null) return;
    let bytes = snapshots.reduce((sum, snapshot) => sum + snapshot.bytes, 0);
    while (snapshots.length > 0 && bytes + this.#databaseBytes() > sizeBytes && !this.#abort.signal.aborted) {
      const oldest = snapshots[0]!;
      await this.#deleteFiles(snapshots, [oldest]);
      bytes -= oldest.bytes;
    }
    while (this.#databaseBytes() > sizeBytes && !this.#abort.signal.aborted) {
      if (this.#deleteOldest(ROWS_AT_ONCE) === 0) return;
      await breathe();
    }
  }

  async #deleteEvents({ storedBeforeMs }: { storedBeforeMs: number }): Promise<void> {
    while (this.#deleteOldest(ROWS_AT_ONCE, storedBeforeMs) > 0 && !this.#abort.signal.aborted)
      await breathe();
  }

  /** Deletes events and what of them waits to be sent. The newest one stays: sequence numbers go on from it. */
  #deleteOldest(limit: number, storedBeforeMs = Number.POSITIVE_INFINITY): number {
    const { database } = this.#options;
    const rows = database
      .prepare(
        'SELECT seq, stored_at_ms AS atMs FROM events WHERE seq < (SELECT MAX(seq) FROM events) ORDER BY seq LIMIT ?',
      )
      .all(limit) as { seq: number; atMs: number }[];
    const firstKept = rows.findIndex(({ atMs }) => atMs >= storedBeforeMs);
    const old = firstKept === -1 ? rows : rows.slice(0, firstKept);
    const last = old.at(-1);
    if (!last) return 0;
    inTransaction(database, () => {
      database.prepare('DELETE FROM events WHERE seq <= ?').run(last.seq);
      database.prepare('DELETE FROM outbox WHERE seq <= ?').run(last.seq);
    });
    return old.length;
  }

  async #deleteMoments(): Promise<void> {
    const { database } = this.#options;
    const { count } = database
      .prepare('SELECT COUNT(*) AS count FROM moments WHERE verdict IS NULL')
      .get() as { count: number };
    const statement = database.prepare(
      'DELETE FROM moments WHERE id IN (SELECT id FROM moments WHERE verdict IS NULL ORDER BY rowid LIMIT ?)',
    );
    for (let excess = count - UNREVIEWED_MOMENTS; excess > 0; excess -= ROWS_AT_ONCE) {
      statement.run(Math.min(excess, ROWS_AT_ONCE));
      await breathe();
    }
  }

  async #deleteFiles(snapshots: OldSnapshot[], chosen: readonly OldSnapshot[]): Promise<number> {
    for (const { path } of chosen) await rm(path, { force: true });
    for (const snapshot of chosen) snapshots.splice(snapshots.indexOf(snapshot), 1);
    return chosen.length;
  }

  /** Without the pages that are free to be used again. */
  #databaseBytes(): number {
    const { bytes } = this.#options.database
      .prepare(
        `SELECT (page_count - freelist_count) * page_size AS bytes
           FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
      )
      .get() as { bytes: number };
    return bytes;
  }

  /** Once when it begins, once when it is over. */
  #say(space: DiskSpace, deleted: { snapshots: number; vectorBytes: number }): void {
    const { logger, onNearlyFull, root } = this.#options;
    const wasFull = this.#nearlyFull !== null;
    const isFull = missingBytes(space) > 0;
    const freeMb = Math.round(space.freeBytes / 1e6);
    this.#nearlyFull = isFull
      ? `only ${freeMb} MB of the disk are free: old pictures are deleted, then vectors, and at last old events`
      : null;
    if (deleted.snapshots + deleted.vectorBytes > 0)
      logger.warn({ ...deleted, freeMb }, 'disk nearly full: oldest snapshots and vectors deleted');
    if (isFull === wasFull) return;
    if (isFull) logger.warn({ folder: root, freeMb }, 'disk nearly full: make room on it');
    else logger.info({ freeMb }, 'disk has room again');
    onNearlyFull(isFull);
  }
}
