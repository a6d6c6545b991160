import { Film } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { EventRow } from '../../../server/api/past-schemas.js';
import { cameraName, oldSeq, ruleName } from '../../data/state.js';
import { formatScore } from '../../format.js';
import { Icon } from '../../parts/icon.js';
import { Snapshot } from '../../parts/snapshot.js';
import { VerdictMark } from '../../parts/verdicts.js';
import { words } from '../../words.js';
import { EventTimes } from '../live/event-list.js';

const text = words.history;

/** An event among others: its picture, what and when it was, what was said of it. */
export function EventCard({
  row: { event, verdict, hasSnapshot, clip },
  address,
  isCurrent,
  takesFocus,
  isSelected,
  onSelect,
  onFocus,
}: {
  row: EventRow;
  /** Of its details. */
  address: string;
  isCurrent: boolean;
  /** Keys moved to it. */
  takesFocus: boolean;
  isSelected: boolean;
  onSelect: () => void;
  onFocus: () => void;
}) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    const { activeElement } = document;
    const isFree = !activeElement || activeElement === document.body || activeElement.closest('.view');
    const isTyping = activeElement?.matches('input:not([type="checkbox"]), select');
    if (takesFocus && isFree && !isTyping) link.current!.focus({ preventScroll: true });
  }, [takesFocus]);
  const { id, seq, ruleId, cameraId, severity, phase } = event;
  const [rule, camera] = [ruleName(ruleId), cameraName(cameraId)];
  const isOpen = phase !== 'end';
  const kinds = [
    severity,
    isOpen ? 'open' : '',
    seq > oldSeq.value ? 'new' : '',
    isSelected ? 'selected' : '',
  ];
  return (
    <article class={`event-card card ${kinds.join(' ')}`}>
      <a ref={link} href={address} tabIndex={isCurrent ? 0 : -1} onFocus={onFocus}>
        <span class="picture">
          <Snapshot src={hasSnapshot ? `/api/events/${id}/snapshot` : null} alt="" />
          {isOpen && <em class="now">{text.now}</em>}
          <span class="peak">{formatScore(event.peakScore)}</span>
        </span>
        <span class="what">
          <strong>{rule}</strong>
          {clip === 'there' && <Icon of={Film} />}
          <VerdictMark verdict={verdict} />
        </span>
        <span class="where">{camera}</span>
        <span class="where">
          <EventTimes event={event} />
        </span>
      </a>
      <input
        type="checkbox"
        checked={isSelected}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={text.select(rule, camera)}
        onChange={onSelect}
      />
    </article>
  );
}
