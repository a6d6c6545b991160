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

/** One near miss: what was seen, how near it was, and what marking it true would change. */
export function MissCard({
  miss: { id, atMs, score, threshold, tile, verdict },
  group: { ruleId, cameraId },
  isCurrent,
  takesFocus,
  isSelected,
  foreseen,
  onPoint,
  onSelect,
  onSay,
}: {
  miss: NearMissesInfo['misses'][number];
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
  const time = formatTime(atMs, nowMs.peek());
  const [reached, needed] = [formatThreshold(score), formatThreshold(threshold)];
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
      <div class="reached">
        <div class="nearness" aria-hidden="true">
          <span style={{ width: `${Math.max(0, Math.min(1, score / threshold)) * 100}%` }} />
        </div>
        <p>
          <strong>{text.scoreOf(reached, needed)}</strong> <time class="soft">{time}</time>
        </p>
        <VerdictButtons verdict={verdict} onSay={onSay} isSmall />
        <p class="foreseen soft">
          {foreseen && (
            <>
              {text.would} <EffectText result={foreseen} />
            </>
          )}
        </p>
      </div>
    </article>
  );
}
