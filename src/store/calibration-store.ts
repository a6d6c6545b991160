import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { inTransaction } from './transaction.js';

/** Which calibration: of one rule on one camera, and of which words, timing and model (`key`). */
export interface CalibrationId {
  cameraId: string;
  ruleId: string;
  key: string;
}

/** A calibration as it lies in the database. */
export interface StoredCalibration extends CalibrationId {
  modelHash: string;
  /** Counts how often it was written. */
  revision: number;
  updatedAtMs: number;
  /** What `RuleCalibration` makes of itself, as JSON. */
  state: string;
}

/** Calibrations of earlier words, timings or models that are kept for each rule and camera: going back is going on. */
const EARLIER_KEPT = 4;

/** Calibrations, one row a rule and camera and key. */
export class CalibrationStore {
  readonly #database: DatabaseSyncInstance;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  read({ cameraId, ruleId, key }: CalibrationId): StoredCalibration | null {
    const rows = this.#rows('WHERE camera_id = ? AND rule_id = ? AND key = ?', cameraId, ruleId, key);
    return rows[0] ?? null;
  }

  /** All there are, newest first. */
  list(): StoredCalibration[] {
    return this.#rows('ORDER BY updated_at_ms DESC');
  }

  /** How often each was written, by {@link textOf} its id. */
  revisions(): Map<string, number> {
    const rows = this.#database
      .prepare('SELECT camera_id AS cameraId, rule_id AS ruleId, key, revision FROM calibrations')
      .all() as unknown as (CalibrationId & { revision: number })[];
    return new Map(rows.map((row) => [textOf(row), row.revision]));
  }

  /** Those of one rule on one camera, newest first. */
  ofPair({ cameraId, ruleId }: Omit<CalibrationId, 'key'>): StoredCalibration[] {
    return this.#rows('WHERE camera_id = ? AND rule_id = ? ORDER BY updated_at_ms DESC', cameraId, ruleId);
  }

  /**
   * Writes a calibration, unless another program has written it since it was read.
   * @param revision as read or as returned by the last write; 0: there was none
   * @returns its new revision; null: somebody else was faster, read it again
   */
  write({
    cameraId,
    ruleId,
    key,
    modelHash,
    revision,
    updatedAtMs,
    state,
  }: StoredCalibration): number | null {
    const next = revision + 1;
    const { changes } =
      revision === 0
        ? this.#database
            .prepare('INSERT OR IGNORE INTO calibrations VALUES (?, ?, ?, ?, ?, ?, ?)')
            .run(cameraId, ruleId, key, modelHash, next, updatedAtMs, state)
        : this.#database
            .prepare(
              'UPDATE calibrations SET revision = ?, updated_at_ms = ?, state = ? WHERE camera_id = ? AND rule_id = ? AND key = ? AND revision = ?',
            )
            .run(next, updatedAtMs, state, cameraId, ruleId, key, revision);
    if (Number(changes) === 0) return null;
    if (revision === 0) this.#forgetOldest({ cameraId, ruleId });
    return next;
  }

  /** Keeps an unreadable state out of the way, where somebody can look at it, and makes room for a new one. */
  setAside({ cameraId, ruleId, key }: CalibrationId, nowMs: number): void {
    this.#database
      .prepare('UPDATE calibrations SET key = ? WHERE camera_id = ? AND rule_id = ? AND key = ?')
      .run(`${key}-unreadable-${nowMs}`, cameraId, ruleId, key);
  }

  /**
   * Gives what is known of a camera to another id: the camera was renamed. What the new id has already stays.
   * @returns how many calibrations
   */
  rename(from: string, to: string): number {
    const { changes } = this.#database
      .prepare('UPDATE OR IGNORE calibrations SET camera_id = ?, revision = revision + 1 WHERE camera_id = ?')
      .run(to, from);
    for (const table of ['moments', 'samples', 'switches'])
      this.#database.prepare(`UPDATE OR IGNORE ${table} SET camera_id = ? WHERE camera_id = ?`).run(to, from);
    return Number(changes);
  }

  /** Does all of it or nothing, with one wait for the disk. */
  together(work: () => void): void {
    inTransaction(this.#database, work);
  }

  #forgetOldest(pair: Omit<CalibrationId, 'key'>): void {
    const forget = this.#database.prepare(
      'DELETE FROM calibrations WHERE camera_id = ? AND rule_id = ? AND key = ?',
    );
    for (const { cameraId, ruleId, key } of this.ofPair(pair).slice(1 + EARLIER_KEPT))
      forget.run(cameraId, ruleId, key);
  }

  #rows(where: string, ...values: string[]): StoredCalibration[] {
    return this.#database
      .prepare(
        `SELECT camera_id AS cameraId, rule_id AS ruleId, key, model_hash AS modelHash, revision,
           updated_at_ms AS updatedAtMs, state FROM calibrations ${where}`,
      )
      .all(...values) as unknown as StoredCalibration[];
  }
}

/** An id as one text. */
export function textOf({ cameraId, ruleId, key }: CalibrationId): string {
  return `${cameraId}/${ruleId}/${key}`;
}
