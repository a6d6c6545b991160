import { Check, CircleQuestionMark, X } from 'lucide';
import type { Verdict } from '../../../detect/event.js';
import { mayControl } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { words } from '../../words.js';

const text = words.history;
const ICONS = { true: Check, false: X, unsure: CircleQuestionMark };
/** The key that says it. */
const KEYS = { true: 't', false: 'f', unsure: 'u' };
const VERDICTS: readonly Verdict[] = ['true', 'false', 'unsure'];

/** What somebody said, as a small sign. */
export function VerdictMark({ verdict }: { verdict: Verdict | null }) {
  if (verdict === null) return null;
  return (
    <span class={`verdict-mark said-${verdict}`}>
      <Icon of={ICONS[verdict]} />
      <span class="for-readers">{text.verdicts[verdict]}</span>
    </span>
  );
}

/** Asks what a moment was; pressed again, the answer is taken back. */
export function VerdictButtons({
  verdict,
  onSay,
  isSmall = false,
}: {
  verdict: Verdict | null;
  onSay: (verdict: Verdict | null) => void;
  isSmall?: boolean;
}) {
  return (
    <div class={`verdicts ${isSmall ? 'small' : ''}`}>
      {VERDICTS.map((said) => (
        <button
          key={said}
          type="button"
          class={`said-${said}`}
          aria-pressed={verdict === said}
          aria-label={text.say[said]}
          aria-keyshortcuts={KEYS[said]}
          title={`${text.say[said]} (${KEYS[said]})`}
          disabled={!mayControl.value}
          onClick={() => onSay(verdict === said ? null : said)}
        >
          <Icon of={ICONS[said]} />
          {!isSmall && <span>{text.verdicts[said]}</span>}
        </button>
      ))}
    </div>
  );
}

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
  children?: preact.ComponentChildren;
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
