import { StreamView } from '../backtest/stream-view.js';
import { type RuleConfig, type RuleFiles, withoutEffect } from '../config/index.js';
import type { Embedder } from '../model/embedder.js';
import { unknownWords } from '../model/unknown-words.js';
import type { FeasibilityCheck } from '../pipeline/feasibility-check.js';
import type { NewestFrames } from '../pipeline/newest-frames.js';
import { type LessonSource, openRuleBook, type RuleBook } from '../pipeline/rule-book.js';
import { CodedMargins } from '../rules/coded-margins.js';
import { limitsOf } from '../rules/feasibility/limits.js';
import { refusedDraft } from '../server/api/draft.js';
import type { OrRefused } from '../server/api/studio-data.js';
import type { AdviceInput, AdviceResult, NowInput, NowResult } from '../server/api/studio-routes.js';

/** Cameras that advice is given for at once: each takes a third of a second. */
const MOST_ADVISED = 8;

/** What {@link DraftHelp} needs. */
export interface DraftHelpOptions {
  files: RuleFiles;
  model: Embedder;
  lessons: LessonSource;
  newest: Pick<NewestFrames, 'coded'>;
  feasibility: FeasibilityCheck;
  /** Of the cameras that are watched. */
  cameraIds: readonly string[];
}

type CameraNow = NowResult['cameras'][number];

/** What a draft sees at this moment, and what could be better about it. */
export class DraftHelp {
  readonly #options: DraftHelpOptions;

  constructor(options: DraftHelpOptions) {
    this.#options = options;
  }

  async now({ draft }: NowInput): Promise<OrRefused<NowResult>> {
    const { files, model, lessons } = this.#options;
    const { rule, problems } = await files.read(draft);
    if (problems) return refusedDraft(problems);
    const book = await openRuleBook([rule], model, lessons);
    const margins = new CodedMargins(book.set);
    return { cameras: this.#camerasOf(rule).map((cameraId) => this.#cameraNow(cameraId, { book, margins })) };
  }

  #cameraNow(cameraId: string, { book, margins }: { book: RuleBook; margins: CodedMargins }): CameraNow {
    const nothing = { cameraId, atMs: null, tiles: [], best: null, threshold: null };
    const frame = this.#options.newest.coded(cameraId);
    if (!frame) return { ...nothing, reason: 'the camera has shown nothing yet' };
    const { atMs, coded, view: cut } = frame;
    const { inputSizePx } = this.#options.model.describe();
    const { levels, tiles: planned } = cut.plan;
    const tiles = planned.map(({ box, level }) => ({ box, level: levels[level]! }));
    const view = StreamView.of(book, { tiles, frame: cut.frame, inputSizePx });
    if (!view) {
      const reason = 'the rule looks at parts of the picture that no rule in force looks at: save it first';
      return { ...nothing, atMs, reason };
    }
    const seen = view.tiles.map(({ index, box }) => {
      let margin = 0;
      margins.score(coded[index]!.code, (_, [own]) => {
        margin = own!;
      });
      return { index, box, margin };
    });
    const best = seen.reduce((a, b) => (b.margin > a.margin ? b : a));
    const plan = book.plans.get(book.rules[0]!.id)!;
    return {
      cameraId,
      atMs,
      tiles: seen,
      best,
      threshold: plan.kind === 'fixed' ? plan.value : null,
      reason: null,
    };
  }

  async advice({ draft, camera }: AdviceInput): Promise<OrRefused<AdviceResult>> {
    const { files, model, feasibility } = this.#options;
    const { rule, problems } = await files.read(draft);
    if (problems) return refusedDraft(problems);
    const cameraIds = this.#camerasOf(rule).filter((id) => camera === undefined || id === camera);
    if (camera !== undefined && cameraIds.length === 0)
      return { refused: { code: 'unknown-camera', message: `the rule looks at no camera ${camera}` } };
    const words = [...rule.when, ...rule.not];
    const { knownWords } = model.describe();
    const note = withoutEffect(rule);
    const found: AdviceResult['cameras'] = [];
    for (const id of cameraIds.slice(0, MOST_ADVISED)) found.push(await feasibility.assess(rule, id));
    return {
      unknownWords: knownWords ? unknownWords(words, knownWords) : [],
      limits: limitsOf(rule.when),
      notes: note === null ? [] : [note],
      cameras: found,
    };
  }

  #camerasOf({ cameras }: RuleConfig): string[] {
    return this.#options.cameraIds.filter((id) => cameras === null || cameras.includes(id));
  }
}
