import { useEffect, useRef, useState } from 'preact/hooks';
import { cameraName } from '../../data/state.js';
import { words } from '../../words.js';
import { HitPicture } from './hit-picture.js';
import { type Hit, hitTime } from './times.js';

/** All hits, best first. Arrow keys go from one to the next. @param onOpen one is to be seen large */
export function Hits({ hits, onOpen }: { hits: readonly Hit[]; onOpen: (place: number) => void }) {
  const list = useRef<HTMLOListElement>(null);
  const [current, setCurrent] = useState(0);
  useEffect(() => setCurrent(0), [hits]);
  const move = (event: KeyboardEvent) => {
    const place = placeAfter(event.key, current, list.current!);
    if (place === null) return;
    event.preventDefault();
    setCurrent(place);
    buttonsIn(list.current!)[place]!.focus();
  };
  const most = Math.max(...hits.map(({ surprise }) => surprise ?? 0), 1);
  return (
    <ol class="hits" ref={list} aria-label={words.search.results} onKeyDown={move}>
      {hits.map((hit, place) => (
        <li key={`${hit.cameraId} ${hit.atMs}`}>
          <button
            type="button"
            class={`card hit-card ${hit.standsOut ? 'out' : ''}`}
            // One stop of the tab key for all of them.
            tabIndex={place === Math.min(current, hits.length - 1) ? 0 : -1}
            onFocus={() => setCurrent(place)}
            onClick={() => onOpen(place)}
          >
            <HitPicture hit={hit} alt="" />
            <HitText hit={hit} rank={place + 1} most={most} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function HitText({ hit, rank, most }: { hit: Hit; rank: number; most: number }) {
  const { cameraId, atMs, surprise, standsOut } = hit;
  const part = Math.max(0, Math.min(1, (surprise ?? 0) / most));
  return (
    <span class="hit-text">
      <strong>
        <span class="for-readers">{rank}. </span>
        {cameraName(cameraId)}
      </strong>
      {standsOut && <em>{words.search.out}</em>}
      <span class="hit-time">{hitTime(hit, atMs)}</span>
      <span class="hit-above">
        {surprise !== null && (
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${100 * part}%` }} />
          </span>
        )}
        {aboveOf(hit)}
      </span>
    </span>
  );
}

/** How far a hit stands out, in words. */
export function aboveOf({ surprise, score }: Pick<Hit, 'surprise' | 'score'>): string {
  return surprise === null ? words.search.cosine(score.toFixed(2)) : words.search.above(surprise.toFixed(1));
}

function buttonsIn(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('.hit-card')];
}

/** Where an arrow key leads in a grid whose columns the browser chose; null: the key is not for this. */
function placeAfter(key: string, place: number, list: HTMLElement): number | null {
  const buttons = buttonsIn(list);
  const top = buttons[0]?.offsetParent ? buttons[0].getBoundingClientRect().top : 0;
  const next = buttons.findIndex((button) => button.getBoundingClientRect().top > top + 1);
  const columns = next === -1 ? buttons.length : next;
  const steps: Record<string, number> = {
    ...{ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns },
    ...{ Home: -place, End: buttons.length - 1 - place },
  };
  const step = steps[key];
  if (step === undefined) return null;
  const wanted = place + step;
  return wanted < 0 || wanted >= buttons.length ? place : wanted;
}
