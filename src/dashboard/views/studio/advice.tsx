import { Minus, Plus } from 'lucide';
import { cameraName } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { words } from '../../words.js';
import { type Proposal, proposalsOf } from './proposals.js';
import type { AdviceResult } from './studio-api.js';

/** What would make the words work better, to be clicked in; and what the model cannot do. */
export function Advice({
  advice,
  isPending,
  onTake,
}: {
  advice: AdviceResult | null;
  isPending: boolean;
  onTake: (proposal: Proposal) => void;
}) {
  const text = words.studio.advice;
  if (advice === null) return null;
  const { unknownWords, limits, notes, cameras } = advice;
  const proposals = proposalsOf(cameras);
  const warnings = [
    ...(unknownWords.length > 0 ? [text.unknown(unknownWords)] : []),
    ...limits.map(({ text: limit }) => limit),
    ...notes,
    ...cameras
      .filter(({ verdict }) => verdict === 'weak')
      .map(({ cameraId, reasons }) => text.weak(cameraName(cameraId), reasons)),
  ];
  if (proposals.length + warnings.length === 0) return null;
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
              <span class="soft">{proposal.cameraIds.map(cameraName).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
      {warnings.length > 0 && (
        <ul class="warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
