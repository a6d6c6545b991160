import type { DetectionEvent } from '../../../detect/event.js';
import { cameraName, connection, events, nowMs, oldSeq, openEvents, ruleName } from '../../data/state.js';
import { formatDuration, formatScore, formatTime } from '../../format.js';
import { Snapshot } from '../../parts/snapshot.js';
import { href } from '../../router.js';
import { words } from '../../words.js';

/** What happened, newest first. */
export function EventList() {
  return (
    <aside class="events" aria-label={words.events}>
      <div class="caption">
        <h2>{words.events}</h2>
        {openEvents.value.length > 0 && <span class="count">{words.openNow(openEvents.value.length)}</span>}
      </div>
      {connection.value === 'live' && events.value.length === 0 && <p class="quiet">{words.noEvents}</p>}
      <ol>
        {events.value.map((event) => (
          <EventItem key={event.id} event={event} />
        ))}
      </ol>
    </aside>
  );
}

function EventItem({ event }: { event: DetectionEvent }) {
  const { id, seq, phase, severity, ruleId, cameraId } = event;
  const [rule, camera] = [ruleName(ruleId), cameraName(cameraId)];
  const classes = ['event', severity, phase === 'end' ? 'over' : 'open', seq > oldSeq.value ? 'new' : ''];
  return (
    <li class={classes.join(' ')}>
      <a href={href('events', [id])}>
        <span class="for-readers">{words.detailsOf}</span>
        <Snapshot src={event.snapshot === undefined ? null : `/api/events/${id}/snapshot`} alt="" />
        <span class="what">
          <strong>{rule}</strong>
          <span>
            {camera}
            {severity !== 'info' && <em>{words.severity[severity]}</em>}
            {phase !== 'end' && event.blindSinceMs !== undefined && <em>{words.cameraBlind}</em>}
          </span>
          <EventTimes event={event} />
        </span>
        <span class="peak">{formatScore(event.peakScore)}</span>
      </a>
    </li>
  );
}

/** When it began, and how long it lasted or lasts. */
export function EventTimes({ event: { startedAtMs, endedAtMs, phase } }: { event: DetectionEvent }) {
  const isOver = phase === 'end';
  const start = formatTime(startedAtMs, nowMs.value);
  const lasts = formatDuration((isOver ? (endedAtMs ?? startedAtMs) : nowMs.value) - startedAtMs);
  return (
    <time dateTime={new Date(startedAtMs).toISOString()}>
      {isOver ? words.over(start, lasts) : words.open(start, lasts)}
    </time>
  );
}
