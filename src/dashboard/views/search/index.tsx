import { useState } from 'preact/hooks';
import type { SearchInfo } from '../../../server/api/search-schemas.js';
import { rules } from '../../data/state.js';
import { Page } from '../../parts/page.js';
import { Empty, Failure } from '../../parts/states.js';
import { toast } from '../../parts/toasts.js';
import { useKeys } from '../../parts/use-keys.js';
import { go, replaceQuery, type ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { type Ask, askOf, searchHref, valuesOf } from './ask.js';
import { HitDialog } from './hit-dialog.js';
import { Hits } from './hits.js';
import { fileIn, readPicture, type SoughtPicture } from './picture.js';
import { SearchForm } from './search-form.js';
import { type Search, useSearch } from './use-search.js';
import './search.css';

const FEW_EXAMPLES = 8;

/** The past, searched by words, by a picture or by a tile of it. */
export function SearchView({ query }: ViewProps) {
  const ask = askOf(query);
  const [picture, setPicture] = useState<SoughtPicture | null>(null);
  const [isOver, setIsOver] = useState(false);
  // A tile of the past that is looked for takes the picture's place.
  const sought = ask.like ? null : picture;
  const search = useSearch(ask, sought);
  useKeys({ '/': () => document.getElementById('search-words')?.focus() });
  const change = (changes: Partial<Ask>) => {
    const next = { ...ask, ...changes };
    // Another question is a step back in the browser's history; a filter is none.
    if (changes.words !== undefined && changes.words !== ask.words) go(searchHref(next));
    else replaceQuery(valuesOf(next));
  };
  const take = async (file: File | null) => {
    setIsOver(false);
    if (!file) return;
    const read = await readPicture(file);
    if (typeof read === 'string') {
      toast(read);
      return;
    }
    setPicture(read);
    if (ask.like) replaceQuery(valuesOf({ ...ask, like: null }));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can be chosen with a button, too
    <div
      class={`search ${isOver ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        void take(fileIn(event.dataTransfer));
      }}
      onPaste={(event) => void take(fileIn(event.clipboardData))}
    >
      <Page title={words.views.search}>
        <SearchForm
          {...{ ask, picture: sought }}
          onAsk={change}
          onFile={(file) => void take(file)}
          onNoPicture={() => setPicture(null)}
        />
        {isOver && <p class="drop-now">{words.search.dropNow}</p>}
        <Outcome search={search} ask={ask} />
      </Page>
    </div>
  );
}

function Outcome({ search, ask }: { search: Search; ask: Ask }) {
  const { found, error, isSearching, isIdle, again, tookMs } = search;
  const [opened, setOpened] = useState<number | null>(null);
  if (isIdle) return <Start ask={ask} />;
  if (error) return <Failure error={error} retry={again} />;
  if (isSearching || !found)
    return (
      <p class="loading" role="status">
        {words.search.searching}
      </p>
    );
  return (
    <section aria-label={words.search.results}>
      <Verdict found={found} tookMs={tookMs} />
      <Hits hits={found.hits} onOpen={setOpened} />
      {found.hits.length > 0 && <p class="quiet keys">{words.search.keys}</p>}
      {opened !== null && found.hits[opened] && (
        <HitDialog
          {...{ hits: found.hits, place: opened, ask }}
          onMove={setOpened}
          onClose={() => setOpened(null)}
        />
      )}
    </section>
  );
}

/** What came of it, honestly, and what was compared. */
function Verdict({ found, tookMs }: { found: SearchInfo; tookMs: number }) {
  const { hits, standsOut, vectors, minutes, lostMinutes, skipped } = found;
  const count = (value: number) => value.toLocaleString();
  const out = hits.filter((hit) => hit.standsOut).length;
  return (
    <div class={`verdict ${standsOut ? 'good' : ''}`} role="status">
      {hits.length === 0 ? (
        <strong>{words.search.nothingThere}</strong>
      ) : standsOut === null ? (
        <strong>{words.search.tooLittle}</strong>
      ) : standsOut ? (
        <strong>{words.search.standsOut(out)}</strong>
      ) : (
        <>
          <strong>{words.search.nothingStandsOut}</strong>
          <span>{words.search.nothingStandsOutWhy}</span>
        </>
      )}
      <span class="compared">
        {[
          words.search.compared(count(vectors), count(minutes), (tookMs / 1000).toFixed(1)),
          ...skipped.map((other) => words.search.skipped(count(other.vectors), other.modelHash.slice(0, 8))),
          ...(lostMinutes > 0 ? [words.search.lost(lostMinutes)] : []),
        ].join(' · ')}
      </span>
    </div>
  );
}

/** Before anything is looked for: what can be, by what the rules already watch for. */
function Start({ ask }: { ask: Ask }) {
  const ofRules = rules.value.flatMap(({ when }) => when.slice(0, 1));
  const examples = [...new Set([...ofRules, ...words.search.otherExamples])].slice(0, FEW_EXAMPLES);
  return (
    <Empty>
      <h2>{words.search.start}</h2>
      <p>{words.search.startWhy}</p>
      <p>{words.search.dropHint}</p>
      <ul class="examples" aria-label={words.search.examples}>
        {examples.map((example) => (
          <li key={example}>
            <a class="chip" href={searchHref({ ...ask, words: example })}>
              {example}
            </a>
          </li>
        ))}
      </ul>
    </Empty>
  );
}
