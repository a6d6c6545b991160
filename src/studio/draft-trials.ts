import type { BacktestEvent, BacktestRow } from '../backtest/result.js';
import { ruleOfWords } from '../backtest/rule-of-words.js';
import type { PreviewAsk, RulePreview } from '../backtest/rule-preview.js';
import type { RuleConfig, RuleFiles } from '../config/index.js';
import type { RuleBook } from '../pipeline/rule-book.js';
import { type NearestPicture, nearestPicture } from '../search/hit-picture.js';
import { refusedDraft } from '../server/api/draft.js';
import {
  BUDGETS_PER_DAY,
  type BudgetsInput,
  type BudgetsResult,
  type PreviewInput,
  type PreviewResult,
} from '../server/api/preview-routes.js';
import type { OrRefused } from '../server/api/studio-data.js';
import { WordwatchError } from '../shared/errors.js';
import type { MomentStore } from '../store/moment-store.js';
import { MinutePictures } from '../store/vectors/minute-pictures.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { type Recall, recallOf } from './recall.js';

/** What {@link DraftTrials} needs. */
export interface DraftTrialsOptions {
  files: RuleFiles;
  preview: RulePreview;
  moments: MomentStore;
  /** Rules in force. */
  book: () => RuleBook;
  /** Data folder. */
  folder: string;
}

type Row = PreviewResult['rows'][number];

/** Drafts of rules, tried on what is stored. */
export class DraftTrials {
  readonly #options: DraftTrialsOptions;

  constructor(options: DraftTrialsOptions) {
    this.#options = options;
  }

  /** @param signal who asks is gone, or the service stops */
  async preview(input: PreviewInput, signal: AbortSignal): Promise<OrRefused<PreviewResult>> {
    const startedMs = performance.now();
    const rule = await this.#ruleOf(input);
    if ('refused' in rule) return rule;
    const { against } = input;
    const reviewedOf = against ?? (input.draft ? rule.id : null);
    return refusing(signal, async () => {
      const { rows, otherModel } = await this.#options.preview.try(rule, this.#ask(input, signal));
      return {
        rows: rows.map((row) => this.#told(row, reviewedOf)),
        ...{ otherModel, tookMs: performance.now() - startedMs },
      };
    });
  }

  /** @param signal as above */
  async budgets(input: BudgetsInput, signal: AbortSignal): Promise<OrRefused<BudgetsResult>> {
    const startedMs = performance.now();
    const read = await this.#options.files.read(input.draft);
    if (read.problems) return refusedDraft(read.problems);
    const ruleId = input.against ?? read.rule.id;
    return refusing(signal, async () => {
      const ask = { ...this.#ask(input, signal), against: null, budgetsPerDay: BUDGETS_PER_DAY };
      const cameras = await this.#options.preview.budgets(read.rule, ask);
      return {
        cameras: cameras.map(({ options, ...camera }) => ({
          ...camera,
          budgets: options.map(({ events, state, ...option }) => ({
            ...option,
            thresholdState: state,
            events: events.length,
            startedAtMs: events.map(({ startedAtMs }) => startedAtMs),
            reviewed: this.#recall(ruleId, { ...camera, events }),
          })),
        })),
        tookMs: performance.now() - startedMs,
      };
    });
  }

  async #ruleOf({
    words,
    draft,
    not,
    ...input
  }: PreviewInput): Promise<RuleConfig | ReturnType<typeof refusedDraft>> {
    const { threshold = null, budgetPerDay = null } = input;
    try {
      if (words) return ruleOfWords({ when: words, not, threshold, budgetPerDay });
    } catch (error) {
      if (!(error instanceof WordwatchError)) throw error;
      return { refused: { code: error.code, message: error.message } };
    }
    const { rule, problems } = await this.#options.files.read(draft);
    return problems ? refusedDraft(problems) : rule;
  }

  #ask({ against, ...input }: PreviewInput | BudgetsInput, signal: AbortSignal): PreviewAsk {
    const { cameras, sinceMs, untilMs, client } = input;
    return {
      ...{ cameras: cameras ?? null, sinceMs: sinceMs ?? null, untilMs: untilMs ?? null },
      ...{ client: client ?? null, signal },
      against: against === null ? null : { book: this.#options.book(), ruleId: against },
    };
  }

  #told(row: BacktestRow, reviewedOf: string | null): Row {
    using vectors = openVectorsReadOnly(this.#options.folder);
    const minutes = new MinutePictures(vectors);
    const pictured = (event: BacktestEvent) => ({
      ...event,
      ...this.#pictureOf(row.cameraId, { event, minutes }),
    });
    return {
      ...row,
      events: row.events.map(pictured),
      old: row.old && { ...row.old, events: row.old.events.map(pictured) },
      reviewed: reviewedOf === null ? null : this.#recall(reviewedOf, row),
    };
  }

  #pictureOf(
    cameraId: string,
    { event: { startedAtMs, endedAtMs }, minutes }: { event: BacktestEvent; minutes: MinutePictures },
  ): NearestPicture {
    const at = { cameraId, atMs: startedAtMs, fromMs: startedAtMs, toMs: endedAtMs ?? startedAtMs };
    return nearestPicture(at, { ...this.#options, minutes });
  }

  #recall(ruleId: string, tried: { cameraId: string } & Parameters<typeof recallOf>[1]): Recall {
    const { cameraId, fromMs } = tried;
    const judged = this.#options.moments.list({ ruleId, cameraId, reviewed: true, sinceMs: fromMs });
    return recallOf(judged, tried);
  }
}

/** What is wrong with the question, or not there, is an answer; anything else is a fault of the program. */
async function refusing<T>(signal: AbortSignal, work: () => Promise<T>): Promise<OrRefused<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WordwatchError)) throw error;
    if (!error.userInput && !error.shouldRetry() && !signal.aborted) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
}
