import { useEffect, useRef, useState } from 'preact/hooks';
import { cameraName } from '../../data/state.js';
import { formatDuration, formatMoment, formatScore } from '../../format.js';
import { Scroll } from '../../parts/scroll.js';
import { Snapshot } from '../../parts/snapshot.js';
import { useSelection } from '../../parts/use-selection.js';
import { words } from '../../words.js';
import { CHANGES, type Change, type Outcome, type OutcomeEvent } from './outcome-model.js';

/** So many are shown at first: pictures are fetched for what is shown. */
const PORTION = 24;

/** The events under the timeline, newest first; what changed comes first. */
export function OutcomeEvents({ outcome, pointed }: { outcome: Outcome; pointed: string | null }) {
  const text = words.studio.outcome;
  const hidden = useSelection<Change>();
  const [count, setCount] = useState(PORTION);
  const all = outcome.cameras
    .flatMap(({ events }) => events)
    .filter(({ change }) => !hidden.ids.has(change))
    .sort((a, b) => CHANGES.indexOf(a.change) - CHANGES.indexOf(b.change) || b.startedAtMs - a.startedAtMs);
  // What is pointed at in the timeline is always there.
  const shown = all.slice(0, Math.max(count, 1 + all.findIndex(({ key }) => key === pointed)));
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in */}
      <div class="changes" role="group" aria-label={text.show}>
        {CHANGES.map((change) => (
          <button
            key={change}
            type="button"
            class="change"
            aria-pressed={!hidden.ids.has(change)}
            onClick={() => hidden.toggle(change)}
          >
            <span class={`shape ${change}`} />
            {text.counted[change](outcome.counts[change])}
          </button>
        ))}
      </div>
      <Scroll className="reel" label={text.events}>
        <ul class="outcome-events">
          {shown.map((event) => (
            <Item key={event.key} event={event} isPointed={event.key === pointed} />
          ))}
        </ul>
        {shown.length < all.length && (
          <button type="button" onClick={() => setCount(shown.length + PORTION)}>
            {text.more(all.length - shown.length)}
          </button>
        )}
      </Scroll>
    </>
  );
}

function Item({ event, isPointed }: { event: OutcomeEvent; isPointed: boolean }) {
  const text = words.studio.outcome;
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isPointed) item.current!.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [isPointed]);
  const { change, cameraId, startedAtMs, endedAtMs, peakScore, picture } = event;
  return (
    <li ref={item} class={`${change} ${isPointed ? 'pointed' : ''}`}>
      <Snapshot src={picture} alt={text.pictureOf(cameraName(cameraId), formatMoment(startedAtMs))}>
        {text.noPicture}
      </Snapshot>
      <span>
        <span class={`shape ${change}`} />
        <span class="for-readers">{text.change[change]} </span>
        {cameraName(cameraId)}
      </span>
      <span class="soft">
        {formatMoment(startedAtMs)}
        {endedAtMs !== null && ` · ${formatDuration(endedAtMs - startedAtMs)}`} · {formatScore(peakScore)}
      </span>
    </li>
  );
}
