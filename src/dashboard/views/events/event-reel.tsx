import { Download } from 'lucide';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Verdict } from '../../../detect/event.js';
import { events } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { Page } from '../../parts/page.js';
import { review } from '../../parts/reviewing.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { undoLast } from '../../parts/toasts.js';
import { useKeys } from '../../parts/use-keys.js';
import { useSelection } from '../../parts/use-selection.js';
import { href, withQuery } from '../../router.js';
import { words } from '../../words.js';
import { EventCard } from './event-card.js';
import { EventPages } from './event-pages.js';
import { askedFor, FilterBar, type Filters } from './filters.js';
import { KeysButton, KeysHelp } from './keys-help.js';
import { Reel } from './reel.js';
import { SelectionBar } from './selection-bar.js';

const text = words.history;

/** Events of the past, newest first, to look through and to judge. */
export function EventReel({ filters, startId }: { filters: Filters; startId: string | null }) {
  const pages = useEventPages(filters);
  const rows = pages.rows.value;
  const total = pages.total.value;
  const selection = useSelection();
  const [isHelping, setIsHelping] = useState(false);
  const cursor = useCursor(rows, startId);
  const chosen = () => {
    const current = rows[cursor.place];
    return selection.ids.size > 0 ? [...selection.ids] : current ? [current.event.id] : [];
  };
  const say = (verdict: Verdict | null) =>
    void review(chosen(), verdict, ({ reviewed }) => {
      pages.judge(reviewed);
      selection.set([]);
    });
  useKeys({
    ...cursor.keys,
    t: () => say('true'),
    f: () => say('false'),
    u: () => say('unsure'),
    z: undoLast,
    x: () => rows[cursor.place] && selection.toggle(rows[cursor.place]!.event.id),
    Escape: () => selection.set([]),
    '?': () => setIsHelping(true),
  });
  const onEnd = useCallback(() => pages.more(), [pages]);
  return (
    <Page
      title={words.views.events}
      actions={
        <>
          <span class="soft" role="status">
            {rows.length > 0 && text.count(rows.length, total)}
          </span>
          <Exports filters={filters} />
          <KeysButton onOpen={() => setIsHelping(true)} />
        </>
      }
    >
      <FilterBar filters={filters} />
      <Reel
        items={rows}
        keyOf={({ event }) => event.id}
        label={text.list}
        current={cursor.isMoved ? cursor.place : null}
        onColumns={cursor.setColumns}
        onEnd={onEnd}
      >
        {(row, place) => (
          <EventCard
            row={row}
            address={href('events', [row.event.id], filters)}
            isCurrent={place === cursor.place}
            takesFocus={cursor.isMoved && place === cursor.place}
            isSelected={selection.ids.has(row.event.id)}
            onSelect={() => selection.toggle(row.event.id)}
            onFocus={() => cursor.put(row.event.id)}
          />
        )}
      </Reel>
      {pages.error.value && <Failure error={pages.error.value} retry={() => pages.retry()} />}
      {pages.isLoading.value && <Loading />}
      {!pages.isLoading.value && !pages.error.value && rows.length === 0 && (
        <Empty>{Object.keys(filters).length > 0 ? text.none : text.noneYet}</Empty>
      )}
      <SelectionBar
        count={selection.ids.size}
        onSay={say}
        onSelectAll={() => selection.set(rows.map(({ event }) => event.id))}
        onDeselect={() => selection.set([])}
      />
      {isHelping && <KeysHelp onClose={() => setIsHelping(false)} />}
    </Page>
  );
}

function Exports({ filters }: { filters: Filters }) {
  const to = (format: 'csv' | 'json') => withQuery('/api/past/export', { ...askedFor(filters), format });
  return (
    <>
      <a class="button" href={to('csv')} download="" aria-label={text.exportCsv} title={text.exportCsv}>
        <Icon of={Download} /> CSV
      </a>
      <a class="button" href={to('json')} download="" aria-label={text.exportJson} title={text.exportJson}>
        <Icon of={Download} /> JSON
      </a>
    </>
  );
}

/** The events of these filters, and what is told of them meanwhile. */
function useEventPages(filters: Filters): EventPages {
  const key = JSON.stringify(filters);
  const [pages, setPages] = useState(() => new EventPages(filters));
  useEffect(() => {
    if (JSON.stringify(pages.filters) !== key) setPages(new EventPages(JSON.parse(key)));
  }, [key, pages]);
  useEffect(() => {
    const stop = events.subscribe((newest) => pages.hear(newest));
    return () => {
      stop();
      pages.leave();
    };
  }, [pages]);
  return pages;
}

/** Which event keys are about. It goes with the event when others slide in above. */
function useCursor(rows: readonly { event: { id: string } }[], startId: string | null) {
  const [id, setId] = useState(startId);
  const [isMoved, setIsMoved] = useState(startId !== null);
  const columns = useRef(1);
  const place = Math.max(0, id === null ? 0 : rows.findIndex(({ event }) => event.id === id));
  const moveTo = (to: number) => {
    const target = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (!target) return false;
    setId(target.event.id);
    setIsMoved(true);
    return true;
  };
  const by = (step: () => number) => () => moveTo(place + step());
  const keys = {
    ...{ j: by(() => 1), k: by(() => -1), ArrowRight: by(() => 1), ArrowLeft: by(() => -1) },
    ...{ ArrowDown: by(() => columns.current), ArrowUp: by(() => -columns.current) },
    ...{ Home: () => moveTo(0), End: () => moveTo(rows.length - 1) },
  };
  const setColumns = useCallback((count: number) => {
    columns.current = count;
  }, []);
  return { place, isMoved, keys, setColumns, put: setId };
}
