import type { DraftProblem } from '../../../config/rule-draft.js';
import type { SaveRefusal } from '../../../config/rule-files.js';
import type { ApiError } from '../../data/api.js';

export type { DiffLine } from '../../../config/line-diff.js';
export type { DraftProblem } from '../../../config/rule-draft.js';
export type { RuleSource, SavedRule } from '../../../config/rule-files.js';
export type { BudgetsResult, PreviewResult } from '../../../server/api/preview-routes.js';
export type { RuleFileList } from '../../../server/api/rule-file-routes.js';
export type { AdviceResult, NowResult, SwitchInfo } from '../../../server/api/studio-routes.js';

/** Of a `conflict`: the file as it is now, and the rule in it. */
export type CurrentRule = NonNullable<SaveRefusal['current']>;

/** The problems of a draft that an answer tells of; none where it says something else. */
export function problemsOf(error: ApiError | null): readonly DraftProblem[] {
  return (error?.body as { problems?: DraftProblem[] } | null | undefined)?.problems ?? [];
}

/** What is there now, of an answer that says that the file was changed meanwhile. */
export function currentOf(error: ApiError): CurrentRule | null {
  return (error.body as { current?: CurrentRule } | null)?.current ?? null;
}
