import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A label, what is filled in, and what is wrong with it or good to know about it. */
export function Field({
  label,
  hint,
  problem,
  children,
}: {
  label: string;
  hint?: ComponentChildren;
  problem?: string | undefined;
  /** Given the ids that tie the control to its label and its words. */
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: 'true' }) => ComponentChildren;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = problem ?? hint;
  const described = note ? { 'aria-describedby': noteId } : {};
  return (
    <div class={`field ${problem ? 'wrong' : ''}`}>
      <label for={id}>{label}</label>
      {children({ id, ...described, ...(problem ? { 'aria-invalid': 'true' as const } : {}) })}
      {note && (
        <p id={noteId} class="note">
          {note}
        </p>
      )}
    </div>
  );
}
