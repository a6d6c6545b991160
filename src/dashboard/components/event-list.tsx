import type { DetectionEvent } from '../../detect/event.js';
import { cameras, events, rules } from '../state.js';
import { words } from '../words.js';

export function EventList() {
  return (
    <aside aria-label={words.events}>
      <h2>{words.events}</h2>
      {events.value.length === 0 && <p class="quiet">{words.noEvents}</p>}
      <ol aria-live="polite">
        {events.value.map((event) => (
          <EventItem key={event.id} event={event} />
        ))}
      </ol>
    </aside>
  );
}

function EventItem({ event }: { event: DetectionEvent }) {
  const rule = rules.value.find(({ id }) => id === event.ruleId)?.name ?? event.ruleId;
  const camera = cameras.value.find(({ id }) => id === event.cameraId)?.name ?? event.cameraId;
  const isOver = event.endedAtMs !== undefined;
  return (
    <li class={`event ${event.severity} ${isOver ? 'over' : 'open'}`}>
      {event.snapshot && (
        <img src={`/api/events/${event.id}/snapshot`} alt={words.snapshotOf(rule, camera)} loading="lazy" />
      )}
      <div>
        <strong>{rule}</strong>
        <span>{camera}</span>
        <time dateTime={new Date(event.startedAtMs).toISOString()}>
          {new Date(event.startedAtMs).toLocaleTimeString()}
          {isOver ? ` · ${words.lasted(duration(event.endedAtMs! - event.startedAtMs))}` : ` · ${words.now}`}
        </time>
      </div>
      <span class="score">{event.peakScore.toFixed(1)}</span>
    </li>
  );
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
