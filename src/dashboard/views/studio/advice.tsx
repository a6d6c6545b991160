import { Minus, Plus } from 'lucide';
import { Icon } from '../../parts/icon.js';
import { words } from '../../words.js';
import type { AdviceAnswer } from './studio-api.js';

type Proposal = AdviceAnswer['proposals'][number];

/** What would make the words work better, to be clicked in; and what the model cannot do. */
export function Advice({
  advice,
  isPending,
  onTake,
}: {
  advice: AdviceAnswer | null;
  isPending: boolean;
  onTake: (proposal: Proposal) => void;
}) {
  const text = words.studio.advice;
  if (advice === null) return null;
  const { proposals, unknown, warnings } = advice;
  if (proposals.length + unknown.length + warnings.length === 0) return null;
  return (
    <div class={`advice ${isPending ? 'old' : ''}`}>
      {proposals.length > 0 && (
        <ul class="proposals" aria-label={text.title}>
          {proposals.map((proposal) => (
            <li key={`${proposal.kind} ${proposal.phrase}`}>
              <button type="button" title={proposal.text} onClick={() => onTake(proposal)}>
                <Icon of={proposal.kind === 'drop-negative' ? Minus : Plus} />
                {text.take[proposal.kind](proposal.phrase)}
              </button>
              <span class="soft">{proposal.text}</span>
            </li>
          ))}
        </ul>
      )}
      {(unknown.length > 0 || warnings.length > 0) && (
        <ul class="warnings">
          {unknown.map(({ phrase, words: strange }) => (
            <li key={phrase}>{text.unknown(phrase, strange)}</li>
          ))}
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
