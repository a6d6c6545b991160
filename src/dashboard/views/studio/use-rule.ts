import { useEffect, useMemo, useState } from 'preact/hooks';
import { changedKeys, isSame, notOf, onTop, type RuleDraft, withFields, wordsOf } from './draft.js';
import type { Changes } from './editing.js';
import { NOTHING_TYPED, type Typed, withTyped } from './phrases.js';
import type { CurrentRule, RuleSource } from './studio-api.js';

/** What a draft was made from. */
export interface Base {
  /** null: the rule is a new one. */
  draft: RuleDraft | null;
  file: string | null;
  revision: string | null;
}

/** A rule being edited, and what it was made from. */
export interface RuleEditing {
  base: Base;
  /** With the fields of phrases as they stand, half typed ones left out. */
  draft: RuleDraft;
  /** The same with what is being typed: what is tried and saved. */
  settled: RuleDraft;
  isDirty: boolean;
  typed: Record<'when' | 'not', Typed>;
  type: (kind: 'when' | 'not', typed: Typed) => void;
  change: (changes: Changes) => void;
  setBase: (base: Base) => void;
  /** The draft stands in its file now. */
  saved: (draft: RuleDraft, revision: string | null) => void;
  /** What somebody else made of the file while it was edited here; null: nothing that matters. */
  conflict: CurrentRule | null;
  /** Goes on from what is there now: with the changes made here on top, or without them. */
  resolve: (current: CurrentRule, way: 'on-top' | 'theirs') => void;
}

const NONE_TYPED = { when: NOTHING_TYPED, not: NOTHING_TYPED };

/** @param newest the rule as its file has it now; it comes anew when the file changes; null: it is a new rule */
export function useRule(initial: RuleDraft, start: Base, newest: RuleSource | null): RuleEditing {
  const [base, setBase] = useState(start);
  const [draft, setDraft] = useState(initial);
  const [typed, setTyped] = useState(NONE_TYPED);
  const [conflict, setConflict] = useState<CurrentRule | null>(null);
  const settled = useMemo(() => settle(draft, typed, base.draft), [draft, typed, base]);
  const isDirty =
    base.draft === null ? wordsOf(settled).length > 0 : changedKeys(base.draft, settled).length > 0;
  const follow = ({ draft: theirs, file, revision }: RuleSource, mine: RuleDraft) => {
    setBase({ draft: theirs, file, revision });
    setDraft(mine);
    setTyped(NONE_TYPED);
    setConflict(null);
  };
  useEffect(() => {
    if (!newest || newest.revision === base.revision) return;
    const isSameRule = isSame(newest.draft, base.draft) && newest.file === base.file;
    // What nobody changed on both sides needs no question.
    if (isSameRule) setBase({ ...base, revision: newest.revision });
    else if (!isDirty) follow(newest, newest.draft);
    else setConflict({ revision: newest.revision, rule: newest });
  }, [newest]);
  return {
    ...{ base, draft, settled, isDirty, typed, setBase, conflict },
    saved: (saved, revision) => {
      setBase({ ...base, draft: saved, revision });
      setDraft(saved);
      setTyped(NONE_TYPED);
    },
    type: (kind, next) => setTyped((before) => ({ ...before, [kind]: next })),
    change: (changes) => setDraft((before) => withFields(before, changes)),
    resolve: ({ revision, rule }, way) => {
      if (rule === null) {
        setBase({ ...base, draft: null, revision });
        setDraft(settled);
        setTyped(NONE_TYPED);
        setConflict(null);
        return;
      }
      const mine = base.draft ? onTop({ base: base.draft, mine: settled, theirs: rule.draft }) : settled;
      follow(rule, way === 'theirs' ? rule.draft : mine);
    },
  };
}

/** A draft with what is being typed. What says the same as in the file stays as it is written there. */
function settle(draft: RuleDraft, typed: Record<'when' | 'not', Typed>, base: RuleDraft | null): RuleDraft {
  const when = withTyped(wordsOf(draft), typed.when);
  const not = withTyped(notOf(draft), typed.not);
  return withFields(draft, {
    when: base && isSame(wordsOf(base), when) ? base.when : when,
    not: not.length > 0 || base?.not ? not : undefined,
  });
}
