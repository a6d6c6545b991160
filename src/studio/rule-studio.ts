import type { StudioData } from '../server/api/studio-data.js';
import { DraftTrials, type DraftTrialsOptions } from './draft-trials.js';

/** What {@link RuleStudio} needs. */
export interface RuleStudioOptions extends DraftTrialsOptions {
  /** Aborts when the service stops. */
  signal: AbortSignal;
}

/** Where rules are written while others watch. */
export class RuleStudio implements StudioData {
  readonly #options: RuleStudioOptions;
  readonly #trials: DraftTrials;

  constructor(options: RuleStudioOptions) {
    this.#options = options;
    this.#trials = new DraftTrials(options);
  }

  files: StudioData['files'] = () => this.#options.files.list();

  source: StudioData['source'] = (id) => this.#options.files.source(id);

  preview: StudioData['preview'] = (input, asked) =>
    this.#trials.preview(input, AbortSignal.any([asked, this.#options.signal]));

  budgets: StudioData['budgets'] = (input, asked) =>
    this.#trials.budgets(input, AbortSignal.any([asked, this.#options.signal]));

  save: StudioData['save'] = (input) => this.#options.files.save(input);
}
