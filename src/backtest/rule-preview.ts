import type { Embedder } from '../model/embedder.js';
import { openRuleBook, type WatchRule } from '../pipeline/rule-book.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { WordwatchError } from '../shared/errors.js';
import { type Backtest, backtest } from './backtest.js';
import { Hands } from './hands.js';

/** Previews that may wait for the one under way; more are refused. */
const MOST_WAITING = 3;
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

/** Tries rules beside a service that watches: one at a time, in one thread, so that watching goes on. */
export class RulePreview {
  readonly #options: RulePreviewOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: RulePreviewOptions) {
    this.#options = options;
  }

  /**
   * @param signal of somebody who may not wait for the answer any more
   * @throws WordwatchError `preview-busy`, `backtest-stopped`, and as `backtest` and the model do
   */
  async try(
    rule: WatchRule,
    { signal, ...range }: PreviewRange & { signal: AbortSignal },
  ): Promise<Backtest> {
    if (this.#waiting > MOST_WAITING) {
      throw new WordwatchError('preview-busy', 'other previews are waiting already', { retryable: true });
    }
    this.#waiting++;
    const result = this.#last.then(() => this.#try(rule, { signal, ...range }));
    this.#last = result.catch(() => {}); // told to whoever asked
    return result.finally(() => {
      this.#waiting--;
    });
  }

  async #try(
    rule: WatchRule,
    { cameras, sinceMs, untilMs, signal }: PreviewRange & { signal: AbortSignal },
  ): Promise<Backtest> {
    const { folder, model, timeZone, clock = systemClock } = this.#options;
    if (signal.aborted) throw new WordwatchError('backtest-stopped', 'the preview was stopped');
    const nowMs = clock.nowMs();
    const toMs = untilMs ?? nowMs;
    const fromMs = sinceMs ?? toMs - DEFAULT_MS;
    if (toMs - fromMs > MOST_MS) {
      const days = MOST_MS / DAY_MS;
      throw new WordwatchError('backtest-range', `a preview reaches over ${days} days at most`, {
        userInput: true,
      });
    }
    const book = await openRuleBook([rule], model);
    await using hands = new Hands(1);
    return await backtest({
      ...{
        folder,
        book,
        against: null,
        cameras,
        fromMs,
        toMs,
        calibration: 'replay',
        timeZone,
        hands,
        signal,
      },
      model: model.describe(),
    });
  }
}
