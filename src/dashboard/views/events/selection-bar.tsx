import type { ComponentChildren } from 'preact';
import type { Verdict } from '../../../detect/event.js';
import { mayControl } from '../../data/state.js';
import { VerdictButtons } from '../../parts/verdicts.js';
import { words } from '../../words.js';

const text = words.history;

/** What can be said of all that is selected at once. */
export function SelectionBar({
  count,
  onSay,
  onSelectAll,
  onDeselect,
  children,
}: {
  count: number;
  onSay: (verdict: Verdict | null) => void;
  onSelectAll: () => void;
  onDeselect: () => void;
  children?: ComponentChildren;
}) {
  if (count === 0) return null;
  return (
    <section class="selection-bar" aria-label={text.selected(count)}>
      <strong role="status">{text.selected(count)}</strong>
      <VerdictButtons verdict={null} onSay={onSay} />
      <button type="button" disabled={!mayControl.value} onClick={() => onSay(null)}>
        {text.takeBack}
      </button>
      <button type="button" onClick={onSelectAll}>
        {text.selectAll}
      </button>
      <button type="button" onClick={onDeselect}>
        {text.deselect}
      </button>
      {children}
    </section>
  );
}
