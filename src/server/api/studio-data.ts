import type { DraftRefusal } from './draft.js';
import type { RuleFileList, RuleSourceInfo, SaveInput, SaveResult } from './rule-file-routes.js';

/** Or why not. */
export type OrRefused<T> = T | { refused: DraftRefusal };

/** What those use who write rules over HTTP. */
export interface StudioData {
  files(): Promise<RuleFileList>;
  /** null: no file has such a rule. */
  source(id: string): Promise<RuleSourceInfo | null>;
  save(input: SaveInput): Promise<OrRefused<{ saved: SaveResult }>>;
}
