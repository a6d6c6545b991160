import type { Embedder } from '../model/embedder.js';
import { bookOfRule, type RuleBook } from '../pipeline/rule-book.js';
import { codeOf, WordwatchError } from '../shared/errors.js';
import { Turns } from '../shared/turns.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import type { FrameScore } from './hand.js';
import { Hands } from './hands.js';
import { replayCamera } from './replay-camera.js';
import type { Gap } from './result.js';

/** Rows are about a minute long, and every tile is embedded every 30 s: all that a frame needs lies within two rows. */
const RUN_UP_MS = 2 * 60_000;
/** Curves that may wait for the one under way; more are refused. */
const MOST_WAITING = 3;

/** Which stretch of which rule. */
export interface ScoreCurveAsked {
  cameraId: string;
  ruleId: string;
  fromMs: number;
  /** Not included. */
  toMs: number;
}

/** The scores of a stretch, as its frames are scored now. */
export interface ScoreCurve {
  /** In the order of time. */
  scores: FrameScore[];
  /** Longer than half a minute. */
  gaps: Gap[];
}

/** What {@link ScoreCurves} needs. */
export interface ScoreCurvesOptions {
  /** Data folder. */
  folder: string;
  model: Embedder;
  book: () => RuleBook;
  timeZone: string;
}

/**
 * Scores what is remembered around a moment again: one stretch at a time, in a thread of its own, so that watching goes on.
 * What is usual on the camera is taken as it is known now; a rule with a fixed threshold scores exactly as it did then.
 */
export class ScoreCurves {
  readonly #options: ScoreCurvesOptions;
  readonly #turns = new Turns();

  constructor(options: ScoreCurvesOptions) {
    this.#options = options;
  }

  /**
   * @returns null: there is no such rule, or nothing is remembered at all
   * @throws WordwatchError `curves-busy`, `backtest-stopped` when `signal` aborts
   */
  async of(asked: ScoreCurveAsked, signal: AbortSignal): Promise<ScoreCurve | null> {
    if (this.#turns.waiting > MOST_WAITING)
      throw new WordwatchError('curves-busy', 'other score curves are waiting already', { retryable: true });
    return this.#turns.take(() => this.#replay(asked, signal));
  }

  async #replay({ ruleId, ...asked }: ScoreCurveAsked, signal: AbortSignal): Promise<ScoreCurve | null> {
    const { folder, model, book: bookNow, timeZone } = this.#options;
    if (signal.aborted) throw new WordwatchError('backtest-stopped', 'nobody waits for the curve any more');
    const book = bookNow();
    if (!book.rules.some(({ id }) => id === ruleId)) return null;
    using vectors = openOrNull(folder);
    if (!vectors) return null;
    await using hands = new Hands(1);
    const { outcomes } = await replayCamera({
      ...{ ...asked, folder, timeZone, hands, signal, runUpMs: RUN_UP_MS, tellsScores: true },
      ...{ store: new VectorStore(vectors), books: [bookOfRule(book, ruleId)] },
      ...{ model: model.describe(), calibration: 'stored' },
    });
    const { scores, gaps } = outcomes[0]!;
    return { scores, gaps };
  }
}

function openOrNull(folder: string) {
  try {
    return openVectorsReadOnly(folder);
  } catch (error) {
    if (codeOf(error) === 'vectors-missing') return null;
    throw error;
  }
}
