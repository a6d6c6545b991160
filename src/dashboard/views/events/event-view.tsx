import { ArrowLeft, Camera, ChevronLeft, ChevronRight, FlaskConical } from 'lucide';
import type { Verdict } from '../../../detect/event.js';
import type { EventDetail } from '../../../server/api/past-schemas.js';
import { useReloadOn, useResource } from '../../data/resource.js';
import { cameraName, events, ruleName, rules } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { Page } from '../../parts/page.js';
import { review } from '../../parts/reviewing.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { undoLast } from '../../parts/toasts.js';
import { useKeys } from '../../parts/use-keys.js';
import { VerdictButtons } from '../../parts/verdicts.js';
import { go, href, withQuery } from '../../router.js';
import { words } from '../../words.js';
import { CurveCard } from './curve-card.js';
import { EventFacts } from './event-facts.js';
import { EventMedia } from './event-media.js';
import { askedFor, type Filters } from './filters.js';
import { KeysHelp } from './keys-help.js';
import { WhyCard } from './why-card.js';
import './event-view.css';

const text = words.history;

/** One event with all that is known of it. */
export function EventView({ id, filters }: { id: string; filters: Filters }) {
  const path = withQuery(`/api/past/events/${encodeURIComponent(id)}`, askedFor(filters));
  const { value, error, isLoading, reload } = useResource<EventDetail>(path);
  useReloadOn(events.value.find((event) => event.id === id)?.seq, reload);
  const detail = value?.event.id === id ? value : null;
  const say = (verdict: Verdict | null) => void review([id], verdict, reload);
  const toggle = (verdict: Verdict) => say(detail?.verdict === verdict ? null : verdict);
  const list = href('events', [], filters);
  const open = (next: string | null | undefined) => () => next && go(href('events', [next], filters));
  useKeys({
    ...{ j: open(detail?.older), ArrowRight: open(detail?.older) },
    ...{ k: open(detail?.newer), ArrowLeft: open(detail?.newer) },
    ...{ t: () => toggle('true'), f: () => toggle('false'), u: () => toggle('unsure') },
    ...{ z: undoLast, Escape: () => go(list) },
  });
  const rule = detail ? ruleName(detail.event.ruleId) : words.views.events;
  return (
    <Page
      className="event-view"
      title={detail ? words.announce(rule, cameraName(detail.event.cameraId)) : rule}
      actions={
        <>
          <a class="button" href={list}>
            <Icon of={ArrowLeft} /> {text.back}
          </a>
          <Neighbour id={detail?.newer} filters={filters} label={text.newer} icon={ChevronLeft} />
          <Neighbour id={detail?.older} filters={filters} label={text.older} icon={ChevronRight} />
          <KeysHelp />
        </>
      }
    >
      {error && error.status === 404 && <Empty>{text.notThere}</Empty>}
      {error && error.status !== 404 && <Failure error={error} retry={reload} />}
      {!detail && isLoading && <Loading />}
      {detail && <Detail key={id} detail={detail} onSay={say} />}
    </Page>
  );
}

function Detail({ detail, onSay }: { detail: EventDetail; onSay: (verdict: Verdict | null) => void }) {
  const { event, verdict } = detail;
  const isRuleKnown = rules.value.some(({ id }) => id === event.ruleId);
  return (
    <div class="event-detail">
      <div class="column">
        <EventMedia detail={detail} />
        <CurveCard detail={detail} />
      </div>
      <div class="column">
        <section class="card judge" aria-label={words.review.question}>
          <h2>{words.review.question}</h2>
          <VerdictButtons verdict={verdict} onSay={onSay} />
          <p class="links">
            <a href={href('camera', [event.cameraId])}>
              <Icon of={Camera} /> {text.openCamera}
            </a>
            {isRuleKnown && (
              <a href={href('studio', [event.ruleId])}>
                <Icon of={FlaskConical} /> {text.openStudio}
              </a>
            )}
          </p>
        </section>
        <WhyCard detail={detail} />
        <EventFacts detail={detail} />
      </div>
    </div>
  );
}

function Neighbour({
  id,
  filters,
  label,
  icon,
}: {
  id: string | null | undefined;
  filters: Filters;
  label: string;
  icon: typeof ChevronLeft;
}) {
  if (!id)
    return (
      <button type="button" disabled aria-label={label}>
        <Icon of={icon} />
      </button>
    );
  return (
    <a class="button" href={href('events', [id], filters)} aria-label={label} title={label}>
      <Icon of={icon} />
    </a>
  );
}
