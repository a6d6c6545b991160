import { useState } from 'preact/hooks';
import { Page } from '../../parts/page.js';
import { words } from '../../words.js';
import { EditorActions, EditorNotices } from './editor-bar.js';
import { EditorFields } from './editor-fields.js';
import { EditorWords } from './editor-words.js';
import { LeaveDialog } from './leaving.js';
import { LivePreview } from './live-preview.js';
import { OutcomePanel } from './outcome.js';
import { SaveDialog } from './save-dialog.js';
import { type EditorStart, useEditor } from './use-editor.js';

/** A rule being written, and what it would do. @param hint what to write, where a link has begun it */
export function Editor({ hint, ...start }: EditorStart & { hint?: string | undefined }) {
  const text = words.studio;
  const editor = useEditor(start);
  const [isIdOwn, setIsIdOwn] = useState(start.source !== null);
  const { rule, editing, outcome, saving, leaving, isNew } = editor;
  const { draft } = rule.base;
  return (
    <Page
      title={draft === null ? text.newRule : text.editRule(draft.name ?? draft.id)}
      className="studio"
      actions={<EditorActions editor={editor} />}
    >
      <EditorNotices editor={editor} />
      <div class="studio-columns">
        <EditorWords
          editing={editing}
          rule={rule}
          advice={outcome.advice}
          onTyped={saving.clear}
          {...{ isIdOwn, isNew, hint }}
        />
        <div class="studio-outcome">
          <OutcomePanel outcome={outcome} />
          <LivePreview draft={outcome.tried} cameraIds={rule.settled.cameras ?? null} />
        </div>
        <EditorFields
          editing={editing}
          budgets={outcome.budgets}
          isIdOwn={isIdOwn}
          onOwnId={setIsIdOwn}
          files={isNew ? start.files : null}
          file={rule.base.file}
          onFile={editor.setFile}
        />
      </div>
      {saving.asked && <SaveDialog saving={saving} />}
      {leaving.asked && <LeaveDialog leaving={leaving} />}
    </Page>
  );
}
