import type { BacktestEvent, BacktestRow } from '../../../backtest/result.js';
import type { DraftProblem } from '../../../config/rule-draft.js';
import type { RuleFileInfo, SaveRefusal } from '../../../config/rule-files.js';
import type { Box } from '../../../shared/geometry.js';
import type { ApiError } from '../../data/api.js';

export type { DiffLine } from '../../../config/line-diff.js';
export type { DraftProblem } from '../../../config/rule-draft.js';
export type { RuleFileInfo, RuleSource, SavedRule } from '../../../config/rule-files.js';

/** Where rules stand, and where a new one best goes. */
export interface RuleFileList {
  files: RuleFileInfo[];
  defaultFile: string | null;
}

/** Of a `conflict`: the file as it is now, and the rule in it. */
export type CurrentRule = NonNullable<SaveRefusal['current']>;

export interface PreviewEvent extends BacktestEvent {
  pictureId?: string | null;
}

export interface PreviewAnswer {
  rows: (Omit<BacktestRow, 'events'> & { events: PreviewEvent[] })[];
  otherModel: number;
  reviewed: { true: { of: number; raised: number }; false: { of: number; raised: number } };
}

export interface BudgetsAnswer {
  budgets: {
    budgetPerDay: number;
    threshold: number | null;
    events: number;
    reviewedTrue: number;
    reviewedFalse: number;
  }[];
}

export interface NowAnswer {
  cameras: {
    cameraId: string;
    atMs: number;
    score: number;
    threshold: number | null;
    box: Box;
  }[];
}

export interface AdviceAnswer {
  proposals: { kind: 'add-negative' | 'drop-negative' | 'use-wording'; phrase: string; text: string }[];
  unknown: { phrase: string; words: string[] }[];
  warnings: string[];
}

/** The problems of a draft that an answer tells of; none where it says something else. */
export function problemsOf(error: ApiError | null): readonly DraftProblem[] {
  return (error?.body as { problems?: DraftProblem[] } | null | undefined)?.problems ?? [];
}

/** What is there now, of an answer that says that the file was changed meanwhile. */
export function currentOf(error: ApiError): CurrentRule | null {
  return (error.body as { current?: CurrentRule } | null)?.current ?? null;
}
