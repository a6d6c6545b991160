import type { ComponentChildren } from 'preact';
import type { Verdict } from '../../../detect/event.js';
import { mayControl } from '../../data/state.js';
import type { Selection } from '../../parts/use-selection.js';
import { VerdictButtons } from '../../parts/verdicts.js';
import { words } from '../../words.js';
import './judging.css';

const text = words.history;

/** What can be said of all that is selected at once. */
export function SelectionBar({
  selection,
  all,
  onSay,
  children,
}: {
  selection: Selection<string>;
  all: readonly string[];
  onSay: (verdict: Verdict | null) => void;
  children?: ComponentChildren;
}) {
  const count = selection.ids.size;
  if (count === 0) return null;
  return (
    <section class="selection-bar" aria-label={text.selected(count)}>
      <strong role="status">{text.selected(count)}</strong>
      <VerdictButtons verdict={null} onSay={onSay} />
      <button type="button" disabled={!mayControl.value} onClick={() => onSay(null)}>
        {text.takeBack}
      </button>
      <button type="button" onClick={() => selection.set(all)}>
        {text.selectAll}
      </button>
      <button type="button" onClick={() => selection.set([])}>
        {text.deselect}
      </button>
      {children}
    </section>
  );
}
