import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { messageOf } from '../shared/errors.js';
import { fromBytes, toBytes } from '../shared/vector-bytes.js';
import type { Logger } from '../telemetry/logger.js';
import { inTransaction } from './transaction.js';

/** What labels taught. `madeFrom` is a hash of the labels. */
export type LessonContent =
  /** A correction w·v + b of the words' margin, in log-odds. */
  | { kind: 'probe'; weights: Float32Array; bias: number; madeFrom: string }
  /** P(true | score) = 1 / (1 + exp(−(slope·score + intercept))). */
  | { kind: 'probability'; slope: number; intercept: number; madeFrom: string };

/** A version of what labels taught about a rule. */
export interface StoredLesson {
  /** Unlike all others, of other rules, too. */
  version: number;
  ruleId: string;
  modelHash: string;
  /** What it is for: a probe, for certain words; a probability, for scores that are made in a certain way. */
  scoring: string;
  madeAtMs: number;
  /** Whether it is in force, where what it is for is in force. */
  active: boolean;
  content: LessonContent;
}

/** A lesson of one kind. */
export type LessonOf<Kind extends LessonContent['kind']> = StoredLesson & {
  content: Extract<LessonContent, { kind: Kind }>;
};

const Weights = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length > 0 && bytes.length % 4 === 0, 'no vector')
  .transform(fromBytes)
  .refine((weights) => weights.every(Number.isFinite), 'not all are numbers');
const Content = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('probe'), weights: Weights, bias: z.number(), madeFrom: z.string() }),
  z.strictObject({
    kind: z.literal('probability'),
    slope: z.number(),
    intercept: z.number(),
    madeFrom: z.string(),
  }),
]);

interface Row extends Omit<StoredLesson, 'active' | 'content'> {
  kind: string;
  active: number;
  replaced: number | null;
  lesson: string;
}

/** Versions of what labels taught. Of a rule, model, kind and scoring at most one is active; none is ever deleted. */
export class LessonStore {
  readonly #database: DatabaseSyncInstance;
  readonly #logger: Logger;
  /** Unreadable versions that were said: lessons are read again and again. */
  readonly #said = new Set<number>();

  constructor(database: DatabaseSyncInstance, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /** Active ones of a rule, newest first; unreadable ones are left out and said. */
  active({ ruleId, modelHash }: Pick<StoredLesson, 'ruleId' | 'modelHash'>): StoredLesson[] {
    return this.#read('WHERE rule_id = ? AND model_hash = ? AND active = 1', [ruleId, modelHash]);
  }

  /** All there are of a rule, of all models, newest first; unreadable ones are left out and said. */
  list(ruleId: string): StoredLesson[] {
    return this.#read('WHERE rule_id = ?', [ruleId]);
  }

  /** Stores a lesson and makes it the active one of its rule, model, kind and scoring. @returns its version */
  apply({ ruleId, modelHash, scoring, madeAtMs, content }: Omit<StoredLesson, 'version' | 'active'>): number {
    const { kind } = content;
    return inTransaction(this.#database, () => {
      const before = this.#rows(
        'WHERE rule_id = ? AND model_hash = ? AND kind = ? AND scoring = ? AND active = 1',
        [ruleId, modelHash, kind, scoring],
      )[0];
      if (before) this.#setActive(before.version, false);
      const { lastInsertRowid } = this.#database
        .prepare(
          `INSERT INTO lessons (rule_id, model_hash, kind, scoring, made_at_ms, active, replaced, lesson)
             VALUES (?, ?, ?, ?, ?, 1, ?, ?)`,
        )
        .run(ruleId, modelHash, kind, scoring, madeAtMs, before?.version ?? null, encode(content));
      return Number(lastInsertRowid);
    });
  }

  /**
   * Takes a version back: the one that it replaced is active again.
   * @returns which one that is; null: none. undefined: the version is not active
   */
  undo(version: number): number | null | undefined {
    return inTransaction(this.#database, () => {
      const row = this.#rows('WHERE version = ? AND active = 1', [version])[0];
      if (!row) return undefined;
      this.#setActive(version, false);
      if (row.replaced !== null) this.#setActive(row.replaced, true);
      return row.replaced;
    });
  }

  #setActive(version: number, active: boolean): void {
    this.#database.prepare('UPDATE lessons SET active = ? WHERE version = ?').run(active ? 1 : 0, version);
  }

  #read(where: string, values: (string | number)[]): StoredLesson[] {
    return this.#rows(where, values).flatMap(({ lesson, kind: _, replaced: __, active, ...row }) => {
      try {
        const content: LessonContent = Content.parse(JSON.parse(lesson));
        return [{ ...row, active: active === 1, content }];
      } catch (error) {
        this.#sayUnreadable(row, error);
        return [];
      }
    });
  }

  #sayUnreadable({ version, ruleId }: Pick<Row, 'version' | 'ruleId'>, error: unknown): void {
    if (this.#said.has(version)) return;
    this.#said.add(version);
    this.#logger.error(
      { ruleId, version, reason: messageOf(error) },
      'lesson unreadable: it is not used, and can be learned again',
    );
  }

  #rows(where: string, values: (string | number)[]): Row[] {
    return this.#database
      .prepare(
        `SELECT version, rule_id AS ruleId, model_hash AS modelHash, kind, scoring, made_at_ms AS madeAtMs, active,
           replaced, lesson FROM lessons ${where} ORDER BY version DESC`,
      )
      .all(...values) as unknown as Row[];
  }
}

function encode(content: LessonContent): string {
  if (content.kind === 'probability') return JSON.stringify(content);
  return JSON.stringify({
    ...content,
    weights: Buffer.from(toBytes(content.weights)).toString('base64'),
  });
}
