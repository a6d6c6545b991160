import { Download } from 'lucide';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { events } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { Page } from '../../parts/page.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { href, withQuery } from '../../router.js';
import { words } from '../../words.js';
import { EventCard } from './event-card.js';
import { EventPages } from './event-pages.js';
import { askedFor, FilterBar, type Filters } from './filters.js';
import { KeysHelp } from './keys-help.js';
import { Reel } from './reel.js';
import { SelectionBar } from './selection-bar.js';
import { useJudging } from './use-judging.js';

const text = words.history;

/** Events of the past, newest first, to look through and to judge. */
export function EventReel({ filters, startId }: { filters: Filters; startId: string | null }) {
  const pages = useEventPages(filters);
  const rows = pages.rows.value;
  const total = pages.total.value;
  const columns = useRef(1);
  const ids = useMemo(() => rows.map(({ event }) => event.id), [rows]);
  const { cursor, selection, say } = useJudging(ids, {
    columns: () => columns.current,
    startId,
    onDone: ({ reviewed }) => pages.judge(reviewed),
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
          <KeysHelp />
        </>
      }
    >
      <FilterBar filters={filters} />
      <Reel
        items={rows}
        keyOf={({ event }) => event.id}
        label={text.list}
        current={cursor.isMoved ? cursor.place : null}
        columns={columns}
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
      <SelectionBar selection={selection} all={ids} onSay={say} />
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
