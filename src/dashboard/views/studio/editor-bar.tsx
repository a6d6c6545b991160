import { Save, Trash2 } from 'lucide';
import { Icon } from '../../parts/icon.js';
import { Failure } from '../../parts/states.js';
import { href } from '../../router.js';
import { words } from '../../words.js';
import { otherProblems } from './editing.js';
import { FIELDS } from './editor-fields.js';
import { ConflictNotice, OtherProblems } from './notices.js';
import type { EditorState } from './use-editor.js';

/** What can be done with the rule as a whole. */
export function EditorActions({ editor }: { editor: EditorState }) {
  const text = words.studio;
  const { rule, isNew, maySave, save, remove } = editor;
  return (
    <>
      {rule.isDirty && <span class="unsaved">{text.unsaved}</span>}
      <a class="button" href={href('studio')}>
        {text.back}
      </a>
      {!isNew && (
        <button type="button" class="danger" disabled={!maySave} onClick={remove}>
          <Icon of={Trash2} />
          {text.remove}
        </button>
      )}
      <button
        type="button"
        class="first"
        disabled={!maySave || !rule.isDirty}
        title={text.saveKeys}
        aria-keyshortcuts="Control+Enter"
        onClick={save}
      >
        <Icon of={Save} />
        {text.save}
      </button>
    </>
  );
}

/** What stands in the way of saving. */
export function EditorNotices({
  editor: { rule, saving, problems, obstacle, conflict, resolve },
}: {
  editor: EditorState;
}) {
  return (
    <>
      {obstacle !== null && <p class="notice studio-notice">{obstacle}</p>}
      {conflict && (
        <ConflictNotice
          base={rule.base.draft}
          current={conflict}
          onTop={() => resolve('on-top')}
          onTheirs={() => resolve('theirs')}
        />
      )}
      {saving.error && <Failure error={saving.error} />}
      <OtherProblems problems={otherProblems(problems, FIELDS)} />
    </>
  );
}
