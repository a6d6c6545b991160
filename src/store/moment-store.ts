import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Verdict } from '../detect/event.js';
import { DetectionEvent } from '../detect/event.js';
import type { KeptPeak } from '../rules/calibration/margin-peaks.js';
import { fromBytes, toBytes } from '../shared/vector-bytes.js';
import type { CalibrationId } from './calibration-store.js';
import { inTransaction, inTransactionUnsynced } from './transaction.js';

/** A moment that a person may be asked about: an event that was raised, or one of the highest peaks of a rule. */
export interface Moment {
  /** A UUID; an event's own. */
  id: string;
  kind: 'event' | 'peak';
  /** Of a peak: its number among those of its key. */
  peak: number | null;
  cameraId: string;
  ruleId: string;
  /** Of the calibration or the list of peaks that it belongs to; empty: an event of a rule with a fixed threshold. */
  key: string;
  modelHash: string;
  /** How its score was made (`pipeline/scoring.ts`): only scores made alike can be compared. Empty: not known. */
  scoring: string;
  atMs: number;
  /** The frame's score and the threshold then in force. */
  score: number;
  threshold: number;
  /** The winning tile, and what the model made of it. */
  tile: DetectionEvent['tile'];
  vector: Float32Array;
  verdict: Verdict | null;
  reviewedAtMs: number | null;
}

/** Which moments {@link MomentStore.list} gives. */
export interface MomentFilter {
  ruleId?: string;
  cameraId?: string;
  modelHash?: string;
  kind?: Moment['kind'];
  /** Only those that somebody has judged. */
  reviewed?: boolean;
  sinceMs?: number;
  limit?: number;
}

/** A moment as it is kept. */
export interface NewMoment extends Omit<Moment, 'verdict' | 'reviewedAtMs' | 'scoring'> {
  scoring?: string;
  /** Of a peak of a rule with a fixed threshold: the highest threshold at which an event would have started. */
  reached?: number | null;
}

/** Moments and what was said of them. */
export class MomentStore {
  readonly #database: DatabaseSyncInstance;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** Keeps a moment, without a wait for the disk; one that is there already keeps its verdict. */
  put(moment: NewMoment): void {
    const { id, kind, peak, cameraId, ruleId, key, modelHash, scoring = '' } = moment;
    const { atMs, score, threshold, tile, vector, reached = null } = moment;
    const insert = this.#database.prepare(
      `INSERT INTO moments (id, kind, peak, camera_id, rule_id, key, model_hash, scoring, at_ms, score, threshold, tile, vector,
           reached)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms, score = excluded.score, threshold = excluded.threshold,
           tile = excluded.tile, vector = excluded.vector, reached = excluded.reached`,
    );
    const where = [id, kind, peak, cameraId, ruleId, key, modelHash, scoring] as const;
    const what = [atMs, score, threshold, JSON.stringify(tile), toBytes(vector), reached] as const;
    // That of an event is safe together with the event, whose write the store waits for.
    inTransactionUnsynced(this.#database, () => insert.run(...where, ...what));
  }

  /** The peaks that are kept of a calibration, by their number. */
  peaksOf({ cameraId, ruleId, key }: CalibrationId): Map<number, Pick<Moment, 'id' | 'verdict'>> {
    const rows = this.#database
      .prepare(
        `SELECT peak, id, verdict FROM moments WHERE camera_id = ? AND rule_id = ? AND key = ? AND kind = 'peak'`,
      )
      .all(cameraId, ruleId, key) as unknown as (Pick<Moment, 'id' | 'verdict'> & { peak: number })[];
    return new Map(rows.map(({ peak, ...moment }) => [peak, moment]));
  }

  /**
   * The highest peaks of a rule with a fixed threshold that stayed below it, highest first.
   * @param below a threshold that they would have stayed below, too
   * @param sinceMs milliseconds since the epoch
   */
  highestMisses(
    { cameraId, ruleId, key }: CalibrationId,
    { below, sinceMs, limit }: { below: number; sinceMs: number; limit: number },
  ): KeptPeak[] {
    return this.#database
      .prepare(
        `SELECT peak, reached AS score, at_ms AS atMs FROM moments
           WHERE camera_id = ? AND rule_id = ? AND key = ? AND kind = 'peak' AND reached < min(threshold, ?) AND at_ms >= ?
           ORDER BY reached DESC LIMIT ?`,
      )
      .all(cameraId, ruleId, key, below, sinceMs, limit) as unknown as KeptPeak[];
  }

