import type { DraftRefusal } from './draft.js';
import type { BudgetsInput, BudgetsResult, PreviewInput, PreviewResult } from './preview-routes.js';
import type { RuleFileList, RuleSourceInfo, SaveInput, SaveResult } from './rule-file-routes.js';

import type {
  AdviceInput,
  AdviceResult,
  NowInput,
  NowResult,
  SwitchInfo,
  SwitchInput,
} from './studio-routes.js';

/** Or why not. */
export type OrRefused<T> = T | { refused: DraftRefusal };

/** What those use who write rules over HTTP. */
export interface StudioData {
  files(): Promise<RuleFileList>;
  /** null: no file has such a rule. */
  source(id: string): Promise<RuleSourceInfo | null>;
  /** Tries a rule on what is stored. @param signal who asks is gone */
  preview(input: PreviewInput, signal: AbortSignal): Promise<OrRefused<PreviewResult>>;
  /** What budgets would cost. @param signal as above */
  budgets(input: BudgetsInput, signal: AbortSignal): Promise<OrRefused<BudgetsResult>>;
  /** What a draft makes of the newest frames. */
  now(input: NowInput): Promise<OrRefused<NowResult>>;
  /** What could be better about it. */
  advice(input: AdviceInput): Promise<OrRefused<AdviceResult>>;
  /** What is switched about a rule in force, camera by camera. */
  switches(ruleId: string): SwitchInfo[];
  /** null: there is no such rule on such a camera. */
  switch(ruleId: string, input: SwitchInput): OrRefused<{ switches: SwitchInfo[] }> | null;
  save(input: SaveInput): Promise<OrRefused<{ saved: SaveResult }>>;
}
