import { signal } from '@preact/signals';
import { words } from '../words.js';

const SHOWN_MS = 8_000;
const MOST = 4;

interface Toast {
  id: number;
  text: string;
  undo: (() => void) | null;
}

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Says for a while what was done, and takes it back if asked. */
export function toast(text: string, { undo = null }: { undo?: (() => void) | null } = {}): void {
  const id = ++lastId;
  toasts.value = [...toasts.peek(), { id, text, undo }].slice(-MOST);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Takes back what the newest of them tells, for a key. @returns whether there was anything */
export function undoLast(): boolean {
  const last = toasts.peek().findLast(({ undo }) => undo !== null);
  if (!last) return false;
  dismiss(last.id);
  last.undo!();
  return true;
}

/** Where they are shown. */
export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map(({ id, text, undo }) => (
        <div key={id} class="toast">
          <span>{text}</span>
          {undo && (
            <button
              type="button"
              onClick={() => {
                dismiss(id);
                undo();
              }}
            >
              {words.undo}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

function dismiss(id: number): void {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id);
}
