import type { BacktestEvent, BacktestRow } from '../../../backtest/result.js';
import type { Box } from '../../../shared/geometry.js';
import type { ApiError } from '../../data/api.js';
import type { RuleDraft } from './draft.js';

/** A rules file. */
export interface RuleFileInfo {
  file: string;
  revision: string;
  writable: boolean;
  reason: string | null;
  rules: string[];
}

export interface RuleFileList {
  files: RuleFileInfo[];
  defaultFile: string | null;
}

/** A rule as its file has it. */
export interface RuleSource extends Omit<RuleFileInfo, 'rules'> {
  text: string;
  line: number;
  draft: RuleDraft;
}

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  line: number;
}

export interface SavedRule {
  diff: DiffLine[];
  text: string;
  revision: string | null;
}

/** What is wrong with a draft, and where. */
export interface DraftProblem {
  path: string;
  message: string;
  hint?: string;
}

/** Of a `conflict`: the file as it is now, and the rule in it. */
export interface CurrentRule {
  revision: string | null;
  rule: RuleSource | null;
}

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
