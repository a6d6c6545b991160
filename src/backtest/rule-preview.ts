import type { Embedder } from '../model/embedder.js';
import {
  bookOfRule,
  type LessonSource,
  openRuleBook,
  type RuleBook,
  type WatchRule,
} from '../pipeline/rule-book.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { WordwatchError } from '../shared/errors.js';
import { Turns } from '../shared/turns.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import { type Backtest, rowOf, rulesOn, stepsOf } from './backtest.js';
import type { BudgetOption } from './budget-sweep.js';
import { camerasOf, rangeOf } from './choose.js';
import type { PreviewReply } from './preview-hand.js';
import { PreviewThread } from './preview-thread.js';
import type { Gap } from './result.js';

/** Previews that may wait for the one under way; more are refused. */
const MOST_WAITING = 3;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How far back a preview reaches at most, and where nothing is said. */
const MOST_MS = 31 * DAY_MS;
const DEFAULT_MS = DAY_MS;

/** What {@link RulePreview} needs. */
export interface RulePreviewOptions {
  /** Data folder. */
  folder: string;
  model: Embedder;
  timeZone: string;
  /** What labels taught; left out: nothing. */
  lessons?: LessonSource;
  clock?: Clock;
}

/** Which stretch a rule is tried on. */
export interface PreviewRange {
  /** null: all of which something is stored. */
  cameras: readonly string[] | null;
  /** null: a day ago. */
  sinceMs: number | null;
  /** null: now. */
  untilMs: number | null;
}

/** Who asks, and what for. */
export interface PreviewAsk extends PreviewRange {
  /** The rules in force, and which of them the draft is held against; null: none. */
  against?: { book: RuleBook; ruleId: string } | null;
  /** Somebody who waits for one answer at a time: what they asked before is given up. null: nobody in particular. */
  client?: string | null;
  /** Of somebody who may not wait for the answer any more. */
  signal: AbortSignal;
}

/** What budgets would cost on one camera. */
export interface CameraBudgets {
  cameraId: string;
  fromMs: number;
  toMs: number;
  coveredMs: number;
  gaps: Gap[];
  options: BudgetOption[];
}

type Chosen = { cameraIds: readonly string[]; fromMs: number; toMs: number };

/**
 * Tries rules beside a service that watches: one at a time, in one thread, so that watching goes on. What drafts have in
 * common is kept ready between calls. Of what is stored before the stretch, calibrations learn from a day.
 */
export class RulePreview implements AsyncDisposable {
  readonly #options: RulePreviewOptions;
  readonly #thread = new PreviewThread();
  readonly #clients = new Map<string, AbortController>();
  readonly #turns = new Turns();

  constructor(options: RulePreviewOptions) {
    this.#options = options;
  }

