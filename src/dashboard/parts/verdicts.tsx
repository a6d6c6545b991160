import { Check, CircleQuestionMark, X } from 'lucide';
import type { Verdict } from '../../detect/event.js';
import { mayControl } from '../data/state.js';
import { words } from '../words.js';
import { Icon } from './icon.js';
import './verdicts.css';

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
