import type { IconNode } from 'lucide';
import { h } from 'preact';

/** A picture of the lucide set, as large as the words beside it. It says nothing to screen readers: its button has a name. */
export function Icon({ of: node }: { of: IconNode }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {node.map(([tag, attributes], key) => h(tag, { ...attributes, key }))}
    </svg>
  );
}
