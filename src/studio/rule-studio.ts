import type { StudioData } from '../server/api/studio-data.js';
import type { SwitchInfo, SwitchInput } from '../server/api/studio-routes.js';
import { WordwatchError } from '../shared/errors.js';
import type { SwitchBoard } from '../shared/rule-switch.js';
import { DraftHelp, type DraftHelpOptions } from './draft-help.js';
import { DraftTrials, type DraftTrialsOptions } from './draft-trials.js';

/** What {@link RuleStudio} needs. */
export interface RuleStudioOptions extends DraftTrialsOptions, DraftHelpOptions {
  switches: SwitchBoard;
  /** Aborts when the service stops. */
  signal: AbortSignal;
}

/** Where rules are written while others watch. */
export class RuleStudio implements StudioData {
  readonly #options: RuleStudioOptions;
  readonly #trials: DraftTrials;
  readonly #help: DraftHelp;

  constructor(options: RuleStudioOptions) {
    this.#options = options;
    this.#trials = new DraftTrials(options);
    this.#help = new DraftHelp(options);
  }

  files: StudioData['files'] = () => this.#options.files.list();

  source: StudioData['source'] = (id) => this.#options.files.source(id);

  save: StudioData['save'] = (input) => this.#options.files.save(input);

  preview: StudioData['preview'] = (input, asked) =>
    this.#trials.preview(input, AbortSignal.any([asked, this.#options.signal]));

  budgets: StudioData['budgets'] = (input, asked) =>
    this.#trials.budgets(input, AbortSignal.any([asked, this.#options.signal]));

  now: StudioData['now'] = (input) => this.#help.now(input);

  advice: StudioData['advice'] = (input) => this.#help.advice(input);

  switches(ruleId: string): SwitchInfo[] {
    const { cameraIds, switches } = this.#options;
    return cameraIds.flatMap((cameraId) => {
      const state = switches.get({ cameraId, ruleId });
      return state ? [{ cameraId, ...state }] : [];
    });
  }

  switch(ruleId: string, { camera, ...change }: SwitchInput): ReturnType<StudioData['switch']> {
    const chosen = this.switches(ruleId).filter(
      ({ cameraId }) => camera === undefined || cameraId === camera,
    );
    if (chosen.length === 0) return null;
    try {
      for (const { cameraId } of chosen) this.#options.switches.set({ cameraId, ruleId }, change);
    } catch (error) {
      if (!(error instanceof WordwatchError) || !error.userInput) throw error;
      return { refused: { code: error.code, message: error.message } };
    }
    return { switches: this.switches(ruleId) };
  }
}
