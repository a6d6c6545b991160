import { useEffect, useRef } from 'preact/hooks';
import { formatPercent, formatRate, formatScore } from '../format.js';
import { cameraName, events, ruleName, rules, shownEventId } from '../state.js';
import { words } from '../words.js';
import { EventTimes } from './event-list.js';
import { EventReview } from './event-review.js';

/** The snapshot of one event in full, and what is known of it. */
export function EventDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const event = events.value.find(({ id }) => id === shownEventId.value);
  const close = () => {
    shownEventId.value = null;
  };
  useEffect(() => {
    if (event && !dialog.current?.open) dialog.current?.showModal();
    if (!event) dialog.current?.close();
  }, [event]);
  const rule = event && ruleName(event.ruleId);
  const camera = event && cameraName(event.cameraId);
  const phrases = rules.value.find(({ id }) => id === event?.ruleId)?.when;
  return (
    <dialog ref={dialog} onClose={close} aria-label={event && words.showEvent(rule!, camera!)}>
      {event && (
        <>
          <div class="caption">
            <h2>{rule}</h2>
            <button type="button" onClick={close}>
              {words.close}
            </button>
          </div>
          {event.snapshot ? (
            <img src={`/api/events/${event.id}/snapshot`} alt={words.snapshotOf(rule!, camera!)} />
          ) : (
            <p class="quiet">{words.noSnapshot}</p>
          )}
          <EventReview key={event.id} event={event} />
          <dl>
            <dt>{words.facts.camera}</dt>
            <dd>{camera}</dd>
            <dt>{words.facts.time}</dt>
            <dd>
              <EventTimes event={event} />
            </dd>
            <dt>{words.facts.score}</dt>
            <dd>{formatScore(event.peakScore)}</dd>
            <dt>{words.facts.threshold}</dt>
            <dd>
              {words.thresholdIs(formatScore(event.threshold), words.thresholdState[event.thresholdState])}
            </dd>
            {event.expectedFalseAlarmsPerDay !== null && (
              <>
                <dt>{words.facts.falseAlarms}</dt>
                <dd>{words.expected(formatRate(event.expectedFalseAlarmsPerDay))}</dd>
              </>
            )}
            {event.probability !== undefined && (
              <>
                <dt>{words.facts.probability}</dt>
                <dd>{formatPercent(event.probability)}</dd>
              </>
            )}
            {phrases && (
              <>
                <dt>{words.facts.watchesFor}</dt>
                <dd>{phrases.join('; ')}</dd>
              </>
            )}
            <dt>{words.facts.id}</dt>
            <dd class="id">{event.id}</dd>
          </dl>
        </>
      )}
    </dialog>
  );
}