  /**
   * What a rule would have raised.
   * @throws WordwatchError `preview-busy`, `superseded`, `backtest-stopped`, and as `backtest` and the model do
   */
  try(rule: WatchRule, ask: PreviewAsk): Promise<Backtest> {
    return this.#inTurn(ask, async (signal) => {
      const { model, lessons = null } = this.#options;
      const book = await openRuleBook([rule], model, lessons);
      const { cameraIds, ...range } = this.#choose(ask);
      const result: Backtest = { rows: [], otherModel: 0 };
      for (const cameraId of cameraIds) {
        const now = await this.#reply(book, { cameraId, ...range, budgets: null }, signal);
        const old = await this.#old(ask, { cameraId, ...range }, signal);
        if (!now && !old?.reply) continue;
        const told = { cameraId, ...range, modelHash: model.describe().modelHash };
        const nothing = { ...(now ?? old!.reply)!.outcome, transitions: [], calibration: null };
        const steps = old?.reply ? stepsOf(old.reply.outcome, old.rule, told) : [];
        const before = old && { source: 'rules' as const, steps };
        result.rows.push(rowOf({ rule, outcome: now?.outcome ?? nothing, old: before, ...told, book }));
        result.otherModel += (now ?? old!.reply)!.otherModel;
      }
      if (result.rows.length > 0) return result;
      throw nothingTo(cameraIds);
    });
  }

  /** What budgets would cost, alarms a day, whatever the rule itself says of threshold and budget. @throws as {@link try} */
  budgets(
    rule: WatchRule,
    { budgetsPerDay, ...ask }: PreviewAsk & { budgetsPerDay: readonly number[] },
  ): Promise<CameraBudgets[]> {
    return this.#inTurn(ask, async (signal) => {
      const { model, lessons = null } = this.#options;
      const calibrated = { ...rule, threshold: null, budget: { falseAlarmsPerDay: budgetsPerDay[0]! } };
      const book = await openRuleBook([calibrated], model, lessons);
      const { cameraIds, ...range } = this.#choose(ask);
      const all: CameraBudgets[] = [];
      for (const cameraId of cameraIds) {
        const reply = await this.#reply(book, { cameraId, ...range, budgets: budgetsPerDay }, signal);
        if (!reply) continue;
        const { coveredMs, gaps } = reply.outcome;
        all.push({ cameraId, ...range, coveredMs, gaps, options: reply.budgets });
      }
      if (all.length > 0) return all;
      throw nothingTo(cameraIds);
    });
  }

  /** null: the rule does not look at that camera. */
  async #reply(
    book: RuleBook,
    asked: { cameraId: string; fromMs: number; toMs: number; budgets: readonly number[] | null },
    signal: AbortSignal,
  ): Promise<PreviewReply | null> {
    const { folder, timeZone, model } = this.#options;
    if (rulesOn(book, asked.cameraId).length === 0) return null;
    return this.#thread.ask({ folder, timeZone, book, model: model.describe(), ...asked }, signal);
  }

  /** What the rule in force would have raised; null: there is none to compare with. */
  async #old(
    { against = null }: PreviewAsk,
    asked: { cameraId: string; fromMs: number; toMs: number },
    signal: AbortSignal,
  ): Promise<{ rule: WatchRule; reply: PreviewReply | null } | null> {
    const rule = against?.book.rules.find(({ id }) => id === against.ruleId);
    if (!against || !rule) return null;
    const reply = await this.#reply(bookOfRule(against.book, rule.id), { ...asked, budgets: null }, signal);
    return { rule, reply };
  }

  #choose({ cameras, sinceMs, untilMs }: PreviewRange): Chosen {
    const { folder, model, clock = systemClock } = this.#options;
    // Whole minutes: what was worked out for this one need not be worked out again.
    const toMs = untilMs ?? Math.ceil(clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    const fromMs = sinceMs ?? toMs - DEFAULT_MS;
    if (toMs - fromMs > MOST_MS) {
      const days = MOST_MS / DAY_MS;
      throw new WordwatchError('backtest-range', `a preview reaches over ${days} days at most`, {
        userInput: true,
      });
    }
    using vectors = openVectorsReadOnly(folder);
    const remembered = new VectorStore(vectors).cameras();
    const range = rangeOf({ fromMs, toMs, folder, model: model.describe() }, remembered);
    return { cameraIds: camerasOf({ cameras, folder }, remembered), ...range };
  }

  async #inTurn<T>(
    { client = null, signal }: PreviewAsk,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const superseded = new AbortController();
    if (client !== null) {
      this.#clients.get(client)?.abort();
      this.#clients.set(client, superseded);
    }
    if (this.#turns.waiting > MOST_WAITING) {
      throw new WordwatchError('preview-busy', 'other previews are waiting already', { retryable: true });
    }
    const either = AbortSignal.any([signal, superseded.signal]);
    try {
      return await this.#turns.take(() => {
        if (either.aborted)
          throw new WordwatchError('backtest-stopped', 'the preview was stopped', { retryable: true });
        return work(either);
      });
    } catch (error) {
      if (!superseded.signal.aborted) throw error;
      throw new WordwatchError('superseded', 'the same client has asked for something else', {
        retryable: true,
      });
    } finally {
      if (client !== null && this.#clients.get(client) === superseded) this.#clients.delete(client);
    }
  }

  /** Ends the preview under way. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#thread[Symbol.asyncDispose]();
  }
}

function nothingTo(cameraIds: readonly string[]): WordwatchError {
  return new WordwatchError(
    'nothing-to-backtest',
    'the rule looks at no camera of which something is stored',
    {
      userInput: true,
      hint: `Cameras with stored footage: ${cameraIds.join(', ')}.`,
    },
  );
}
