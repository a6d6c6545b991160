import { useEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.js';
import { go, holdRoute } from '../../router.js';
import { words } from '../../words.js';

/** Leaving with something unsaved. */
export interface Leaving {
  /** Where somebody wants to go, and is asked about; null: nowhere. */
  asked: string | null;
  stay: () => void;
  leave: () => void;
  /** Nothing is unsaved any more, though the page does not know yet. */
  release: () => void;
}

/** Asks before the view, or the page, is left. @param isDirty whether something would be lost */
export function useLeaving(isDirty: boolean): Leaving {
  const [asked, setAsked] = useState<string | null>(null);
  const release = useRef(() => {});
  useEffect(() => {
    if (!isDirty) return;
    const end = holdRoute(setAsked);
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    release.current = () => {
      end();
      removeEventListener('beforeunload', warn);
    };
    return release.current;
  }, [isDirty]);
  return {
    asked,
    stay: () => setAsked(null),
    leave: () => {
      release.current();
      go(asked!);
    },
    release: () => release.current(),
  };
}

export function LeaveDialog({ leaving }: { leaving: Leaving }) {
  const text = words.studio.leave;
  return (
    <Dialog title={text.title} onClose={leaving.stay}>
      <p class="quiet">{text.text}</p>
      <div class="dialog-actions">
        <button type="button" class="first" onClick={leaving.stay}>
          {text.stay}
        </button>
        <button type="button" class="danger" onClick={leaving.leave}>
          {text.go}
        </button>
      </div>
    </Dialog>
  );
}
