import { useEffect } from 'preact/hooks';
import { mayControl } from '../../data/state.js';
import { toast } from '../../parts/toasts.js';
import { go, href } from '../../router.js';
import { words } from '../../words.js';
import type { RuleDraft } from './draft.js';
import { type Changes, type Editing, problemText } from './editing.js';
import { type Leaving, useLeaving } from './leaving.js';
import {
  type CurrentRule,
  type DraftProblem,
  problemsOf,
  type RuleFileList,
  type RuleSource,
} from './studio-api.js';
import { type DraftOutcome, useOutcome } from './use-outcome.js';
import { type Base, type RuleEditing, useRule } from './use-rule.js';
import { type Saving, useSave } from './use-save.js';

/** What an editor begins with. */
export interface EditorStart {
  initial: RuleDraft;
  /** The rule as its file has it; null: it is a new one. */
  source: RuleSource | null;
  /** Where a new one can go; null: it has its place already. */
  files: RuleFileList | null;
  onSaved: () => void;
}

/** A rule being written: itself, what it would do, and how it is saved. */
export interface EditorState {
  rule: RuleEditing;
  editing: Editing;
  outcome: DraftOutcome;
  saving: Saving;
  leaving: Leaving;
  isNew: boolean;
  /** What is wrong with the draft, as the program told last. */
  problems: readonly DraftProblem[];
  /** Why it cannot be saved; null: it can. */
  obstacle: string | null;
  maySave: boolean;
  save: () => void;
  remove: () => void;
  conflict: CurrentRule | null;
  resolve: (way: 'on-top' | 'theirs') => void;
  setFile: (file: string) => void;
}

export function useEditor({ initial, source, files, onSaved }: EditorStart): EditorState {
  const rule = useRule(initial, baseOf(source, files), source);
  const { base, settled, isDirty } = rule;
  const ownId = base.draft?.id ?? null;
  const outcome = useOutcome(settled, ownId);
  const leaving = useLeaving(isDirty);
  const saving = useSave(base.draft, ({ draft }, answer) => {
    leaving.release();
    const id = draft?.id ?? null;
    if (draft) rule.saved(draft, answer.revision);
    toast(draft ? words.studio.saved(draft.name ?? draft.id) : words.studio.deleted(ownId ?? ''));
    if (id === ownId) onSaved();
    else go(href('studio', id === null ? [] : [id]));
  });
  const obstacle = obstacleOf(base, source ?? files?.files.find(({ file }) => file === base.file));
  const maySave = obstacle === null && !saving.isBusy;
  const request = { file: base.file!, revision: base.revision, replaces: ownId };
  const save = () => {
    if (maySave && isDirty) void saving.ask({ ...request, draft: settled });
  };
  useSaveKey(saving.asked ? saving.confirm : save);
  const problems = saving.problems.length > 0 ? saving.problems : problemsOf(outcome.preview.error);
  const conflict = saving.conflict ?? rule.conflict;
  return {
    ...{ rule, outcome, saving, leaving, problems, obstacle, maySave, save, conflict },
    isNew: base.draft === null,
    editing: {
      draft: rule.draft,
      change: (changes: Changes) => {
        saving.clear();
        rule.change(changes);
      },
      problemOf: (field) => problemText(problems, field),
    },
    remove: () => void saving.ask({ ...request, draft: null }),
    resolve: (way) => {
      saving.clear();
      rule.resolve(conflict!, way);
    },
    setFile: (file) => rule.setBase(baseOfFile(file, files)),
  };
}

/** Ctrl+Enter, in text fields too. */
function useSaveKey(act: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
}

function baseOf(source: RuleSource | null, files: RuleFileList | null): Base {
  if (source) return { draft: source.draft, file: source.file, revision: source.revision };
  return baseOfFile(files?.defaultFile ?? null, files);
}

/** Of a new rule that is to go into a file. */
function baseOfFile(file: string | null, files: RuleFileList | null): Base {
  const revision = files?.files.find((known) => known.file === file)?.revision ?? null;
  return { draft: null, file, revision };
}

/** Why a rule cannot be saved where it belongs, or not by whoever looks; null: it can. */
function obstacleOf(
  { file }: Base,
  place: { writable: boolean; reason: string | null } | undefined,
): string | null {
  const text = words.studio;
  if (!mayControl.value) return text.mayOnlyLook;
  if (file === null) return text.noFile;
  return place?.writable === false ? text.readOnly(file, place.reason ?? '') : null;
}
