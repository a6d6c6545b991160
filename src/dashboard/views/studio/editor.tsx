import { Save, Trash2 } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { mayControl } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { Page } from '../../parts/page.js';
import { Failure } from '../../parts/states.js';
import { toast } from '../../parts/toasts.js';
import { go, href } from '../../router.js';
import { words } from '../../words.js';
import type { RuleDraft } from './draft.js';
import { otherProblems, problemText } from './editing.js';
import { EditorFields, FIELDS } from './editor-fields.js';
import { EditorWords } from './editor-words.js';
import { LeaveDialog, useLeaving } from './leaving.js';
import { LivePreview } from './live-preview.js';
import { ConflictNotice, OtherProblems } from './notices.js';
import { OutcomePanel } from './outcome.js';
import { SaveDialog } from './save-dialog.js';
import { problemsOf, type RuleFileList, type RuleSource } from './studio-api.js';
import { useOutcome } from './use-outcome.js';
import { type Base, useRule } from './use-rule.js';
import { useSave } from './use-save.js';

/**
 * A rule being written, and what it would do.
 * @param source the rule as its file has it; null: it is a new one
 * @param files where a new one can go
 */
export function Editor({
  initial,
  source,
  files,
  hint,
  onSaved,
}: {
  initial: RuleDraft;
  source: RuleSource | null;
  files: RuleFileList | null;
  /** What to write, where a link has begun it. */
  hint?: string | undefined;
  onSaved: () => void;
}) {
  const text = words.studio;
  const rule = useRule(initial, baseOf(source, files), source);
  const { base, settled, isDirty } = rule;
  const against = base.draft?.id ?? null;
  const [isIdOwn, setIsIdOwn] = useState(source !== null);
  const outcome = useOutcome(settled, against);
  const leaving = useLeaving(isDirty);
  const saving = useSave(base.draft, ({ draft }, answer) => {
    leaving.release();
    const id = draft?.id ?? null;
    if (draft) rule.saved(draft, answer.revision);
    toast(draft ? text.saved(draft.name ?? draft.id) : text.deleted(against ?? ''));
    if (id === against) onSaved();
    else go(href('studio', id === null ? [] : [id]));
  });
  const place = placeOf(base, source, files);
  const maySave = mayControl.value && place.reason === null && !saving.isBusy;
  const request = { file: base.file!, revision: base.revision, replaces: against };
  const save = () => {
    if (maySave && isDirty) void saving.ask({ ...request, draft: settled });
  };
  useSaveKey(saving.asked ? saving.confirm : save);
  const problems = [
    ...saving.problems,
    ...(saving.problems.length > 0 ? [] : problemsOf(outcome.preview.error)),
  ];
  const editing = {
    draft: rule.draft,
    change: (changes: Parameters<typeof rule.change>[0]) => {
      saving.clear();
      rule.change(changes);
    },
    problemOf: (field: string) => problemText(problems, field),
  };
  const conflict = saving.conflict ?? rule.conflict;
  const isNew = base.draft === null;
  const resolve = (way: 'on-top' | 'theirs') => {
    saving.clear();
    rule.resolve(conflict!, way);
  };
  return (
    <Page
      title={isNew ? text.newRule : text.editRule(base.draft?.name ?? base.draft!.id)}
      className="studio"
      actions={
        <>
          {isDirty && <span class="unsaved">{text.unsaved}</span>}
          <a class="button" href={href('studio')}>
            {text.back}
          </a>
          {!isNew && (
            <button
              type="button"
              class="danger"
              disabled={!maySave}
              onClick={() => saving.ask({ ...request, draft: null })}
            >
              <Icon of={Trash2} />
              {text.remove}
            </button>
          )}
          <button
            type="button"
            class="first"
            disabled={!maySave || !isDirty}
            title={text.saveKeys}
            aria-keyshortcuts="Control+Enter"
            onClick={save}
          >
            <Icon of={Save} />
            {text.save}
          </button>
        </>
      }
    >
      {(place.reason !== null || !mayControl.value) && (
        <p class="notice studio-notice">{mayControl.value ? place.reason : text.mayOnlyLook}</p>
      )}
      {conflict && (
        <ConflictNotice
          base={base.draft}
          current={conflict}
          onTop={() => resolve('on-top')}
          onTheirs={() => resolve('theirs')}
        />
      )}
      {saving.error && <Failure error={saving.error} />}
      <OtherProblems problems={otherProblems(problems, FIELDS)} />
      <div class="studio-columns">
        <EditorWords
          editing={editing}
          rule={rule}
          advice={outcome.advice}
          onTyped={() => saving.clear()}
          {...{ isIdOwn, isNew, hint }}
        />
        <div class="studio-outcome">
          <OutcomePanel
            asked={outcome.preview}
            span={outcome.span}
            days={outcome.days}
            hasWords={outcome.tried !== null}
            onDays={outcome.setDays}
            onRefresh={outcome.refresh}
          />
          <LivePreview draft={outcome.tried} cameraIds={settled.cameras ?? null} />
        </div>
        <EditorFields
          editing={editing}
          budgets={outcome.budgets}
          {...{ isIdOwn }}
          onOwnId={setIsIdOwn}
          files={isNew ? files : null}
          file={base.file}
          onFile={(file) => rule.setBase(baseOfFile(file, files))}
        />
      </div>
      {saving.asked && <SaveDialog saving={saving} />}
      {leaving.asked && <LeaveDialog leaving={leaving} />}
    </Page>
  );
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

/** Why the rule cannot be saved where it belongs; null: it can. */
function placeOf(
  base: Base,
  source: RuleSource | null,
  files: RuleFileList | null,
): { reason: string | null } {
  const text = words.studio;
  if (base.file === null) return { reason: text.noFile };
  const found = source ?? files?.files.find(({ file }) => file === base.file);
  return { reason: found && !found.writable ? text.readOnly(base.file, found.reason ?? '') : null };
}
