import { useState } from 'preact/hooks';
import { type ApiError, postJson } from '../../data/api.js';
import { asApiError } from '../../data/resource.js';
import { isSame, type RuleDraft } from './draft.js';
import { type CurrentRule, currentOf, type DraftProblem, problemsOf, type SavedRule } from './studio-api.js';

/** A change to a rules file. */
interface SaveRequest {
  draft: RuleDraft | null;
  file: string;
  revision: string | null;
  replaces: string | null;
}

interface Answered {
  request: SaveRequest;
  answer: SavedRule;
}

/** Saving, step by step: first what would change is shown, then it is done. */
export interface Saving {
  /** What somebody is asked to confirm; null: nothing. */
  asked: Answered | null;
  isBusy: boolean;
  /** Of the newest try, while the draft is the same. */
  problems: readonly DraftProblem[];
  error: ApiError | null;
  /** What is there instead of what the draft was made from. */
  conflict: CurrentRule | null;
  ask: (request: SaveRequest) => Promise<void>;
  confirm: () => Promise<void>;
  cancel: () => void;
  /** Forgets what was wrong. */
  clear: () => void;
}

const CLEAR = { asked: null, isBusy: false, problems: [], error: null, conflict: null };

/**
 * @param base the rule that the draft was made from; null: there is none
 * @param onSaved told of what was asked for and of what it came to
 */
export function useSave(
  base: RuleDraft | null,
  onSaved: (request: SaveRequest, answer: SavedRule) => void,
): Saving {
  const [state, setState] = useState<Pick<Saving, keyof typeof CLEAR>>(CLEAR);
  const send = async (request: SaveRequest, dryRun: boolean): Promise<Answered | null> => {
    setState((before) => ({ ...before, isBusy: true }));
    try {
      const answer = await postJson<SavedRule>('/api/rules/save', { ...request, dryRun });
      return { request, answer };
    } catch (thrown) {
      const error = asApiError(thrown);
      const [problems, conflict] = [problemsOf(error), error.status === 409 ? currentOf(error) : null];
      // Something else in the file was changed: that is no reason to ask anybody.
      const isAside = isSame(conflict?.rule?.draft ?? null, base) && conflict?.revision !== request.revision;
      if (conflict && isAside) return send({ ...request, revision: conflict.revision }, dryRun);
      setState({ ...CLEAR, problems, conflict, error: problems.length > 0 || conflict ? null : error });
      return null;
    }
  };
  return {
    ...state,
    ask: async (request) => {
      const asked = await send(request, true);
      if (asked) setState({ ...CLEAR, asked });
    },
    confirm: async () => {
      if (!state.asked || state.isBusy) return;
      const saved = await send(state.asked.request, false);
      if (!saved) return;
      setState(CLEAR);
      onSaved(saved.request, saved.answer);
    },
    cancel: () => setState((before) => ({ ...before, asked: null })),
    clear: () => setState(CLEAR),
  };
}
