import { useEffect, useRef } from 'preact/hooks';
import type { Verdict } from '../../../detect/event.js';
import type { NearMissesInfo, ReviewsResult } from '../../../server/api/past-schemas.js';
import { cameraName, nowMs, ruleName } from '../../data/state.js';
import { formatThreshold, formatTime } from '../../format.js';
import { TilePicture } from '../../parts/tile-picture.js';
import { VerdictButtons } from '../../parts/verdicts.js';
import { words } from '../../words.js';
import { EffectText } from './foreseen.js';

const text = words.nearMisses;

type Miss = NearMissesInfo['misses'][number];

/** One near miss: what was seen, how near it was, and what marking it true would change. */
export function MissCard({
  miss,
  group: { ruleId, cameraId },
  isCurrent,
  takesFocus,
  isSelected,
  foreseen,
  onPoint,
  onSelect,
  onSay,
}: {
  miss: Miss;
  group: NearMissesInfo;
  isCurrent: boolean;
  /** Keys moved to it. */
  takesFocus: boolean;
  isSelected: boolean;
  foreseen: ReviewsResult | null;
  onPoint: () => void;
  onSelect: () => void;
  onSay: (verdict: Verdict | null) => void;
}) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (takesFocus) card.current!.focus();
  }, [takesFocus]);
  const { id, tile, verdict } = miss;
  const { time, reached, needed } = told(miss);
  const said = verdict === null ? '' : words.history.verdicts[verdict];
  return (
    <article
      ref={card}
      class={`miss card ${isSelected ? 'selected' : ''}`}
      tabIndex={isCurrent ? 0 : -1}
      aria-label={text.card(reached, needed, time, said)}
      onFocus={onPoint}
      onPointerEnter={onPoint}
    >
      <div class="stage">
        <TilePicture
          src={`/api/moments/${id}/snapshot`}
          alt={text.picture(ruleName(ruleId), cameraName(cameraId))}
          boxes={[{ box: tile.box }]}
        >
          {words.noSnapshot}
        </TilePicture>
      </div>
      <input
        type="checkbox"
        checked={isSelected}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={text.select(reached)}
        onChange={onSelect}
      />
      <Reached {...{ miss, foreseen, onSay }} />
    </article>
  );
}

/** How near it was, what somebody said of it, and what saying so would change. */
function Reached({
  miss,
  foreseen,
  onSay,
}: {
  miss: Miss;
  foreseen: ReviewsResult | null;
  onSay: (verdict: Verdict | null) => void;
}) {
  const { time, reached, needed } = told(miss);
  return (
    <div class="reached">
      <div class="nearness" aria-hidden="true">
        <span style={{ width: `${nearness(miss) * 100}%` }} />
      </div>
      <p>
        <strong>{text.scoreOf(reached, needed)}</strong> <time class="soft">{time}</time>
      </p>
      <VerdictButtons verdict={miss.verdict} onSay={onSay} isSmall />
      <p class="foreseen soft">
        {foreseen && (
          <>
            {text.would} <EffectText result={foreseen} />
          </>
        )}
      </p>
    </div>
  );
}

/** 0 … 1 */
function nearness({ score, threshold }: Miss): number {
  // A fixed threshold is a margin, which may be negative: no part of it can be reached then, and what is missing counts.
  const part = threshold > 0 ? score / threshold : 1 / (1 + threshold - score);
  return Math.max(0, Math.min(1, part));
}

function told({ atMs, score, threshold }: Pick<Miss, 'atMs' | 'score' | 'threshold'>) {
  const [reached, needed] = [formatThreshold(score), formatThreshold(threshold)];
  return { time: formatTime(atMs, nowMs.peek()), reached, needed };
}
