import { useRef } from 'preact/hooks';
import type { ViewProps } from '../../router.js';
import { EventReel } from './event-reel.js';
import { EventView } from './event-view.js';
import { filtersIn } from './filters.js';
import './events.css';

/** Events of the past (`#/events`), and one of them (`#/events/ID`). */
export function EventsView({ path: [id], query }: ViewProps) {
  const filters = filtersIn(query);
  // Who comes back from an event finds it again.
  const lastId = useRef<string | null>(null);
  if (id === undefined) return <EventReel filters={filters} startId={lastId.current} />;
  lastId.current = id;
  return <EventView id={id} filters={filters} />;
}
