import type { DetectionEvent } from '../../../detect/event.js';
import { cameraName, ruleName, rules } from '../../data/state.js';
import { formatPercent, formatRate, formatScore } from '../../format.js';
import { TilePicture } from '../../parts/tile-picture.js';
import { words } from '../../words.js';
import { EventTimes } from '../live/event-list.js';
import { EventReview } from './event-review.js';

/** The snapshot of one event in full, and what is known of it. */
export function EventDetail({ event }: { event: DetectionEvent }) {
  const [rule, camera] = [ruleName(event.ruleId), cameraName(event.cameraId)];
  const phrases = rules.value.find(({ id }) => id === event.ruleId)?.when;
  const { threshold, thresholdState, expectedFalseAlarmsPerDay: expected, probability } = event;
  return (
    <article class="card" aria-label={words.announce(rule, camera)}>
      {event.snapshot ? (
        <TilePicture
          src={`/api/events/${event.id}/snapshot`}
          alt={words.snapshotOf(rule, camera)}
          isLazy={false}
        />
      ) : (
        <p class="quiet">{words.noSnapshot}</p>
      )}
      <EventReview key={event.id} event={event} />
      <dl class="facts">
        <dt>{words.facts.camera}</dt>
        <dd>{camera}</dd>
        <dt>{words.facts.time}</dt>
        <dd>
          <EventTimes event={event} />
        </dd>
        <dt>{words.facts.score}</dt>
        <dd>{formatScore(event.peakScore)}</dd>
        <dt>{words.facts.threshold}</dt>
        <dd>{words.thresholdIs(formatScore(threshold), words.thresholdState[thresholdState])}</dd>
        {expected !== null && (
          <>
            <dt>{words.facts.falseAlarms}</dt>
            <dd>{words.expected(formatRate(expected))}</dd>
          </>
        )}
        {probability !== undefined && (
          <>
            <dt>{words.facts.probability}</dt>
            <dd>{formatPercent(probability)}</dd>
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
    </article>
  );
}
