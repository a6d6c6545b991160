import { events, ruleName } from '../../data/state.js';
import { Page } from '../../parts/page.js';
import { Empty } from '../../parts/states.js';
import type { ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { EventDetail } from './event-detail.js';

export function EventsView({ path: [id] }: ViewProps) {
  const event = events.value.find((known) => known.id === id);
  if (!event)
    return (
      <Page title={words.views.events}>
        <Empty>{words.noEvents}</Empty>
      </Page>
    );
  return (
    <Page title={ruleName(event.ruleId)}>
      <EventDetail event={event} />
    </Page>
  );
}
