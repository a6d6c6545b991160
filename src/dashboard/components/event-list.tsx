import { useState } from 'preact/hooks';
import type { DetectionEvent } from '../../detect/event.js';
import { formatDuration, formatScore, formatTime } from '../format.js';
import {
  cameraName,
  connection,
  events,
  nowMs,
  oldSeq,
  openEvents,
  ruleName,
  shownEventId,
} from '../state.js';
import { words } from '../words.js';

/** What happened, newest first. */
export function EventList() {
  return (
    <aside class="events" aria-label={words.events}>
      <div class="caption">
        <h2>{words.events}</h2>
        {openEvents.value.length > 0 && <span class="count">{words.openNow(openEvents.value.length)}</span>}
      </div>
      <Announcement />
      {connection.value === 'live' && events.value.length === 0 && <p class="quiet">{words.noEvents}</p>}
      <ol>
        {events.value.map((event) => (
          <EventItem key={event.id} event={event} />
        ))}
      </ol>
    </aside>
  );
}

/** For screen readers: only what starts while they listen, not the whole list again. */
function Announcement() {
  const newest = openEvents.value.find(({ seq }) => seq > oldSeq.value);
  return (
    <p class="for-readers" role="status">
      {newest && words.announce(ruleName(newest.ruleId), cameraName(newest.cameraId))}
    </p>
  );
}

function EventItem({ event }: { event: DetectionEvent }) {
  const { id, seq, phase, severity, ruleId, cameraId } = event;
  const [rule, camera] = [ruleName(ruleId), cameraName(cameraId)];
  const classes = ['event', severity, phase === 'end' ? 'over' : 'open', seq > oldSeq.value ? 'new' : ''];
  const show = () => {
    shownEventId.value = id;
  };
  return (
    <li class={classes.join(' ')}>
      <button type="button" onClick={show} aria-label={words.showEvent(rule, camera)}>
        <Thumbnail event={event} alt={words.snapshotOf(rule, camera)} />
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
      </button>
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

/** Snapshots may be swept away before the events that they belong to. */
function Thumbnail({ event: { id, snapshot }, alt }: { event: DetectionEvent; alt: string }) {
  const [isGone, setIsGone] = useState(false);
  if (snapshot === undefined || isGone) return <span class="thumbnail" />;
  return (
    <img
      class="thumbnail"
      src={`/api/events/${id}/snapshot`}
      alt={alt}
      loading="lazy"
      onError={() => setIsGone(true)}
    />
  );
}
