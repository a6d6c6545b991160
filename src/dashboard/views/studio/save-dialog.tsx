import { useEffect, useRef } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.js';
import { words } from '../../words.js';
import type { DiffLine } from './studio-api.js';
import type { Saving } from './use-save.js';

const SIGNS = { same: ' ', added: '+', removed: '−' };

/** Shows what would change in the file, and asks. */
export function SaveDialog({ saving }: { saving: Saving }) {
  const { request, answer } = saving.asked!;
  const text = words.studio;
  const confirm = useRef<HTMLButtonElement>(null);
  const isDeletion = request.draft === null;
  useEffect(() => confirm.current?.focus(), []);
  const isSame = answer.diff.length === 0;
  return (
    <Dialog
      title={isDeletion ? text.deleteTitle(request.file) : text.diffTitle(request.file)}
      onClose={saving.cancel}
    >
      {isSame ? <p class="quiet">{text.noDifference}</p> : <Diff lines={answer.diff} />}
      <div class="dialog-actions">
        <button type="button" onClick={saving.cancel}>
          {text.cancel}
        </button>
        {!isSame && (
          <button
            ref={confirm}
            type="button"
            class={isDeletion ? 'danger' : 'first'}
            disabled={saving.isBusy}
            onClick={saving.confirm}
          >
            {isDeletion ? text.confirmDelete : text.confirmSave}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Diff({ lines }: { lines: readonly DiffLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <pre class="diff" tabIndex={0}>
      {lines.map(({ kind, text, line }, index) => {
        const before = lines[index - 1];
        const isApart = before && kind === 'same' && before.kind === 'same' && line !== before.line + 1;
        return (
          <span key={index} class={`${kind} ${isApart ? 'apart' : ''}`}>
            <i aria-hidden="true">{line}</i>
            <b aria-hidden="true">{SIGNS[kind]}</b>
            {kind !== 'same' && <span class="for-readers">{words.studio[kind]}: </span>}
            {text}
            {'\n'}
          </span>
        );
      })}
    </pre>
  );
}
