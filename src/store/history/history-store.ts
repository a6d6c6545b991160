import { setImmediate as breathe } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { CameraStatus } from '../../capture/source.js';
import type { HealthKind } from '../../shared/camera-health.js';
import { inTransaction } from '../transaction.js';
import { decodeScores, encodeScores, mergeMinutes, type ScoreMinute } from './minute-scores.js';

export const MINUTE_MS = 60_000;
/** Minutes read in one go: some milliseconds, in which nothing else gets its turn. */
const READ_AT_ONCE = 720;
/** Rows deleted in one go. */
const DELETED_AT_ONCE = 1_000;
/** Changes of a camera's health; a camera that comes and goes all the time must not fill the disk. */
const MAX_HEALTH_CHANGES = 20_000;

/** How a camera stood from a moment on; `stopped`: nobody looked. */
export interface HealthChange {
  atMs: number;
  state: CameraStatus['state'] | 'stopped';
  /** What was wrong with its pictures; null: nothing. */
  health: HealthKind | null;
  /** Why it was offline, for people. */
  reason: string | null;
}

/** Highest scores, light and health of cameras, minute by minute. */
export class HistoryStore {
  readonly #database: DatabaseSyncInstance;
  #rules: { numbers: Map<string, number>; ids: Map<number, string> } | null = null;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** Writes all of them or, when it throws, none. A minute that is there already is made whole, not replaced. */
  write({
    minutes,
    health,
  }: {
    minutes: readonly { cameraId: string; minute: ScoreMinute }[];
    health: readonly { cameraId: string; change: HealthChange }[];
  }): void {
    const select = this.#database.prepare('SELECT body FROM minutes WHERE camera = ? AND minute = ?');
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO minutes (camera, minute, body) VALUES (?, ?, ?)',
    );
    const note = this.#database.prepare(
      'INSERT INTO health (camera, at_ms, state, health, reason) VALUES (?, ?, ?, ?, ?)',
    );
    try {
      inTransaction(this.#database, () => {
        for (const { cameraId, minute } of minutes) {
          const camera = this.#cameraNumber(cameraId);
          const row = select.get(camera, minute.minute) as { body: Uint8Array } | undefined;
          const before = row ? this.#decode(row.body) : null;
          const whole = before ? mergeMinutes(before, minute) : minute;
          put.run(
            camera,
            minute.minute,
            encodeScores(whole, (id) => this.#ruleNumber(id)),
          );
        }
        for (const { cameraId, change } of health) {
          note.run(this.#cameraNumber(cameraId), change.atMs, change.state, change.health, change.reason);
        }
      });
    } catch (error) {
      // Numbers that were given out are taken back with the rest.
      this.#rules = null;
      throw error;
    }
  }

  /** Minutes of a camera that begin in a stretch of time, oldest first, some hundred at a time; damaged ones are left out. */
  async *minutes({
    cameraId,
    fromMs,
    toMs,
  }: {
    cameraId: string;
    fromMs: number;
    /** Not included. */
    toMs: number;
  }): AsyncGenerator<ScoreMinute[]> {
    const select = this.#database.prepare(
      `SELECT minute, body FROM minutes WHERE camera = (SELECT number FROM cameras WHERE id = ?)
         AND minute >= ? AND minute < ? ORDER BY minute LIMIT ${READ_AT_ONCE}`,
    );
    let from = Math.ceil(fromMs / MINUTE_MS);
    const to = Math.ceil(toMs / MINUTE_MS);
    while (true) {
      const rows = select.all(cameraId, from, to) as { minute: number; body: Uint8Array }[];
      yield rows.flatMap(({ minute, body }) => {
        const read = this.#decode(body);
        return read ? [{ minute, ...read }] : [];
      });
      if (rows.length < READ_AT_ONCE) return;
      from = rows.at(-1)!.minute + 1;
      await breathe();
    }
  }

  /**
   * How a camera stood in a stretch of time, oldest first: the newest `limit` changes in it, and before them the one that was
   * in force when it began, if it is known.
   */
  health({
    cameraId,
    fromMs,
    toMs,
    limit,
  }: {
    cameraId: string;
    fromMs: number;
    toMs: number;
    limit: number;
  }): HealthChange[] {
    const select = (where: string) =>
      this.#database.prepare(
        `SELECT at_ms AS atMs, state, health, reason FROM health
           WHERE camera = (SELECT number FROM cameras WHERE id = ?) AND ${where} ORDER BY at_ms DESC, id DESC LIMIT ?`,
      );
    const inside = select('at_ms > ? AND at_ms < ?').all(cameraId, fromMs, toMs, limit) as HealthChange[];
    const isWhole = inside.length < limit;
    const before = isWhole ? (select('at_ms <= ?').all(cameraId, fromMs, 1) as HealthChange[]) : [];
    return [...inside, ...before].reverse();
  }

  /** When something was last noted of a camera, milliseconds since the epoch; null: never. */
  lastMs(cameraId: string): number | null {
    const row = this.#database
      .prepare(
        `SELECT MAX((SELECT MAX(minute) FROM minutes WHERE camera = number) * ${MINUTE_MS}.0 + ${MINUTE_MS},
             (SELECT MAX(at_ms) FROM health WHERE camera = number)) AS both,
           (SELECT MAX(at_ms) FROM health WHERE camera = number) AS health
           FROM cameras WHERE id = ?`,
      )
      .get(cameraId) as { both: number | null; health: number | null } | undefined;
    return row?.both ?? row?.health ?? null;
  }

  /** Deletes what is older than `beforeMs`, little by little; how a camera stood then stays known. */
  async sweep(beforeMs: number): Promise<void> {
    const minute = Math.floor(beforeMs / MINUTE_MS);
    const cameras = this.#database.prepare('SELECT number FROM cameras').all() as { number: number }[];
    const old = this.#database.prepare(
      `DELETE FROM minutes WHERE camera = ?1 AND minute IN (
         SELECT minute FROM minutes WHERE camera = ?1 AND minute < ?2 ORDER BY minute LIMIT ${DELETED_AT_ONCE})`,
    );
    for (const { number } of cameras) {
      while (Number(old.run(number, minute).changes) >= DELETED_AT_ONCE) await breathe();
      this.#database
        .prepare(
          `DELETE FROM health WHERE camera = ?1 AND (
             at_ms < (SELECT MAX(at_ms) FROM health WHERE camera = ?1 AND at_ms <= ?2)
             OR id <= (SELECT id FROM health WHERE camera = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${MAX_HEALTH_CHANGES}))`,
        )
        .run(number, beforeMs);
    }
    this.#database.exec('PRAGMA incremental_vacuum');
  }

  /** Gives what is kept of a camera to another id: the camera was renamed. What both have is the renamed one's. */
  rename(from: string, to: string): void {
    inTransaction(this.#database, () => {
      const row = this.#database.prepare('SELECT number FROM cameras WHERE id = ?').get(from) as
        | { number: number }
        | undefined;
      if (!row) return;
      const number = this.#cameraNumber(to);
      for (const table of ['minutes', 'health'])
        this.#database
          .prepare(`UPDATE OR REPLACE ${table} SET camera = ? WHERE camera = ?`)
          .run(number, row.number);
      this.#database.prepare('DELETE FROM cameras WHERE number = ?').run(row.number);
    });
  }

  #cameraNumber(id: string): number {
    this.#database.prepare('INSERT OR IGNORE INTO cameras (id) VALUES (?)').run(id);
    const { number } = this.#database.prepare('SELECT number FROM cameras WHERE id = ?').get(id) as {
      number: number;
    };
    return number;
  }

  #decode(body: Uint8Array): Omit<ScoreMinute, 'minute'> | null {
    return decodeScores(body, (number) => this.#knownRules().ids.get(number));
  }

  #ruleNumber(id: string): number {
    const known = this.#knownRules();
    let number = known.numbers.get(id);
    if (number === undefined) {
      number = Number(this.#database.prepare('INSERT INTO rules (id) VALUES (?)').run(id).lastInsertRowid);
      known.numbers.set(id, number);
      known.ids.set(number, id);
    }
    return number;
  }

  #knownRules() {
    if (!this.#rules) {
      const rows = this.#database.prepare('SELECT number, id FROM rules').all() as {
        number: number;
        id: string;
      }[];
      this.#rules = {
        numbers: new Map(rows.map(({ number, id }) => [id, number])),
        ids: new Map(rows.map(({ number, id }) => [number, id])),
      };
    }
    return this.#rules;
  }
}
