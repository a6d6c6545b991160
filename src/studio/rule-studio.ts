import type { RuleFiles } from '../config/index.js';
import type { StudioData } from '../server/api/studio-data.js';

/** What {@link RuleStudio} needs. */
export interface RuleStudioOptions {
  files: RuleFiles;
}

/** Where rules are written while others watch. */
export class RuleStudio implements StudioData {
  readonly #options: RuleStudioOptions;

  constructor(options: RuleStudioOptions) {
    this.#options = options;
  }

  files: StudioData['files'] = () => this.#options.files.list();

  source: StudioData['source'] = (id) => this.#options.files.source(id);

  save: StudioData['save'] = (input) => this.#options.files.save(input);
}
