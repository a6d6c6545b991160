import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { words } from '../words.js';
import { Icon } from './icon.js';

/** A short text in a box of its own, which can be taken away where `onRemove` is given. */
export function Chip({
  children,
  kind = '',
  name,
  onRemove,
}: {
  children: ComponentChildren;
  kind?: string;
  /** For screen readers: what is taken away. */
  name?: string;
  onRemove?: () => void;
}) {
  return (
    <span class={`chip ${kind}`}>
      {children}
      {onRemove && (
        <button type="button" class="plain" onClick={onRemove} aria-label={words.remove(name ?? '')}>
          <Icon of={X} />
        </button>
      )}
    </span>
  );
}
