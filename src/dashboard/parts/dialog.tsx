import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { words } from '../words.js';
import { Icon } from './icon.js';

/** A window over the page, open as long as it is there. Escape, or a click beside it, closes it. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // What had the focus before gets it back when the element closes; it may be gone from the page by then.
    dialog.current!.showModal();
  }, []);
  const closeBeside = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog ref={dialog} onClose={onClose} onClick={closeBeside} aria-label={title}>
      <div class="caption">
        <h2>{title}</h2>
        <button type="button" class="plain" onClick={onClose} aria-label={words.close}>
          <Icon of={X} />
        </button>
      </div>
      {children}
    </dialog>
  );
}