  /** Deletes the peaks of that key that nobody has judged. @param but numbers of those that stay */
  forgetPeaks({ cameraId, ruleId, key }: CalibrationId, { but }: { but: readonly number[] }): void {
    const numbers = but.map(() => '?').join(', ');
    const forget = this.#database.prepare(
      `DELETE FROM moments WHERE camera_id = ? AND rule_id = ? AND key = ? AND kind = 'peak' AND verdict IS NULL
         AND peak NOT IN (${numbers})`,
    );
    inTransactionUnsynced(this.#database, () => forget.run(cameraId, ruleId, key, ...but));
  }

  /** The highest number that a peak of that key has; 0: there is none. */
  lastPeakOf({ cameraId, ruleId, key }: CalibrationId): number {
    const { last } = this.#database
      .prepare('SELECT MAX(peak) AS last FROM moments WHERE camera_id = ? AND rule_id = ? AND key = ?')
      .get(cameraId, ruleId, key) as { last: number | null };
    return last ?? 0;
  }

  get(id: string): Moment | null {
    return this.#rows('WHERE id = ?', [id])[0] ?? null;
  }

  /** Newest first. */
  list({ ruleId, cameraId, modelHash, kind, reviewed, sinceMs, limit = 10_000 }: MomentFilter): Moment[] {
    const conditions: [string, string | number | undefined][] = [
      ['rule_id = ?', ruleId],
      ['camera_id = ?', cameraId],
      ['model_hash = ?', modelHash],
      ['kind = ?', kind],
      ['at_ms >= ?', sinceMs],
    ];
    const given = conditions.filter((pair): pair is [string, string | number] => pair[1] !== undefined);
    const where = [...given.map(([text]) => text), ...(reviewed ? ['verdict IS NOT NULL'] : [])];
    return this.#rows(
      `${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY at_ms DESC LIMIT ?`,
      [...given.map(([, value]) => value), limit],
    );
  }

  /** The moment of a camera that is nearest to a time, within a stretch of time. */
  nearest(
    cameraId: string,
    { atMs, fromMs, toMs }: { atMs: number; fromMs: number; toMs: number },
  ): Moment | null {
    const where = 'WHERE camera_id = ? AND at_ms BETWEEN ? AND ? ORDER BY abs(at_ms - ?) LIMIT 1';
    return this.#rows(where, [cameraId, fromMs, toMs, atMs])[0] ?? null;
  }

  /** @returns whether there is such a moment */
  review(id: string, verdict: Verdict | null, nowMs: number): boolean {
    const { changes } = this.#database
      .prepare('UPDATE moments SET verdict = ?, reviewed_at_ms = ? WHERE id = ?')
      .run(verdict, verdict === null ? null : nowMs, id);
    return Number(changes) > 0;
  }

  /** {@link review} of many, with one wait for the disk. */
  reviewAll(reviews: readonly { id: string; after: Verdict | null }[], nowMs: number): void {
    inTransaction(this.#database, () => {
      for (const { id, after } of reviews) this.review(id, after, nowMs);
    });
  }

  #rows(where: string, values: (string | number)[]): Moment[] {
    const rows = this.#database
      .prepare(
        `SELECT id, kind, peak, camera_id AS cameraId, rule_id AS ruleId, key, model_hash AS modelHash, scoring,
           at_ms AS atMs, score, threshold, tile, vector, verdict, reviewed_at_ms AS reviewedAtMs FROM moments ${where}`,
      )
      .all(...values) as unknown as (Omit<Moment, 'tile' | 'vector'> & {
      tile: string;
      vector: Uint8Array;
    })[];
    return rows.map(({ tile, vector, ...row }) => ({
      ...row,
      tile: DetectionEvent.shape.tile.parse(JSON.parse(tile)),
      vector: fromBytes(vector),
    }));
  }
}
